"""The products' own routes to people and channels, so that one found once is found again."""

from sqlalchemy import Connection, bindparam, delete, exists, select

from bot.conversation import Address, Person
from bot.store.schema import people, ways
from bot.store.upsert import put

_WAY = 400

_TO = select(ways.c.way).where(
    ways.c.workspace == bindparam("at"),
    ways.c.person == bindparam("who"),
    ways.c.channel == bindparam("where"),
)


class Ways:
    """How a product reaches whoever is owed a message; opaque to everybody but its own room.

    A person's is kept for as long as they are on the check-ins and no longer: a row of
    anybody else would tell that they use the bot.
    """

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def to(self, address: Address) -> str:
        """The route to *address*; ``""`` while none is known."""
        told = {"at": address.workspace, "who": address.person, "where": address.channel}
        return self._connection.scalar(_TO, told) or ""

    def keep(self, address: Address, way: str) -> None:
        """Remember *way* as the route to *address*; one that is too long, or blank, is not kept."""
        if not 0 < len(way) <= _WAY or (address.person and not self._joined(address)):
            return
        place = {
            "workspace": address.workspace,
            "person": address.person,
            "channel": address.channel,
        }
        put(self._connection, ways, {**place, "way": way})

    def forget(self, person: Person) -> None:
        """Let go of every route to *person*, who left."""
        theirs = (ways.c.workspace == person.workspace) & (ways.c.person == person.id)
        self._connection.execute(delete(ways).where(theirs))

    def _joined(self, address: Address) -> bool:
        they = (people.c.workspace == address.workspace) & (people.c.id == address.person)
        return bool(self._connection.scalar(select(exists().where(they, people.c.joined))))

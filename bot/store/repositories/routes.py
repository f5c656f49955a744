"""The products' own routes to people and channels, so that one found once is found again."""

from sqlalchemy import Connection, bindparam, delete, exists, select

from bot.conversation import Address, Person
from bot.store.schema import chat_routes, people
from bot.store.upsert import upsert_row

_MAX_ROUTE_CHARACTERS = 400

_SELECT_ROUTE = select(chat_routes.c.way).where(
    chat_routes.c.workspace == bindparam("at"),
    chat_routes.c.person == bindparam("who"),
    chat_routes.c.channel == bindparam("where"),
)


class ChatRoutes:
    """How a product reaches whoever is owed a message; opaque to everybody but its own room.

    A person's is kept for as long as they are on the check-ins and no longer: a row of
    anybody else would tell that they use the bot.
    """

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def get_route(self, address: Address) -> str:
        """The route to *address*; ``""`` while none is known."""
        told = {"at": address.workspace, "who": address.person, "where": address.channel}
        return self._connection.scalar(_SELECT_ROUTE, told) or ""

    def save_route(self, address: Address, route: str) -> None:
        """Remember *way* as the route to *address*; one that is too long, or blank, is not kept."""
        if not 0 < len(route) <= _MAX_ROUTE_CHARACTERS or (
            address.person and not self._has_joined(address)
        ):
            return
        place = {
            "workspace": address.workspace,
            "person": address.person,
            "channel": address.channel,
        }
        upsert_row(self._connection, chat_routes, {**place, "way": route})

    def delete_route(self, person: Person) -> None:
        """Let go of every route to *person*, who left."""
        theirs = (chat_routes.c.workspace == person.workspace) & (chat_routes.c.person == person.id)
        self._connection.execute(delete(chat_routes).where(theirs))

    def _has_joined(self, address: Address) -> bool:
        they = (people.c.workspace == address.workspace) & (people.c.id == address.person)
        return bool(self._connection.scalar(select(exists().where(they, people.c.joined))))

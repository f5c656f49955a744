"""Repository of the table ``way``: a cache of the products' conversation references, by address."""

from sqlalchemy import Connection, bindparam, delete, exists, select

from bot.conversation import Address, Person
from bot.store.schema import chat_routes, people
from bot.store.upsert import upsert_row

_MAX_ROUTE_CHARACTERS = 400

_SELECT_ROUTE = select(chat_routes.c.way).where(
    chat_routes.c.workspace == bindparam("workspace"),
    chat_routes.c.person == bindparam("person_id"),
    chat_routes.c.channel == bindparam("channel"),
)


class ChatRoutes:
    """Repository of routes: opaque strings with which a chat adapter reaches an address.

    The primary key is workspace, person and channel. The route of a person is stored only while
    they are enrolled in check-ins: a row of any other person would reveal that they use the bot.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def get_route(self, address: Address) -> str:
        """Return the route to *address*; ``""`` without one."""
        parameters = {
            "workspace": address.workspace,
            "person_id": address.person,
            "channel": address.channel,
        }
        return self._connection.scalar(_SELECT_ROUTE, parameters) or ""

    def has_channel(self, workspace: str, channel: str) -> bool:
        """Return whether *channel* has a row, as the product reported that the bot is in it."""
        return bool(self.get_route(Address(workspace, channel=channel)))

    def list_channel_routes(self, workspace: str) -> dict[str, str]:
        """Return a dict of the routes to the channels of a workspace, by channel id."""
        query = select(chat_routes.c.channel, chat_routes.c.way).where(
            chat_routes.c.workspace == workspace, chat_routes.c.channel != ""
        )
        return {row.channel: row.way for row in self._connection.execute(query)}

    def save_route(self, address: Address, route: str) -> None:
        """Upsert the route to *address* unless it is blank, too long or of a person not joined."""
        if not 0 < len(route) <= _MAX_ROUTE_CHARACTERS or (
            address.person and not self._has_joined(address)
        ):
            return
        key_columns = {
            "workspace": address.workspace,
            "person": address.person,
            "channel": address.channel,
        }
        upsert_row(self._connection, chat_routes, {**key_columns, "way": route})

    def delete_route(self, person: Person) -> None:
        """Delete all rows of *person*; idempotent."""
        matches_person = (chat_routes.c.workspace == person.workspace) & (
            chat_routes.c.person == person.id
        )
        self._connection.execute(delete(chat_routes).where(matches_person))

    def _has_joined(self, address: Address) -> bool:
        matches_person = (people.c.workspace == address.workspace) & (people.c.id == address.person)
        return bool(
            self._connection.scalar(select(exists().where(matches_person, people.c.joined)))
        )

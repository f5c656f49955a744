"""What one open transaction lets you read and write."""

from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.store.deliveries import Deliveries
from bot.store.intentions import Intentions
from bot.store.people import People
from bot.store.teams import Teams
from bot.store.workspaces import Workspaces

if TYPE_CHECKING:
    from bot.store.inbox import Inbox
    from bot.store.ledger import Ledger
    from bot.store.releases import Releases


class Books:
    """Everything that is kept, one book each, as one transaction sees it."""

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Open the books on *connection*; *peppers*, newest first, keep tokens apart."""
        self._connection = connection
        self._peppers = peppers
        self.people = People(connection)
        self.teams = Teams(connection)
        self.intentions = Intentions(connection)
        self.deliveries = Deliveries(connection)
        self.workspaces = Workspaces(connection)

    @cached_property
    def inbox(self) -> "Inbox":
        """Acts done already."""
        from bot.store.inbox import Inbox

        return Inbox(self._connection, self._peppers)

    @cached_property
    def ledger(self) -> "Ledger":
        """Debriefs while their period is open, and how a period closes."""
        from bot.store.ledger import Ledger

        return Ledger(self._connection, self._peppers)

    @cached_property
    def releases(self) -> "Releases":
        """The tables that were published."""
        from bot.store.releases import Releases

        return Releases(self._connection)

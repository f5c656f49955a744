"""What one open transaction lets you read and write."""

from sqlalchemy import Connection

from bot.store.aliases import Aliases
from bot.store.deliveries import Deliveries
from bot.store.duties import Duties
from bot.store.inbox import Inbox
from bot.store.intentions import Intentions
from bot.store.ledger import Ledger
from bot.store.people import People
from bot.store.releases import Releases
from bot.store.teams import Teams
from bot.store.vault import Vault
from bot.store.ways import Ways
from bot.store.workspaces import Workspaces


class Books:
    """Everything that is kept, one book each, as one transaction sees it."""

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Open the books on *connection*; *peppers*, newest first, keep tokens apart."""
        self._connection = connection
        self.people = People(connection)
        self.aliases = Aliases(connection)
        self.teams = Teams(connection)
        self.intentions = Intentions(connection)
        self.ways = Ways(connection)
        self.deliveries = Deliveries(connection)
        self.duties = Duties(connection)
        self.inbox = Inbox(connection, peppers)
        self.workspaces = Workspaces(connection)
        self.ledger = Ledger(connection, peppers)
        self.vault = Vault(connection, peppers)
        self.releases = Releases(connection)

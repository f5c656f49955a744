"""What one open transaction lets you read and write."""

from sqlalchemy import Connection

from bot.store.encryption import Vault
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.idempotency import Inbox
from bot.store.repositories.intentions import Intentions
from bot.store.repositories.linked_accounts import Aliases
from bot.store.repositories.people import People
from bot.store.repositories.releases import Releases
from bot.store.repositories.routes import Ways
from bot.store.repositories.slips import Ledger
from bot.store.repositories.teams import Teams
from bot.store.repositories.watermarks import Duties
from bot.store.repositories.workspaces import Workspaces


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

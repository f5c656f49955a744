"""Repositories: what a job can read and write within one transaction."""

from sqlalchemy import Connection

from bot.store.encryption import SecretCipher
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.idempotency import IdempotencyKeys
from bot.store.repositories.intentions import Intentions
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.people import People
from bot.store.repositories.releases import Releases
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.slips import Slips
from bot.store.repositories.teams import Teams
from bot.store.repositories.watermarks import Watermarks
from bot.store.repositories.workspaces import Workspaces


class Repositories:
    """All repositories, sharing the connection and so the transaction of one job."""

    def __init__(self, connection: Connection, peppers: tuple[bytes, ...]) -> None:
        """Use the transaction of *connection*; *peppers*, newest first, key all digests."""
        self._connection = connection
        self.people = People(connection)
        self.linked_accounts = LinkedAccounts(connection)
        self.teams = Teams(connection)
        self.intentions = Intentions(connection)
        self.chat_routes = ChatRoutes(connection)
        self.deliveries = Deliveries(connection)
        self.watermarks = Watermarks(connection)
        self.idempotency_keys = IdempotencyKeys(connection, peppers)
        self.workspaces = Workspaces(connection)
        self.slips = Slips(connection, peppers)
        self.secret_cipher = SecretCipher(connection, peppers)
        self.releases = Releases(connection)

"""Repositories: what a job can read and write within one transaction."""

from functools import cached_property

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
from bot.store.workspace_scope import RepositoryT, WorkspaceScope


class Repositories:
    """All repositories, sharing the connection and so the transaction of one job.

    Each is built on first use: most jobs need two or three of them, and every job of every
    message gets an instance of this class.

    Those of one workspace raise :class:`bot.store.workspace_scope.WorkspaceMismatchError` when a
    job accesses another's rows through them; the exception is described in that module.
    """

    def __init__(
        self, connection: Connection, peppers: tuple[bytes, ...], workspace: str | None = None
    ) -> None:
        """Use the transaction of *connection*; *peppers*, newest first, key all digests.

        Access is limited to the rows of *workspace*; ``None`` is access across workspaces.
        """
        self._connection = connection
        self._peppers = peppers
        self.workspace = workspace
        self._scope = WorkspaceScope(connection, workspace) if workspace is not None else None

    def limit_to_workspace(self, workspace: str) -> "Repositories":
        """Return repositories of the same transaction with access to *workspace* only."""
        return Repositories(self._connection, self._peppers, workspace)

    def _guard(self, repository: RepositoryT) -> RepositoryT:
        """Check every call of *repository* when access is limited to a workspace."""
        return self._scope.guard(repository) if self._scope else repository

    @cached_property
    def people(self) -> People:
        """Clinicians' profiles, preferences and reachability."""
        return self._guard(People(self._connection))

    @cached_property
    def linked_accounts(self) -> LinkedAccounts:
        """Accounts that belong to one person."""
        return self._guard(LinkedAccounts(self._connection))

    @cached_property
    def teams(self) -> Teams:
        """Teams, rosters and roles."""
        return self._guard(Teams(self._connection))

    @cached_property
    def intentions(self) -> Intentions:
        """What people want to try next week."""
        return self._guard(Intentions(self._connection))

    @cached_property
    def chat_routes(self) -> ChatRoutes:
        """Conversation references by address."""
        return self._guard(ChatRoutes(self._connection))

    @cached_property
    def deliveries(self) -> Deliveries:
        """The delivery queue."""
        return self._guard(Deliveries(self._connection))

    @cached_property
    def watermarks(self) -> Watermarks:
        """Last runs of the scheduled duties."""
        return self._guard(Watermarks(self._connection))

    @cached_property
    def idempotency_keys(self) -> IdempotencyKeys:
        """Digests of processed requests."""
        return self._guard(IdempotencyKeys(self._connection, self._peppers, self.workspace))

    @cached_property
    def workspaces(self) -> Workspaces:
        """Suspensions and rate limits of workspaces."""
        return self._guard(Workspaces(self._connection))

    @cached_property
    def slips(self) -> Slips:
        """Anonymous debriefs in open counting periods."""
        return self._guard(Slips(self._connection, self._peppers, self.workspace))

    @cached_property
    def secret_cipher(self) -> SecretCipher:
        """Encrypted secrets."""
        return self._guard(SecretCipher(self._connection, self._peppers))

    @cached_property
    def releases(self) -> Releases:
        """Published tables."""
        return self._guard(Releases(self._connection))

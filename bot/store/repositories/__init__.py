"""Repositories: the classes with the SQL statements, for one job in one transaction."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from bot.store import pending_vacuum, rollback
from bot.store.encryption import SecretCipher, derive_checkin_sign_key
from bot.store.key_claims import ClaimStatus, KeyClaims
from bot.store.keys.key_store import KeyStore
from bot.store.pepper_source import PepperSource
from bot.store.record_cache import RecordCache
from bot.store.repositories.audit_trail import AuditTrail
from bot.store.repositories.close_notices import CloseNotices
from bot.store.repositories.closed_accounts import ClosedAccounts
from bot.store.repositories.declared_lists import DeclaredLists
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.delivery_history import DeliveryHistory
from bot.store.repositories.duty_runs import DutyRuns
from bot.store.repositories.frozen_members import FrozenMembers
from bot.store.repositories.idempotency import IdempotencyKeys
from bot.store.repositories.installations import Installations
from bot.store.repositories.intentions import Intentions
from bot.store.repositories.ledger import Ledger
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.listed_accounts import ListedAccounts
from bot.store.repositories.named_persons import NamedPersons
from bot.store.repositories.people import People
from bot.store.repositories.period_closing import PeriodClosing
from bot.store.repositories.period_members import PeriodMembers
from bot.store.repositories.period_opening import PeriodOpening
from bot.store.repositories.person_erasures import PersonErasures
from bot.store.repositories.person_renames import PersonRenames
from bot.store.repositories.personal_rows import PersonalRows
from bot.store.repositories.previous_setups import PreviousSetups
from bot.store.repositories.releases import Releases
from bot.store.repositories.restored_deliveries import RestoredDeliveries
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.team_lifecycle import TeamLifecycle
from bot.store.repositories.team_slots import TeamSlots
from bot.store.repositories.teams import Teams
from bot.store.repositories.unit_classes import UnitClasses
from bot.store.repositories.watermarks import Watermarks
from bot.store.repositories.withdrawals import Withdrawals
from bot.store.repositories.workspace_purges import WorkspacePurges
from bot.store.repositories.workspaces import Workspaces


class Repositories:
    """Factory of all repositories, which share the connection and transaction of one job.

    Each is built at its first use and cached. ``workspace`` is the one that the job serves;
    ``None`` for a job across workspaces. No repository commits; the writer does, after a batch.
    """

    def __init__(
        self,
        connection: Connection,
        peppers: PepperSource,
        key_store: KeyStore,
        records: RecordCache,
        workspace: str | None = None,
    ) -> None:
        """Use the transaction of *connection*, whose jobs share the record cache *records*.

        *peppers* derive the keys of encrypted tokens; *key_store* has those of periods and teams.
        """
        self._connection = connection
        self._peppers = peppers
        self._key_store = key_store
        self._records = records
        self.workspace = workspace

    @property
    def is_key_store_unavailable(self) -> bool:
        """Whether reading a key failed in this transaction, so that records were not decrypted."""
        return self._records.is_key_store_unavailable

    def detect_rollback(self) -> rollback.Rollback | None:
        """Compare the database's mark with the key store's; ``None`` without a restore."""
        return rollback.detect_rollback(self._connection, self._key_store)

    def handle_rollback(self, now: datetime) -> rollback.Rollback | None:
        """After a restore, mark open periods, settle deliveries and restart the grace of purges."""
        detected = self.detect_rollback()
        if detected is not None:
            self.ledger.mark_undone(detected.restored_to, now)
            self.restored_deliveries.settle(now)
            self.workspace_purges.restart_grace(now)
        return detected

    def advance_database_mark(self, now: datetime) -> int:
        """Upsert the database's mark; return it in Unix seconds, to be copied to the key store."""
        return rollback.advance_database_mark(self._connection, now)

    def handle_rollback_and_advance_database_mark(
        self, claims: KeyClaims, now: datetime
    ) -> tuple[rollback.Rollback | None, ClaimStatus]:
        """Acquire the claim, call :meth:`handle_rollback`, and advance the mark unless in use.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        status = claims.acquire(self._connection, int(now.timestamp()))
        detected = self.handle_rollback(now)
        if status is not ClaimStatus.IN_USE:
            self.advance_database_mark(now)
        return detected, status

    def mark_vacuum_pending(self) -> None:
        """Upsert the mark that deleted rows of closed periods remain in the database files."""
        pending_vacuum.mark_vacuum_pending(self._connection)

    def read_vacuum_mark(self) -> int | None:
        """Return the mark of deleted rows that may remain in the files; ``None`` without one."""
        return pending_vacuum.read_vacuum_mark(self._connection)

    def clear_vacuum_mark(self, mark: int) -> None:
        """Delete *mark*, once its rows are removed from the files."""
        pending_vacuum.clear_vacuum_mark(self._connection, mark)

    @cached_property
    def people(self) -> People:
        """Clinicians' profiles, preferences and reachability."""
        return People(self._connection, self._records)

    @cached_property
    def linked_accounts(self) -> LinkedAccounts:
        """Accounts that belong to one person."""
        return LinkedAccounts(self._connection)

    @cached_property
    def teams(self) -> Teams:
        """Teams, rosters and roles."""
        return Teams(self._connection, self._records)

    @cached_property
    def declared_lists(self) -> DeclaredLists:
        """The clinicians that set-ups declare."""
        return DeclaredLists(self._connection, self._records)

    @cached_property
    def team_lifecycle(self) -> TeamLifecycle:
        """Moves and removals of teams."""
        return TeamLifecycle(self._connection, self._records)

    @cached_property
    def intentions(self) -> Intentions:
        """What people want to try next week."""
        return Intentions(self.team_slots)

    @cached_property
    def team_slots(self) -> TeamSlots:
        """Unanswered counts and intentions, in the teams' sealed records."""
        return TeamSlots(self._connection, self._records)

    @cached_property
    def chat_routes(self) -> ChatRoutes:
        """Conversation references by address."""
        return ChatRoutes(self._connection)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The delivery queue."""
        return Deliveries(self._connection, self._records)

    @cached_property
    def restored_deliveries(self) -> RestoredDeliveries:
        """What was sent before a restore."""
        return RestoredDeliveries(self._connection, self._key_store)

    @cached_property
    def delivery_history(self) -> DeliveryHistory:
        """What became of earlier deliveries."""
        return DeliveryHistory(self._connection)

    @cached_property
    def audit_trail(self) -> AuditTrail:
        """Who changed which set-up or role."""
        return AuditTrail(self._connection, self._records)

    @cached_property
    def named_persons(self) -> NamedPersons:
        """People named in records of changes."""
        return NamedPersons(self._connection)

    @cached_property
    def personal_rows(self) -> PersonalRows:
        """Every row about one person."""
        return PersonalRows(self._connection)

    @cached_property
    def person_erasures(self) -> PersonErasures:
        """Erasures of people."""
        return PersonErasures(self._connection, self._records)

    @cached_property
    def person_renames(self) -> PersonRenames:
        """Changes of people's product ids."""
        return PersonRenames(self._connection, self._records)

    @cached_property
    def previous_setups(self) -> PreviousSetups:
        """Set-ups before their last change."""
        return PreviousSetups(self._connection)

    @cached_property
    def close_notices(self) -> CloseNotices:
        """Closed periods by team, and who is notified of them."""
        return CloseNotices(self._connection)

    @cached_property
    def period_closing(self) -> PeriodClosing:
        """Ended periods and their publication."""
        return PeriodClosing(self._connection, self._records)

    @cached_property
    def period_opening(self) -> PeriodOpening:
        """Teams without an open period, and their new ones."""
        return PeriodOpening(self._connection, self._records)

    @cached_property
    def watermarks(self) -> Watermarks:
        """Watermarks of the periodic jobs and of restores."""
        return Watermarks(self._connection)

    @cached_property
    def duty_runs(self) -> DutyRuns:
        """Ticks and failed runs of the scheduled duties."""
        return DutyRuns(self._connection)

    @cached_property
    def idempotency_keys(self) -> IdempotencyKeys:
        """Digests of processed requests."""
        return IdempotencyKeys(self._connection, self._records)

    @cached_property
    def workspaces(self) -> Workspaces:
        """Suspensions and rate limits of workspaces."""
        return Workspaces(self._connection)

    @cached_property
    def workspace_purges(self) -> WorkspacePurges:
        """Deletion of everything of a workspace."""
        return WorkspacePurges(self._connection, self._records)

    @cached_property
    def ledger(self) -> Ledger:
        """Debriefs of open counting periods, in sealed records."""
        return Ledger(self._connection, self._records)

    @cached_property
    def withdrawals(self) -> Withdrawals:
        """Withdrawal of what a person filed in open counting periods."""
        return Withdrawals(self._connection, self._records)

    @cached_property
    def listed_accounts(self) -> ListedAccounts:
        """The accounts of the people on lists."""
        return ListedAccounts(self._connection)

    @cached_property
    def closed_accounts(self) -> ClosedAccounts:
        """Since when accounts are closed."""
        return ClosedAccounts(self._connection)

    @cached_property
    def period_members(self) -> PeriodMembers:
        """The frozen lists of periods."""
        return PeriodMembers(self._connection)

    @cached_property
    def frozen_members(self) -> FrozenMembers:
        """Members of frozen lists, with flags whether each is on a roster or linked."""
        return FrozenMembers(self._connection)

    @cached_property
    def unit_classes(self) -> UnitClasses:
        """The size classes of units."""
        return UnitClasses(self._connection)

    @cached_property
    def secret_cipher(self) -> SecretCipher:
        """Encrypted secrets."""
        return SecretCipher(self._connection, self._peppers)

    @cached_property
    def installations(self) -> Installations:
        """Workspaces that installed the app, and their tokens."""
        return Installations(self._connection, self._peppers, self._records.key_source)

    @cached_property
    def checkin_sign_key(self) -> bytes:
        """The secret key by which the signs of check-ins are dealt."""
        return derive_checkin_sign_key(self._peppers.known_peppers)

    @cached_property
    def releases(self) -> Releases:
        """Published tables."""
        return Releases(self._connection)

"""What the operator's commands and the health page ask about a database's key store."""

from dataclasses import dataclass
from datetime import datetime

from bot.store import database_identity, period_keys
from bot.store.engines import Engines
from bot.store.key_claims import ClaimStatus, KeyClaims
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError
from bot.store.repositories.restored_deliveries import settle_unknown_deliveries
from bot.store.row_security import begin_across_workspaces

_UNUSABLE = frozenset({ClaimStatus.MISSING, ClaimStatus.FOREIGN})


@dataclass(frozen=True)
class ClaimedKeyStoreHealth:
    """State of the key store, without any figure that changes with what people file.

    ``is_available``: it is that of the database and can be read. ``missing_count``: keys of open
    periods that it does not contain.
    """

    is_available: bool
    missing_count: int = 0


class ClaimedKeyStore:
    """Synchronous access to the claim and to the keys of open periods; every method blocks briefly.

    Methods raise :class:`bot.store.keys.key_store.KeyStoreUnavailableError` unless stated.
    """

    def __init__(self, engines: Engines, key_store: KeyStore, claims: KeyClaims) -> None:
        """Use the store's connections and its claims on *key_store*."""
        self._engines = engines
        self._key_store = key_store
        self._claims = claims

    def assess_claim(self, now: datetime) -> ClaimStatus:
        """Return whether the key store belongs to this database."""
        with self._engines.reader.begin() as connection:
            return self._claims.assess(connection, int(now.timestamp()))

    def is_used_elsewhere(self, now: datetime) -> bool:
        """Whether a copy or the original of this database uses the key store, as far as known."""
        try:
            return self.assess_claim(now) is ClaimStatus.IN_USE
        except KeyStoreUnavailableError:
            return False

    def acquire_claim(self, now: datetime) -> ClaimStatus:
        """Claim the key store, unless another instance uses it; return the status before."""
        with self._engines.writer.begin() as connection:
            return self._claims.acquire(connection, int(now.timestamp()))

    def recreate_lost_claim(self, settle_until: datetime | None = None) -> None:
        """Write a new claim where the one that the database has recorded is missing.

        *settle_until* is the present where the keys are lost, too. The lost claim's mark would show
        whether the database is an older copy. Deliveries due until then may have been sent, and
        are settled instead of sent again. A database without a mark has sent nothing.

        The settlement is a transaction of its own that is committed first: a process that is killed
        before the claim is written settles again at its next start.
        """
        if settle_until is not None:
            with begin_across_workspaces(self._engines.writer) as connection:
                if database_identity.read_mark(connection):
                    settle_unknown_deliveries(connection, settle_until)
        with self._engines.writer.begin() as connection:
            self._claims.recreate(connection)

    def count_missing_keys(self) -> int:
        """Count the keys of open periods that the key store does not contain."""
        with begin_across_workspaces(self._engines.reader) as connection:
            required = period_keys.list_required_keys(connection)
        return period_keys.count_missing_keys(required, self._key_store)

    def count_overdue_keys(self) -> int:
        """Count the keys of ended periods with which no close has succeeded for an hour or more."""
        attempts = self._claims.read_attempts().values()
        return sum(attempt.attempt_count > 1 for attempt in attempts)

    def read_health(self, now: datetime) -> ClaimedKeyStoreHealth:
        """Return the state of the key store; raises the driver's errors of the database alone."""
        try:
            if self.assess_claim(now) in _UNUSABLE:
                return ClaimedKeyStoreHealth(is_available=False)
            return ClaimedKeyStoreHealth(is_available=True, missing_count=self.count_missing_keys())
        except KeyStoreUnavailableError:
            return ClaimedKeyStoreHealth(is_available=False)

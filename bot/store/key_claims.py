"""Claims: a key store serves one database, and of its copies only the one that runs.

The database has an id, and records that it has claimed a key store. The key store has the claim:
the database's id, its instance and its mark, which every tick advances in both. A missing claim is
thus a missing volume, another id another database, and another instance or a lower mark a copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from sqlalchemy import Connection, Engine

from bot.store import database_identity
from bot.store.keys.claim import CloseAttempts, KeyStoreClaim
from bot.store.keys.key_id import IdempotencyKeyId, KeyId
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError

CLAIM_EXPIRY_SECONDS = 3600
"""Time after its last mark until which a claim excludes copies: several of the mark's intervals."""

MAX_CLOCK_ERROR_SECONDS = 86400
"""Time by which a mark may be in the future. A later one was written while a clock was wrong: it
would exclude a restored or moved database until then.
"""


class ClaimStatus(Enum):
    """What a key store's claim says about a database."""

    FREE = auto()
    """Neither knows of the other: a new database, or a new release of the bot."""

    MISSING = auto()
    """The database has claimed a key store, and this one has no claim: its volume is missing."""

    FOREIGN = auto()
    """Another database has claimed the key store."""

    OWN = auto()
    """This instance of the database has claimed it."""

    IN_USE = auto()
    """A copy or the original of this database uses it, or did so less than an hour ago."""

    ABANDONED = auto()
    """A copy or the original used it: this one was restored or moved, and goes on in its place."""


class MissingClaimError(KeyStoreUnavailableError):
    """The claim that the database has recorded is missing: the key store's volume is missing."""


class ForeignClaimError(KeyStoreUnavailableError):
    """The key store belongs to another database."""


class KeyClaims:
    """Access to a key store's keys for the database that claimed it; one per process and store."""

    def __init__(self, key_store: KeyStore) -> None:
        """Guard *key_store*; nothing is read before it is needed."""
        self._key_store = key_store
        self._database_id: int | None = None
        self._instance = ""
        self._is_recorded = False
        self._is_verified = False

    def assess(self, connection: Connection, now_seconds: int) -> ClaimStatus:
        """Return what the key store's claim says about the database of *connection*."""
        claim = self._read_claim(connection)
        if claim is None:
            return ClaimStatus.MISSING if self._has_recorded(connection) else ClaimStatus.FREE
        if claim.database_id != self._get_database_id(connection):
            return ClaimStatus.FOREIGN
        is_same = claim.instance == self._get_instance(connection)
        if is_same and claim.mark <= database_identity.read_mark(connection):
            return ClaimStatus.OWN
        is_recent = -MAX_CLOCK_ERROR_SECONDS < now_seconds - claim.mark < CLAIM_EXPIRY_SECONDS
        return ClaimStatus.IN_USE if is_recent else ClaimStatus.ABANDONED

    def acquire(self, connection: Connection, now_seconds: int) -> ClaimStatus:
        """Claim the key store in the write transaction of *connection* if it is free or abandoned.

        Return the status before: with ``IN_USE`` nothing is changed, and the caller may destroy no
        key. The key of requests is created with the claim: the time of its file would tell when
        the first form was sent. Raises :class:`MissingClaimError` and :class:`ForeignClaimError`.
        """
        status = self.assess(connection, now_seconds)
        raise_if_unusable(status)
        if status is ClaimStatus.FREE:
            self._create_claim(connection)
        elif status is ClaimStatus.ABANDONED:
            self._replace_claim(instance=self._get_instance(connection))
        if status is not ClaimStatus.IN_USE:
            self._record_claim(connection)
            self._create_request_key(connection)
        return status

    def take_over(self, connection: Connection) -> None:
        """Give the claim to this instance at once: the operator has moved the database here."""
        self._replace_claim(instance=self._get_instance(connection))

    def recreate(self, connection: Connection) -> None:
        """Write a claim without a mark in place of a missing one; an existing claim stays.

        A database of an older schema, without an id, gets none.
        """
        database_id = self._get_database_id(connection)
        if database_id is not None:
            claim = KeyStoreClaim(database_id, self._get_instance(connection))
            self._key_store.create_claim(claim)

    def write_mark(self, mark: int) -> None:
        """Replace the mark in the claim, if it has changed."""
        claim = self._key_store.read_claim()
        if claim is not None and claim.mark != mark:
            self._key_store.replace_claim(replace(claim, mark=mark))

    def read_attempts(self) -> Mapping[str, CloseAttempts]:
        """Return how often closing was tried for the keys of ended periods."""
        claim = self._key_store.read_claim()
        return claim.attempts if claim else {}

    def write_attempts(self, attempts: Mapping[str, CloseAttempts]) -> None:
        """Replace the attempts in the claim, if they have changed."""
        claim = self._key_store.read_claim()
        if claim is not None and claim.attempts != attempts:
            self._key_store.replace_claim(replace(claim, attempts=attempts))

    def is_last_known_owner(self) -> bool:
        """Whether the claim is still that of this process's database, which cannot be read now."""
        claim = self._key_store.read_claim()
        return (
            claim is not None
            and claim.database_id == self._database_id
            and claim.instance == self._instance
        )

    def get_key(self, connection: Connection, key_id: KeyId) -> bytes | None:
        """Return a key; ``None`` only if it is missing from the key store of this database.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        key = self._key_store.get(key_id)
        if key is None or not self._is_verified:
            self._verify_claim(connection)
        return key

    def get_or_create_key(self, connection: Connection, key_id: KeyId) -> bytes:
        """Return a key, created if missing, in a write transaction.

        The first key of a database is preceded by the claim. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        if not self._verify_claim(connection):
            self._create_claim(connection)
        self._record_claim(connection)
        return self._key_store.get_or_create(key_id)

    def _verify_claim(self, connection: Connection) -> bool:
        """Return whether there is a claim; raise an error unless it is the database's own."""
        claim = self._read_claim(connection)
        if claim is None:
            if self._has_recorded(connection):
                raise MissingClaimError("the key store has no claim")
            return False
        if claim.database_id != self._get_database_id(connection):
            raise ForeignClaimError("the key store belongs to another database")
        self._is_verified = True
        return True

    def _read_claim(self, connection: Connection) -> KeyStoreClaim | None:
        """Return the claim, read again if it is missing and the database has recorded one.

        Another process that starts at the same time may claim the key store and commit the record
        between the first reading and that of the database.
        """
        claim = self._key_store.read_claim()
        if claim is None and self._has_recorded(connection):
            claim = self._key_store.read_claim()
        return claim

    def _create_claim(self, connection: Connection) -> None:
        """Claim a free key store; a database of an older schema, without an id, cannot."""
        database_id = self._get_database_id(connection)
        if database_id is None:
            return
        claim = KeyStoreClaim(database_id, self._get_instance(connection))
        if self._key_store.create_claim(claim).database_id != database_id:
            raise ForeignClaimError("the key store was claimed by another database")

    def _create_request_key(self, connection: Connection) -> None:
        """Create the key of requests if it is missing and the key store is claimed."""
        key_id = IdempotencyKeyId()
        if self._has_recorded(connection) and self._key_store.get(key_id) is None:
            self._key_store.get_or_create(key_id)

    def _replace_claim(self, *, instance: str) -> None:
        claim = self._key_store.read_claim()
        if claim is not None and claim.instance != instance:
            self._key_store.replace_claim(replace(claim, instance=instance))

    def _record_claim(self, connection: Connection) -> None:
        if not self._has_recorded(connection) and self._get_database_id(connection) is not None:
            database_identity.record_claim(connection)

    def _has_recorded(self, connection: Connection) -> bool:
        self._is_recorded = self._is_recorded or database_identity.has_recorded_claim(connection)
        return self._is_recorded

    def _get_database_id(self, connection: Connection) -> int | None:
        if self._database_id is None:
            self._database_id = database_identity.read_database_id(connection)
        return self._database_id

    def _get_instance(self, connection: Connection) -> str:
        if not self._instance:
            self._instance = database_identity.identify_instance(connection)
        return self._instance


@dataclass(frozen=True)
class TransactionKeys:
    """The keys as one transaction reads and creates them."""

    claims: KeyClaims
    connection: Connection

    def get(self, key_id: KeyId) -> bytes | None:
        """Return a key; see :meth:`KeyClaims.get_key`."""
        return self.claims.get_key(self.connection, key_id)

    def get_or_create(self, key_id: KeyId) -> bytes:
        """Return a key, created if missing; see :meth:`KeyClaims.get_or_create_key`."""
        return self.claims.get_or_create_key(self.connection, key_id)


def copy_mark(engine: Engine, claims: KeyClaims, now_seconds: int) -> None:
    """Copy the database's committed mark to the claim, unless another instance holds it.

    The transaction has the writer lock, so that the processes of a database take turns.
    """
    with engine.begin() as connection:
        if claims.acquire(connection, now_seconds) is not ClaimStatus.IN_USE:
            claims.write_mark(database_identity.read_mark(connection))


def raise_if_unusable(status: ClaimStatus) -> None:
    """Raise :class:`MissingClaimError` or :class:`ForeignClaimError` for such a status."""
    if status is ClaimStatus.MISSING:
        raise MissingClaimError("the key store has no claim")
    if status is ClaimStatus.FOREIGN:
        raise ForeignClaimError("the key store belongs to another database")

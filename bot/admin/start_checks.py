"""Check the claim on the key store and its keys before a process writes or accepts requests."""

import logging
from datetime import UTC, datetime

from bot.admin import key_checkup
from bot.admin.finding import Finding
from bot.admin.key_location import Machine
from bot.errors import Fault, FaultyInputError
from bot.logs import log_error
from bot.settings import Settings
from bot.store.database_faults import (
    DatabaseFault,
    UnusableDatabaseError,
    classify_database_error,
)
from bot.store.key_claims import (
    ClaimStatus,
    ForeignClaimError,
    MissingClaimError,
    raise_if_unusable,
)
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.open_store import (
    MissingDatabaseError,
    open_store,
    open_store_without_pepper,
)
from bot.store.store import Store

logger = logging.getLogger("attune.start")

_UNUSABLE_SCHEMA_FAULTS = frozenset(
    {
        DatabaseFault.NEWER_SCHEMA,
        DatabaseFault.FOREIGN_SCHEMA,
        DatabaseFault.MOVED,
        DatabaseFault.MOVE_INCOMPLETE,
    }
)


def verify_key_store_claim(
    settings: Settings, *, accepts_lost_keys: bool, is_server: bool = True
) -> None:
    """Check before the first write that the key store's claim is that of the database. Blocks.

    A missing claim is written again if every key is present, or with *accepts_lost_keys*; otherwise
    the key store's volume is missing. *is_server* is whether the process has the option
    ``--without-keys``, and starts while the database is not available: an exception that is no
    permanent fault is then logged. Raises :class:`bot.errors.FaultyInputError`;
    :class:`bot.store.open_store.MissingDatabaseError` before an empty SQLite file is created;
    :class:`UnusableDatabaseError` for an SQLite file that cannot be opened; and, unless
    *is_server*, that and the driver's exceptions for every other fault.
    """
    store = open_store_without_pepper(settings)
    try:
        _require_own_schema(store)
        now = datetime.now(UTC)
        status = store.claimed_key_store.assess_claim(now)
        is_recreated = status is ClaimStatus.MISSING and (accepts_lost_keys or _has_keys(store))
        if is_recreated:
            store.claimed_key_store.recreate_lost_claim(now if accepts_lost_keys else None)
            logger.warning("keys.claimed_again", extra={"action": "keys.claimed_again"})
        else:
            raise_if_unusable(status)
    except KeyStoreUnavailableError as error:
        raise build_key_fault(error, may_start_without_keys=is_server) from error
    except Exception as error:
        if not is_server:
            raise
        _raise_if_permanent(error)
        log_error(logger, "start.database_unreachable", error)
    finally:
        store.close_sync()


def _require_own_schema(store: Store) -> None:
    """Raise :class:`UnusableDatabaseError` for a schema that no migration may change.

    It is that of a newer release or another program, or the database was moved, or its move was
    interrupted. Nothing is written.
    """
    fault = store.database_check.find_schema_fault()
    if fault in _UNUSABLE_SCHEMA_FAULTS:
        raise UnusableDatabaseError(fault)


def _raise_if_permanent(error: Exception) -> None:
    """Raise :class:`FaultyInputError` for a database fault that is not transient."""
    fault = classify_database_error(error)
    if fault and not fault.is_transient:
        raise FaultyInputError((build_database_fault(fault),)) from error


def build_key_fault(
    error: KeyStoreUnavailableError, *, may_start_without_keys: bool
) -> FaultyInputError:
    """Convert an exception of the key store to the error that ends the command, with its remedy.

    The remedy for lost keys is the option ``--without-keys`` only if *may_start_without_keys*. The
    driver's exception of a key database is classified like one of the main database.
    """
    if isinstance(error, MissingDatabaseError):
        facts = {"path": str(error.path)}
        return FaultyInputError((Fault("DATABASE_URL", "operator.missing.database_gone", facts),))
    lost = "keys_lost" if may_start_without_keys else "keys_needed"
    names = {MissingClaimError: lost, ForeignClaimError: "keys_foreign"}
    if type(error) not in names and (fault := classify_database_error(error)):
        return FaultyInputError((build_database_fault(fault, "KEYS"),))
    name = names.get(type(error), "keys_unavailable")
    return FaultyInputError((Fault("KEYS", f"operator.missing.{name}"),))


def build_database_fault(fault: DatabaseFault, location: str = "DATABASE_URL") -> Fault:
    """Convert *fault* to one at the setting *location*, with its remedy's catalogue key."""
    return Fault(location, f"environment.database.{fault}")


def claim_key_store(
    settings: Settings, machine: Machine, *, accepts_lost_keys: bool
) -> tuple[Finding, ...]:
    """Claim the key store for the database; return the findings printed at the start. Blocks.

    They are its location, a copy of the database that uses it, and the risks of its location.
    Raises :class:`bot.errors.FaultyInputError` for a folder that is not writable, for an empty key
    store with open periods unless *accepts_lost_keys*, and for a permanent fault of the database;
    :class:`UnusableDatabaseError` for an SQLite file that cannot be opened.
    """
    try:
        status = _acquire_key_store_claim(settings, accepts_lost_keys=accepts_lost_keys)
    except KeyStoreUnavailableError as error:
        raise build_key_fault(error, may_start_without_keys=True) from error
    name = "keys" if settings.keys_folder else "keys_database"
    location = Finding(
        is_healthy=True,
        key=f"operator.starting.{name}",
        facts={"folder": str(settings.keys_folder or "")},
    )
    in_use = (key_checkup.build_in_use_finding(settings),) if status is ClaimStatus.IN_USE else ()
    return (location, *in_use, *key_checkup.list_location_findings(settings, machine))


def _acquire_key_store_claim(settings: Settings, *, accepts_lost_keys: bool) -> ClaimStatus | None:
    """Check the keys, acquire the claim in a write transaction, and return its status before.

    ``None`` after an exception that is no permanent fault, which is logged: a process starts while
    the PostgreSQL server is down, and ``/readyz`` responds with status 503 until it is up. Raises
    :class:`KeyStoreUnavailableError`, :class:`FaultyInputError` and, for an SQLite file that cannot
    be opened, :class:`UnusableDatabaseError`.
    """
    store = open_store(settings)
    try:
        _require_keys(settings, store, accepts_lost_keys=accepts_lost_keys)
        return store.claimed_key_store.acquire_claim(datetime.now(UTC))
    except KeyStoreUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - each driver has its own errors
        _raise_if_permanent(error)
        log_error(logger, "start.database_unreachable", error)
        return None
    finally:
        store.close_sync()


def _require_keys(settings: Settings, store: Store, *, accepts_lost_keys: bool) -> None:
    """Raise :class:`KeyStoreUnavailableError` for a read-only folder, and for lost keys."""
    if settings.keys_folder and not store.key_store.check_health().is_writable:
        raise KeyStoreUnavailableError("the folder cannot be written")
    if not accepts_lost_keys and key_checkup.are_keys_lost(store):
        raise MissingClaimError


def _has_keys(store: Store) -> bool:
    """Whether the key store contains at least one key, and every key of the open periods."""
    return not store.key_store.is_empty() and store.claimed_key_store.count_missing_keys() == 0

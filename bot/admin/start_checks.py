"""Checks of the key store before a process starts to serve."""

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

_FOREIGN_STATES = frozenset(
    {
        DatabaseFault.NEWER_SCHEMA,
        DatabaseFault.FOREIGN_SCHEMA,
        DatabaseFault.MOVED,
        DatabaseFault.MOVE_INCOMPLETE,
    }
)


def check_claim(settings: Settings, *, accepts_lost_keys: bool, is_server: bool = True) -> None:
    """Check before anything is written that the key store is that of the database.

    A missing claim is written again if all keys are there, or with *accepts_lost_keys*; otherwise
    the volume is missing. *is_server* is whether the process may start without keys, and awaits
    a database that does not answer. Raises :class:`bot.errors.FaultyInputError`, and
    :class:`bot.store.open_store.MissingDatabaseError` before an empty database is created.
    """
    store = open_store_without_pepper(settings)
    try:
        _require_own_schema(store)
        now = datetime.now(UTC)
        status = store.claimed_key_store.assess_claim(now)
        is_renewed = status is ClaimStatus.MISSING and (accepts_lost_keys or _has_keys(store))
        if is_renewed:
            store.claimed_key_store.renew_claim(now if accepts_lost_keys else None)
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
    """Raise an error for a database that no start may change, and that stays as it is.

    It has the schema of a newer release or another program, was moved, or is incomplete.
    """
    fault = store.database_check.find_schema_fault()
    if fault in _FOREIGN_STATES:
        raise UnusableDatabaseError(fault)


def _raise_if_permanent(error: Exception) -> None:
    """Raise a fault that does not end by itself; others are awaited by a process that starts."""
    fault = classify_database_error(error)
    if fault and not fault.is_transient:
        raise FaultyInputError((build_database_fault(fault),)) from error


def build_key_fault(
    error: KeyStoreUnavailableError, *, may_start_without_keys: bool
) -> FaultyInputError:
    """Return the fault that stops a command whose key store, or its database, cannot be used.

    ``--without-keys`` is proposed only if *may_start_without_keys*.
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
    """Return the fault of the database that the setting *location* names."""
    return Fault(location, f"environment.database.{fault}")


def check_key_store(
    settings: Settings, machine: Machine, *, accepts_lost_keys: bool
) -> tuple[Finding, ...]:
    """Return what the operator reads about the key store at the start: its location and risks.

    The key store is claimed for the database. Raises :class:`bot.errors.FaultyInputError` for a
    folder that cannot be written, and for an empty key store beside open periods unless
    *accepts_lost_keys*.
    """
    try:
        status = _claim_keys(settings, accepts_lost_keys=accepts_lost_keys)
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


def _claim_keys(settings: Settings, *, accepts_lost_keys: bool) -> ClaimStatus | None:
    """Check that the keys are there and can be written, claim them, and return the claim's status.

    ``None`` where a database does not answer: a process starts while a PostgreSQL server is down,
    and is not ready until it is up.
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
    """Raise an error if the folder cannot be written, or has no key of the open periods."""
    if settings.keys_folder and not store.key_store.check_health().is_writable:
        raise KeyStoreUnavailableError("the folder cannot be written")
    if not accepts_lost_keys and key_checkup.are_keys_lost(store):
        raise MissingClaimError


def _has_keys(store: Store) -> bool:
    """Whether the key store has every key of the open periods, and one key at least."""
    return not store.key_store.is_empty() and store.claimed_key_store.count_missing_keys() == 0

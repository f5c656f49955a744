"""Checks of the key store before a process starts to serve."""

import logging

from bot.admin import key_checkup
from bot.admin.finding import Finding
from bot.admin.key_location import Machine
from bot.errors import Fault, FaultyInputError
from bot.logs import log_error
from bot.settings import Settings
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.open_store import open_store
from bot.store.store import Store

logger = logging.getLogger("attune.start")


def check_key_store(
    settings: Settings, machine: Machine, *, accepts_lost_keys: bool
) -> tuple[Finding, ...]:
    """Return what the operator reads about the key store at the start: its location and risks.

    Raises :class:`bot.errors.FaultyInputError` for a folder that cannot be written, and for an
    empty key store beside open periods unless *accepts_lost_keys*.
    """
    try:
        _require_keys(settings, accepts_lost_keys=accepts_lost_keys)
    except KeyStoreUnavailableError as error:
        fault = Fault("KEYS", "operator.missing.keys_unavailable")
        raise FaultyInputError((fault,)) from error
    name = "keys" if settings.keys_folder else "keys_database"
    location = Finding(
        is_healthy=True,
        key=f"operator.starting.{name}",
        facts={"folder": str(settings.keys_folder or "")},
    )
    return (location, *key_checkup.list_location_findings(settings, machine))


def _require_keys(settings: Settings, *, accepts_lost_keys: bool) -> None:
    """Raise an error if the folder cannot be written or its keys are lost; see above."""
    store = open_store(settings)
    try:
        if settings.keys_folder and not store.key_store.check_health().is_writable:
            raise KeyStoreUnavailableError("the folder cannot be written")
        if not accepts_lost_keys and _are_keys_lost(store):
            raise FaultyInputError((Fault("KEYS", "operator.missing.keys_lost"),))
    finally:
        store.close_sync()


def _are_keys_lost(store: Store) -> bool:
    """Return whether the keys are lost; ``False`` where a database does not answer.

    A process starts while a PostgreSQL server is down, and is not ready until it is up.
    """
    try:
        return key_checkup.are_keys_lost(store)
    except KeyStoreUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - each driver has its own errors
        log_error(logger, "start.database_unreachable", error)
        return False

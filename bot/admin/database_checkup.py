"""Check the database: schema, a test commit, file permissions; its folders before a first start."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.admin import key_checkup
from bot.admin.finding import Finding, build_fault_finding
from bot.admin.key_location import Machine
from bot.admin.start_checks import build_database_fault
from bot.settings import Settings
from bot.store.database_faults import DatabaseFault, classify_database_error
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.keys.open_key_store import open_key_store
from bot.store.open_store import belongs_to_database, open_store
from bot.store.repositories import Repositories
from bot.store.store import Store

T = TypeVar("T")


def is_before_first_start(settings: Settings) -> bool:
    """Return whether the SQLite file is missing, which the first connection would create."""
    return settings.database_file is not None and not os.path.lexists(settings.database_file)


def check_first_start(settings: Settings, machine: Machine) -> tuple[Finding, ...]:
    """Check the folders of database and keys, without a connection that would create the file.

    A claimed or non-empty key store without its database file means that the file's volume is not
    mounted, or that ``DATABASE_URL`` has a wrong path.
    """
    file = settings.database_file or Path()
    facts: dict[str, str | int] = {"path": str(file)}
    key_store = open_key_store(settings.keys_location)
    try:
        has_keys = belongs_to_database(key_store)
        health = key_store.check_health()
    except KeyStoreUnavailableError as error:
        return (key_checkup.build_unavailable_finding(settings, error),)
    finally:
        key_store.close()
    if has_keys:
        return (Finding(is_healthy=False, key="operator.doctor.database_missing", facts=facts),)
    database_finding = (
        Finding(is_healthy=True, key="operator.doctor.database_new", facts=facts)
        if can_write_below(file.parent)
        else build_fault_finding(build_database_fault(DatabaseFault.FOLDER_UNUSABLE))
    )
    return (database_finding, *key_checkup.list_folder_findings(settings, machine, health))


def can_write_below(folder: Path) -> bool:
    """Return whether this process may write to *folder*, or to the nearest parent that exists.

    Permissions are checked for the effective user id; nothing is created.
    """
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK, effective_ids=True)


def find_schema_finding(store: Store) -> Finding | None:
    """Return the finding on a schema on which this release does not run; ``None`` if it does.

    Blocks. Raises the driver's exception.
    """
    fault = store.database_check.find_schema_fault()
    if fault is DatabaseFault.OLDER_SCHEMA:
        return Finding(is_healthy=False, key="operator.doctor.migrate")
    return build_fault_finding(build_database_fault(fault)) if fault else None


def check_storage_access(settings: Settings, store: Store) -> tuple[Finding, ...]:
    """Commit a test row; check the files' permissions, and write access to the release archive.

    A driver's exception becomes a finding; any other exception is raised.
    """
    findings = [
        Finding(is_healthy=False, key="operator.doctor.database_exposed", facts={"path": str(file)})
        for file in store.database_check.list_exposed_files()
    ]
    if not can_write_below(settings.archive_folder):
        facts: dict[str, str | int] = {"folder": str(settings.archive_folder)}
        findings.append(
            Finding(is_healthy=False, key="operator.doctor.releases_unwritable", facts=facts)
        )
    try:
        store.database_check.commit_write_probe(datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - each driver has its own errors
        return (build_error_finding(error), *findings)
    return (Finding(is_healthy=True, key="operator.doctor.database"), *findings)


def build_error_finding(error: Exception) -> Finding:
    """Convert a database exception to a finding; raises any other exception, a defect, again."""
    fault = classify_database_error(error)
    if fault is None:
        raise error
    return build_fault_finding(build_database_fault(fault))


def read_or_default(settings: Settings, job: Callable[[Repositories], T], default: T) -> T:
    """Run *job* in a read transaction of a store of its own; return *default* if that fails.

    It fails before the first start, if :meth:`Store.is_schema_current` is false, and for every
    exception, the job's included: the database check reports the cause. Blocks: async callers run
    it in a thread.
    """
    if is_before_first_start(settings):
        return default
    try:
        store = open_store(settings)
        try:
            return store.read_sync(job) if store.is_schema_current() else default
        finally:
            store.close_sync()
    except Exception:  # noqa: BLE001 - reported by the database check
        return default

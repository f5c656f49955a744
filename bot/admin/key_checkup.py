"""Check the key store: its claim, write access, permissions, location, and keys of open periods."""

from datetime import UTC, datetime
from pathlib import Path

from bot.admin import secret_checkup
from bot.admin.finding import Finding
from bot.admin.key_location import Machine, find_location_risks
from bot.settings import Settings
from bot.store.key_claims import ClaimStatus, ForeignClaimError, raise_if_unusable
from bot.store.keys.key_store import KeyStoreHealth, KeyStoreUnavailableError
from bot.store.store import Store


def check_keys(settings: Settings, store: Store, machine: Machine) -> tuple[Finding, ...]:
    """Return one finding for a healthy key store, else one for each fault. Blocks.

    A test key is created and deleted, unless the claim is missing or another database's. A
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` becomes a finding; the driver's
    exceptions are raised.
    """
    try:
        return _check_usable_keys(settings, store, machine)
    except KeyStoreUnavailableError as error:
        return (build_unavailable_finding(settings, error),)


def _check_usable_keys(settings: Settings, store: Store, machine: Machine) -> tuple[Finding, ...]:
    """Return the findings; raises :class:`KeyStoreUnavailableError` for an unusable key store."""
    status = store.claimed_key_store.assess_claim(datetime.now(UTC))
    raise_if_unusable(status)
    health = store.key_store.check_health()
    if not health.is_writable:
        return (_build_finding("keys_unavailable", settings),)
    faults = list(list_location_findings(settings, machine))
    if status is ClaimStatus.IN_USE:
        faults.append(build_in_use_finding(settings))
    if overdue_count := store.claimed_key_store.count_overdue_keys():
        facts: dict[str, str | int] = {"count": overdue_count}
        faults.append(Finding(is_healthy=False, key="operator.doctor.keys_overdue", facts=facts))
    if not health.is_private:
        faults.append(_build_finding("keys_not_private", settings))
    missing_count = store.claimed_key_store.count_missing_keys()
    if missing_count:
        facts = {"count": missing_count}
        faults.append(Finding(is_healthy=False, key="operator.doctor.keys_missing", facts=facts))
    elif unopened_count := _count_unopened_periods(store):
        facts = {"count": unopened_count}
        faults.append(Finding(is_healthy=False, key="operator.doctor.keys_wrong", facts=facts))
    faults += secret_checkup.check_secrets(store)
    if lost_count := store.count_lost_team_records() if store.is_schema_current() else 0:
        facts = {"count": lost_count}
        faults.append(Finding(is_healthy=False, key="operator.doctor.team_keys_lost", facts=facts))
    return tuple(faults) or (
        _build_finding("keys" if settings.keys_folder else "keys_database", settings, healthy=True),
    )


def list_location_findings(settings: Settings, machine: Machine) -> tuple[Finding, ...]:
    """Return why a restart may delete the key folder, by the mount table; ``()`` for a database."""
    folder = settings.keys_folder
    risks = find_location_risks(folder, machine) if folder else ()
    return tuple(_build_finding(risk.value, settings) for risk in risks)


def list_folder_findings(
    settings: Settings, machine: Machine, health: KeyStoreHealth
) -> tuple[Finding, ...]:
    """Return the findings about a key store before the first start, without a database query."""
    if not health.is_writable:
        return (_build_finding("keys_unavailable", settings),)
    faults = list(list_location_findings(settings, machine))
    if not health.is_private:
        faults.append(_build_finding("keys_not_private", settings))
    return tuple(faults) or (
        _build_finding("keys" if settings.keys_folder else "keys_database", settings, healthy=True),
    )


def build_unavailable_finding(settings: Settings, error: KeyStoreUnavailableError) -> Finding:
    """Convert *error* to a finding: the key store is another database's, or not available."""
    is_foreign = isinstance(error, ForeignClaimError)
    return _build_finding("keys_foreign" if is_foreign else "keys_unavailable", settings)


def build_in_use_finding(settings: Settings) -> Finding:
    """Return the finding for a claim that a copy or the original of the database holds."""
    return _build_finding("keys_in_use", settings)


def are_keys_lost(store: Store) -> bool:
    """Return whether periods are open and the key store is empty: its volume is not mounted.

    If only some keys are missing, the bot starts with the others and ``doctor`` reports it. Blocks.
    Raises :class:`KeyStoreUnavailableError`.
    """
    return store.claimed_key_store.count_missing_keys() > 0 and store.key_store.is_empty()


def _build_finding(name: str, settings: Settings, *, healthy: bool = False) -> Finding:
    """Return a finding with the key folder's path, never a URL, which may contain a password."""
    folder: Path | str = settings.keys_folder or "KEYS"
    return Finding(healthy, f"operator.doctor.{name}", {"folder": str(folder)})


def _count_unopened_periods(store: Store) -> int:
    """Count the rows of periods that no key decrypts; 0 unless the schema is this release's."""
    if not store.is_schema_current():
        return 0
    return store.read_sync(lambda repos: repos.ledger.count_unreadable_periods())

"""Check the operator's secret: rows sealed with an earlier pepper, and interrupted rotations."""

from bot.admin.finding import Finding
from bot.store.encryption import SealState
from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.repositories import Repositories
from bot.store.store import Store

_NO_LIMIT = 1_000_000
"""Row limit of the query of installations, which no deployment reaches."""


def check_secrets(store: Store) -> tuple[Finding, ...]:
    """Return findings about rows that only an earlier pepper opens, and interrupted rotations.

    A rotation was interrupted if the key store still has a next key. Every sealed row is decrypted
    in one read transaction; none for another schema revision. Blocks. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    if not store.is_schema_current():
        return ()
    states = store.read_sync(_list_states)
    outdated_count = sum(state.is_outdated for state in states)
    findings = []
    if outdated_count:
        facts: dict[str, str | int] = {"count": outdated_count}
        findings.append(_build_finding("secret_outdated", facts))
    elif store.key_store.get(PepperKeyId().next_id):
        findings.append(_build_finding("secret_unfinished", {}))
    replaced_names = {key.file_name for key in store.key_store.list_ids()}
    replaced_count = sum(
        InstallationKeyId(state.name).next_id.file_name in replaced_names for state in states
    )
    if replaced_count:
        facts = {"count": replaced_count}
        findings.append(_build_finding("workspace_keys_unfinished", facts))
    return tuple(findings)


def _list_states(repos: Repositories) -> tuple[SealState, ...]:
    secrets = repos.secret_cipher.list_seals()
    return (*secrets, *repos.installations.seals.list_states(limit=_NO_LIMIT))


def _build_finding(name: str, facts: dict[str, str | int]) -> Finding:
    return Finding(is_healthy=False, key=f"operator.doctor.{name}", facts=facts)

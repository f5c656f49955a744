"""Command ``team rename-people``: replace product ids of people, one transaction per person."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.admin.id_pairs import IdPair, read_id_pairs
from bot.context import Context
from bot.conversation import Person
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.repositories.person_renames import RenameStatus
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS

_WORKSPACE_PATTERN = re.compile(r"[A-Za-z0-9-]{2,64}")

_FAULT_KEYS = {
    RenameStatus.NEW_ID_IN_USE: "operator.team.pair_in_use",
    RenameStatus.KEYS_MISSING: "operator.team.pair_keys_missing",
}


async def rename_people(
    context: Context, workspace: str, path: Path, *, is_dry_run: bool
) -> Mapping[RenameStatus, int]:
    """Rename the people of *workspace* by the CSV file at *path*; return their number by status.

    All pairs are validated in one read transaction; each is then renamed in a write transaction of
    its own. Idempotent: a pair that was renamed before is skipped, so that an interrupted run can
    be repeated. With *is_dry_run* nothing is written.

    Raises :class:`bot.errors.FaultyInputError` with every fault, before the first write, or for a
    conflict that was committed since, after the earlier pairs; and
    :class:`bot.errors.StoreBusyError`.
    """
    pairs, scope, now = read_id_pairs(path), context.store.across_workspaces, context.now()
    key = build_workspace_key(lowercase_microsoft_id(workspace))

    def find_statuses(repos: Repositories) -> list[RenameStatus]:
        if not _WORKSPACE_PATTERN.fullmatch(workspace) or not repos.teams.list_teams(key):
            raise FaultyInputError((Fault("WORKSPACE", "operator.team.unknown_workspace"),))
        return [repos.person_renames.find_status(*_list_persons(key, pair), now) for pair in pairs]

    statuses = await scope.read(find_statuses)
    _reject_faults(pairs, statuses)
    for pair in () if is_dry_run else pairs:
        rename = partial(_rename_pair, key=key, pair=pair, now=now)
        status = await scope.write(rename, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS)
        _reject_faults([pair], [status])
    return Counter(statuses)


def _reject_faults(pairs: Sequence[IdPair], statuses: Sequence[RenameStatus]) -> None:
    faults = tuple(
        Fault(pair.location, _FAULT_KEYS[status])
        for pair, status in zip(pairs, statuses, strict=True)
        if status in _FAULT_KEYS
    )
    if faults:
        raise FaultyInputError(faults)


def _rename_pair(repos: Repositories, key: str, pair: IdPair, now: datetime) -> RenameStatus:
    return repos.person_renames.rename(*_list_persons(key, pair), now)


def _list_persons(key: str, pair: IdPair) -> tuple[Person, Person]:
    return Person(key, pair.old_id), Person(key, pair.new_id)

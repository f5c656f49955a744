"""The operator's view of the audit trail: its lines, and the erasure of a person from it."""

import re
from datetime import UTC

from bot.admin.account_references import lowercase_microsoft_id, workspace_key
from bot.admin.team_verbs import find_team
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Person
from bot.domain.teams import audit_screen
from bot.domain.teams.audit_entry import AuditEntry
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS

MAX_LINES = 10_000
"""Maximum number of entries that are printed: those of 24 months of a large deployment."""

_ACCOUNT_PATTERN = re.compile(r"([A-Za-z0-9-]{2,64})/([A-Za-z0-9-]{2,64})")


def load_entries(repos: Repositories, reference: str | None) -> tuple[AuditEntry, ...]:
    """Return the entries of the team that *reference* names, newest first; of all for ``None``.

    Raises :class:`bot.errors.FaultyInputError` for a reference to no team.
    """
    team_ids = None if reference is None else [find_team(repos, reference).id]
    return repos.audit_trail.list_entries(team_ids=team_ids, limit=MAX_LINES)


def render_lines(entries: tuple[AuditEntry, ...], words: LanguagePack) -> list[str]:
    """Return a line for each entry: its instant in UTC and its sentence, with ids of products."""
    return [
        f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M}Z  "
        f"{audit_screen.render_entry(entry, words, str, str)}"
        for entry in entries
    ]


async def erase_person(context: Context, account: str) -> int:
    """Replace a person in records of changes by "somebody who left"; return in how many places.

    *account* is ``WORKSPACE/PERSON``, as in a team file. Raises
    :class:`bot.errors.FaultyInputError` for anything else. Lists and roles are not changed.
    """
    match = _ACCOUNT_PATTERN.fullmatch(account)
    if match is None:
        raise FaultyInputError((Fault("--erase", "operator.team.account_malformed"),))
    workspace, person_id = map(lowercase_microsoft_id, match.groups())
    person = Person(workspace_key(workspace), person_id)
    return await context.store.across_workspaces.write(
        lambda repos: repos.named_persons.erase(person),
        timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS,
    )

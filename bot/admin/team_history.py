"""Command ``team history``: print the audit entries of teams, or erase a person from the trail."""

import re
from datetime import UTC

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
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
"""Row limit of the query: more than the entries of 24 months of a large deployment."""

_ACCOUNT_PATTERN = re.compile(r"([A-Za-z0-9-]{2,64})/([A-Za-z0-9-]{2,64})")


def load_entries(repos: Repositories, reference: str | None) -> tuple[AuditEntry, ...]:
    """Query the audit entries of the team of *reference*, newest first; all entries for ``None``.

    Raises :class:`bot.errors.FaultyInputError` if *reference* matches no team, or several.
    """
    team_ids = None if reference is None else [find_team(repos, reference).id]
    return repos.audit_trail.list_entries(team_ids=team_ids, limit=MAX_LINES)


def render_lines(entries: tuple[AuditEntry, ...], words: LanguagePack) -> list[str]:
    """Render one line per entry: a timestamp in UTC, and a sentence with the raw ids."""
    return [
        f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M}Z  "
        f"{audit_screen.render_entry(entry, words, str, str)}"
        for entry in entries
    ]


async def erase_from_history(context: Context, account: str) -> int:
    """Replace a person's id by a constant in the audit trail and other records of changes.

    *account* is the string ``WORKSPACE/PERSON``, as in a team file; lists and roles are not
    changed. One write transaction; idempotent. Returns the number of changes, deleted undo copies
    included. Raises :class:`bot.errors.FaultyInputError` for a malformed *account*, and
    :class:`bot.errors.StoreBusyError`.
    """
    match = _ACCOUNT_PATTERN.fullmatch(account)
    if match is None:
        raise FaultyInputError((Fault("--erase", "operator.team.account_malformed"),))
    workspace, person_id = map(lowercase_microsoft_id, match.groups())
    person = Person(build_workspace_key(workspace), person_id)
    return await context.store.across_workspaces.write(
        lambda repos: repos.named_persons.erase(person),
        timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS,
    )

"""Command ``audit``: print the audit entries about whole workspaces, not about single teams.

They are installations, purges, and rotations of secrets and keys.
"""

from datetime import UTC, datetime

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.content.catalogue import LanguagePack
from bot.domain.operator_entry import OperatorEntry
from bot.domain.teams import audit_screen
from bot.domain.teams.audit_entry import AuditEntry
from bot.domain.teams.team_reference import bare_workspace
from bot.store.repositories import Repositories

MAX_LINES = 10_000
"""Row limit of each of the two queries: of audit entries, and of the operator's."""

_WORKSPACE_ENTRIES = ("",)
"""Value of the column ``team`` in the rows about a whole workspace."""

_DIGEST_PREFIX_DIGITS = 8
"""Length of the printed prefix of a workspace's digest, in hexadecimal digits."""

TrailEntry = AuditEntry | OperatorEntry


def load_entries(repos: Repositories, reference: str | None) -> tuple[TrailEntry, ...]:
    """Query the entries about whole workspaces, newest first; of all for a *reference* of ``None``.

    *reference* is a workspace's id. The row of a purge has a keyed digest in its place, which is
    computed from *reference* for the query. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` when its key cannot be read.
    """
    workspace = "" if reference is None else build_workspace_key(lowercase_microsoft_id(reference))
    trail = repos.audit_trail
    entries: list[TrailEntry] = [
        *trail.list_entries(workspace=workspace, team_ids=_WORKSPACE_ENTRIES, limit=MAX_LINES),
        *trail.operator_entries.list_entries(workspace=workspace, limit=MAX_LINES),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def render_lines(
    entries: tuple[TrailEntry, ...], words: LanguagePack, reference: str | None
) -> list[str]:
    """Render one line per entry: a timestamp in UTC, and a sentence with the raw ids.

    A purged workspace is printed as *reference*, or without one as a prefix of its digest.
    """
    return [
        _render_operator_entry(entry, words, reference)
        if isinstance(entry, OperatorEntry)
        else f"{_format_instant(entry.at)}  {bare_workspace(entry.workspace)}  "
        f"{audit_screen.render_entry(entry, words, str, str)}"
        for entry in entries
    ]


def _render_operator_entry(entry: OperatorEntry, words: LanguagePack, reference: str | None) -> str:
    sentence = words.translate(
        f"operator.audit.{entry.action}",
        who=words.translate(f"operator.audit.{entry.actor}"),
        workspace=reference or f"#{entry.workspace_digest.hex()[:_DIGEST_PREFIX_DIGITS]}",
        reason=entry.reason or words.translate("operator.audit.requested"),
        count=entry.row_count,
    )
    return f"{_format_instant(entry.at)}  {sentence}"


def _format_instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"

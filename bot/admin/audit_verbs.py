"""The operator's view of installations, purges and rotations: what concerns whole workspaces."""

from datetime import UTC, datetime

from bot.admin.account_references import lowercase_microsoft_id, workspace_key
from bot.content.catalogue import LanguagePack
from bot.domain.operator_entry import OperatorEntry
from bot.domain.teams import audit_screen
from bot.domain.teams.audit_entry import AuditEntry
from bot.domain.teams.team_reference import bare_workspace
from bot.store.repositories import Repositories

MAX_LINES = 10_000
"""Maximum number of entries of each kind that are printed."""

_WORKSPACE_ENTRIES = ("",)
"""The blank team of entries about a whole workspace."""

_MARK_DIGITS = 8
"""Hexadecimal digits by which the entries of one deleted workspace are recognized."""

TrailEntry = AuditEntry | OperatorEntry


def load_entries(repos: Repositories, reference: str | None) -> tuple[TrailEntry, ...]:
    """Return the entries about whole workspaces, newest first; of one that *reference* names.

    The purge of a workspace is found by its id alone, as it is stored as a digest. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    workspace = "" if reference is None else workspace_key(lowercase_microsoft_id(reference))
    trail = repos.audit_trail
    entries: list[TrailEntry] = [
        *trail.list_entries(workspace=workspace, team_ids=_WORKSPACE_ENTRIES, limit=MAX_LINES),
        *trail.operator_entries.list_entries(workspace=workspace, limit=MAX_LINES),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def render_lines(
    entries: tuple[TrailEntry, ...], words: LanguagePack, reference: str | None
) -> list[str]:
    """Return a line for each entry: its instant in UTC, and its sentence with ids of products."""
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
        workspace=reference or f"#{entry.workspace_digest.hex()[:_MARK_DIGITS]}",
        reason=entry.reason or words.translate("operator.audit.requested"),
        count=entry.row_count,
    )
    return f"{_format_instant(entry.at)}  {sentence}"


def _format_instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"

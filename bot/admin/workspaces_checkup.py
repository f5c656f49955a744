"""Check the workspaces file: entries with texts or retention of their own, and unknown ids."""

from collections.abc import Collection

from bot.admin import database_checkup
from bot.admin.finding import Finding
from bot.admin.workspaces_file import WorkspaceEntry, read_workspaces
from bot.domain.teams.team_reference import bare_workspace
from bot.settings import Settings
from bot.store.repositories import Repositories

_MAX_NAMED = 20
"""Maximum number of ids in one finding; a deployment may have thousands of workspaces."""


def check_workspaces(settings: Settings) -> tuple[Finding, ...]:
    """Return the ids of workspaces with a safety text or retention of their own, and unknown ids.

    An id is unknown if the database has no row of it; none is if the database cannot be read, which
    has a finding of its own. Returns ``()`` without a configured file. Blocks. Raises
    :class:`bot.errors.FaultyInputError` for an invalid file.
    """
    if settings.workspaces_file is None:
        return ()
    entries = read_workspaces(settings.workspaces_file, settings.retention)
    listed = frozenset(workspace for entry in entries for workspace in entry.workspaces)
    stored = database_checkup.read_or_default(settings, _list_known_workspaces, listed)
    return (
        *_build_finding("safety", _list_with_safety_text(entries)),
        *_build_finding("retention", _list_with_shorter_periods(entries, settings)),
        *_build_finding("unknown", listed - stored),
    )


def _list_known_workspaces(repos: Repositories) -> frozenset[str]:
    """Query the keys of the workspaces with a team, a person, a state or an installation."""
    return frozenset(state.workspace for state in repos.workspace_purges.list_workspaces())


def _list_with_safety_text(entries: tuple[WorkspaceEntry, ...]) -> frozenset[str]:
    return frozenset(
        workspace for entry in entries if entry.safety_texts for workspace in entry.workspaces
    )


def _list_with_shorter_periods(
    entries: tuple[WorkspaceEntry, ...], settings: Settings
) -> frozenset[str]:
    return frozenset(
        workspace
        for entry in entries
        if entry.retention != settings.retention
        for workspace in entry.workspaces
    )


def _build_finding(name: str, workspaces: Collection[str]) -> tuple[Finding, ...]:
    """Return the finding with the number and the first ids of *workspaces*; ``()`` for none."""
    if not workspaces:
        return ()
    ids = sorted(map(bare_workspace, workspaces))
    listed = ", ".join([*ids[:_MAX_NAMED], *(["…"] if len(ids) > _MAX_NAMED else [])])
    facts: dict[str, str | int] = {"count": len(ids), "workspaces": listed}
    return (Finding(is_healthy=True, key=f"operator.doctor.workspaces_{name}", facts=facts),)

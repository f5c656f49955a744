"""Commands ``workspace list`` and ``workspace purge``: query workspaces, and delete one's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.admin.account_references import build_workspace_key, lowercase_microsoft_id
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.domain.reachability import SuspensionKind, classify_suspension
from bot.domain.teams.team_reference import bare_workspace
from bot.domain.uninstallation import find_purge_time
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.repositories.workspace_purges import WorkspaceUninstallation
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS
from bot.workflows.reachability import suspend_dependent_workspaces
from bot.workflows.workspace_purge import complete_purge

_CONFIRMATION = "--yes"
_UNINSTALLED = "app_uninstalled"
_TIME_FORMAT = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True)
class PurgeReport:
    """Number of a workspace's rows by table, before and after a purge, and whether it is complete.

    A dry run has the same counts twice.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    is_complete: bool

    def render_lines(self, words: LanguagePack) -> list[str]:
        """Render a header and a line per table of the schema, with aligned columns."""
        rows: list[tuple[str, int | str, int | str]] = [
            (
                words.translate("operator.workspace.table"),
                words.translate("operator.workspace.before"),
                words.translate("operator.workspace.after"),
            ),
            *((name, count, self.after[name]) for name, count in self.before.items()),
        ]
        return [f"{name:<15} {before:>8} {after:>8}" for name, before, after in rows]


def load_workspaces(repos: Repositories) -> tuple[WorkspaceUninstallation, ...]:
    """Query every workspace, sorted by its key, with its suspension and uninstallation."""
    return repos.workspace_purges.list_workspaces()


def render_workspace(state: WorkspaceUninstallation, words: LanguagePack) -> str:
    """Render the line of one workspace: connected, suspended, purging, or when its purge is due."""
    reason, uninstalled_at = state.suspension_reason, state.uninstalled_at
    purge_time = find_purge_time(reason, uninstalled_at)
    if not reason:
        text = words.translate("operator.workspace.connected")
    elif classify_suspension(reason) is SuspensionKind.PURGING:
        text = words.translate("operator.workspace.purging")
    elif uninstalled_at is None or purge_time is None:
        text = words.translate("operator.workspace.suspended", reason=reason)
    else:
        text = words.translate(
            "operator.workspace.uninstalled",
            since=f"{uninstalled_at:{_TIME_FORMAT}}",
            due=f"{purge_time:{_TIME_FORMAT}}",
        )
    return f"{bare_workspace(state.workspace)}  {text}"


async def purge_workspace(
    context: Context,
    reference: str,
    releases_folder: Path,
    *,
    is_dry_run: bool,
    is_confirmed: bool,
) -> PurgeReport:
    """Delete the keys, rows and files of the workspace with the id *reference*; no grace period.

    One transaction marks the purge as begun; small transactions then delete. Workspaces that have
    no token but that of a deleted organisation are suspended, and their grace period begins. With
    *is_dry_run* the rows are counted in a read transaction. Raises
    :class:`bot.errors.FaultyInputError`, with nothing written, for an unknown workspace or without
    *is_confirmed*, and what :func:`complete_purge` raises: a duty of the worker then completes the
    purge.
    """
    scope, now = context.store.across_workspaces, context.now()
    workspace = build_workspace_key(lowercase_microsoft_id(reference))

    def find_and_count(repos: Repositories) -> Mapping[str, int]:
        _require_workspace(repos, workspace, is_confirmed=is_confirmed or is_dry_run)
        return repos.workspace_purges.count_rows(workspace)

    def begin_purge(repos: Repositories) -> Mapping[str, int]:
        counts = find_and_count(repos)
        if not repos.workspace_purges.is_purging(workspace):
            suspend_dependent_workspaces(repos, workspace, _UNINSTALLED, now)
        repos.workspace_purges.begin(workspace, now)
        return counts

    if is_dry_run:
        counts = await scope.read(find_and_count)
        return PurgeReport(counts, counts, is_complete=False)
    before = await scope.write(begin_purge, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS)
    is_complete = await complete_purge(context.store, workspace, now, releases_folder)
    after = await scope.read(lambda repos: repos.workspace_purges.count_rows(workspace))
    return PurgeReport(before, after, is_complete)


def _require_workspace(repos: Repositories, workspace: str, *, is_confirmed: bool) -> None:
    """Raise :class:`FaultyInputError` for an unknown workspace, or without the option ``--yes``."""
    states = {state.workspace: state for state in load_workspaces(repos)}
    if workspace not in states:
        raise FaultyInputError((Fault("WORKSPACE", "operator.workspace.unknown"),))
    if not is_confirmed:
        is_connected = not states[workspace].suspension_reason
        key = "unconfirmed_connected" if is_connected else "unconfirmed"
        raise FaultyInputError((Fault(_CONFIRMATION, f"operator.workspace.{key}"),))

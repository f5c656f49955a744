"""Handlers of who oversees set-ups: an admin, or a director where a product reports no admin."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain.teams import audit_screen, oversight
from bot.domain.teams.audit_entry import AuditEntry
from bot.store.repositories import Repositories
from bot.workflows.personal_data import load_roles_by_team


async def show_history(request: Request, context: Context) -> Reply:
    """Show who changed which set-up or role, of the teams that the person oversees."""
    workspace = request.person.workspace

    def load_entries(repos: Repositories) -> tuple[tuple[AuditEntry, ...], dict[str, str]]:
        roles = load_roles_by_team(repos, request.person)
        teams = oversight.select_overseen_teams(repos.teams.list_teams(workspace), workspace, roles)
        entries = repos.audit_trail.list_entries(
            workspace=workspace,
            # An admin also reads of teams that were closed.
            team_ids=None if oversight.reports_admins(workspace) else [team.id for team in teams],
            limit=audit_screen.MAX_LISTED + 1,
        )
        return entries, {team.id: team.zone for team in teams}

    entries, zones = await context.store.for_workspace(workspace).read(load_entries)
    words = context.catalogue.get_pack(request.language)
    return audit_screen.build_history_form(entries, zones, words)

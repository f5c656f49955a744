"""Handlers of ``/debriefs``: a team's published tables, one for each period that is over."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from bot.context import Context
from bot.conversation import Person, Reply, Request
from bot.domain import surface
from bot.domain.counts import reports
from bot.domain.counts.reports import PublishedTable, ReportArchive
from bot.domain.people import Team
from bot.errors import NotTheirTeamError
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.repositories.releases import Release
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.personal_data import load_readable_teams, load_roles_by_team


@dataclass(frozen=True)
class _ReadAccess:
    """A person's read access: their readable teams, and whether they accepted the agreement."""

    teams: tuple[Team, ...]
    has_agreed: bool
    on_roster: bool


async def show_counts(request: Request, context: Context) -> Reply:
    """Show the newest tables to a reader who accepted the agreement.

    A reader who has not accepted it gets its form; a person without access, the reason.
    """
    reader = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_read_access(repos, request.person)
    )
    words = context.catalogue.get_pack(request.language)
    if not reader.teams:
        refusal = reports.render_refusal(words, on_roster=reader.on_roster)
        return surface.as_message_or_form(
            request, words, words.translate("debriefs.title"), refusal
        )
    if not reader.has_agreed:
        return reports.build_agreement_form(words)
    return await _build_counts_page(request, context, reader.teams[0].id, None)


async def submit_agreement(request: Request, context: Context) -> Reply:
    """Save the agreement for each of the person's roles, and show the newest tables.

    Raises :class:`bot.errors.NotTheirTeamError` for a person who may read no team's tables.
    """
    person, now = request.person, context.now()

    def save_agreement(repos: Repositories, _form: FormContext) -> _ReadAccess:
        for role in repos.teams.list_roles(person):
            repos.teams.save_agreement(person, role.team_id)
        return _load_read_access(repos, person)

    reader = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(save_agreement, repos))
    )
    if not reader.teams:
        raise NotTheirTeamError
    return await _build_counts_page(request, context, reader.teams[0].id, None)


async def show_period(request: Request, context: Context) -> Reply:
    """Show the table of the period and team that the button selects."""
    team_id, closes = reports.parse_period_data(request.data)
    return await _build_counts_page(request, context, team_id, closes)


async def _build_counts_page(
    request: Request, context: Context, team_id: str, closes: date | None
) -> Reply:
    words = context.catalogue.get_pack(request.language)
    now = context.now()
    archive = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_report_archive(repos, request.person, team_id, now)
    )
    message = reports.render_report(archive, closes, words)
    return surface.as_message_or_form(request, words, words.translate("debriefs.title"), message)


def _load_read_access(repos: Repositories, person: Person) -> _ReadAccess:
    home_team, roles = repos.teams.get_home_team(person), repos.teams.list_roles(person)
    return _ReadAccess(
        load_readable_teams(repos, person, home_team),
        has_agreed=all(role.has_agreed for role in roles),
        on_roster=home_team is not None,
    )


def _load_report_archive(
    repos: Repositories, person: Person, team_id: str, now: datetime
) -> ReportArchive:
    """Load the team's published tables.

    Raises :class:`bot.errors.NotTheirTeamError` for a person who may not read them.
    """
    reader = _load_read_access(repos, person)
    matching_teams = [team for team in reader.teams if team.id == team_id]
    if not matching_teams or not reader.has_agreed:
        raise NotTheirTeamError
    return ReportArchive(
        team=matching_teams[0],
        tables=tuple(
            _build_published_table(release, team_id)
            for release in repos.releases.list_by_team(team_id)
        ),
        next_release=repos.ledger.find_next_release(team_id, now),
        other_teams=tuple(team for team in reader.teams if team.id != team_id),
        reads_by_role=team_id in load_roles_by_team(repos, person),
        week=now.toordinal() // 7,
    )


def _build_published_table(release: Release, team_id: str) -> PublishedTable:
    is_shared_unit = release.unit != team_unit_key(team_id)
    return PublishedTable(release.opens, release.closes, release.cap, is_shared_unit, release.table)

"""``/debriefs``: what a team's debriefs add up to, once a period is over."""

from dataclasses import dataclass
from datetime import date

from bot.context import Context
from bot.conversation import Person, Reply, Request
from bot.domain import surface
from bot.domain.counts import reports
from bot.domain.counts.reports import PublishedTable, ReportArchive
from bot.domain.people import Team
from bot.errors import NotTheirTeamError
from bot.store.repositories import Repositories
from bot.store.repositories.releases import Release
from bot.workflows.personal_data import load_readable_teams, roles_by_team


@dataclass(frozen=True)
class _Reader:
    """Somebody who asks for counts: whose they may read, and whether they agreed first."""

    teams: tuple[Team, ...]
    has_agreed: bool
    on_roster: bool


async def show_counts(request: Request, context: Context) -> Reply:
    """Show the newest tables to whoever may read them, after the agreement; others hear why not."""
    reader = await context.store.read(lambda repos: _load_reader(repos, request.person))
    words = context.catalogue.get_pack(request.language)
    if not reader.teams:
        refused = reports.render_refusal(words, on_roster=reader.on_roster)
        return surface.as_message_or_form(
            request, words, words.translate("debriefs.title"), refused
        )
    if not reader.has_agreed:
        return reports.build_agreement_form(words)
    return await _build_counts_page(request, context, reader.teams[0].id, None)


async def submit_agreement(request: Request, context: Context) -> Reply:
    """Keep the agreement, once for each role, and show the newest tables."""
    person = request.person

    def save_agreement(repos: Repositories) -> _Reader:
        for held in repos.teams.list_roles(person):
            repos.teams.save_agreement(person, held.team_id)
        return _load_reader(repos, person)

    reader = await context.store.write(save_agreement)
    if not reader.teams:
        raise NotTheirTeamError
    return await _build_counts_page(request, context, reader.teams[0].id, None)


async def show_period(request: Request, context: Context) -> Reply:
    """Turn to another period or another team."""
    team_id, closes = reports.parse_period_data(request.data)
    return await _build_counts_page(request, context, team_id, closes)


async def _build_counts_page(
    request: Request, context: Context, team_id: str, closes: date | None
) -> Reply:
    words = context.catalogue.get_pack(request.language)
    week = context.now().toordinal() // 7
    shelf = await context.store.read(
        lambda repos: _load_report_archive(repos, request.person, team_id, week)
    )
    message = reports.render_report(shelf, closes, words)
    return surface.as_message_or_form(request, words, words.translate("debriefs.title"), message)


def _load_reader(repos: Repositories, person: Person) -> _Reader:
    home, held = repos.teams.get_home_team(person), repos.teams.list_roles(person)
    return _Reader(
        load_readable_teams(repos, person, home),
        has_agreed=all(one.has_agreed for one in held),
        on_roster=home is not None,
    )


def _load_report_archive(
    repos: Repositories, person: Person, team_id: str, week: int
) -> ReportArchive:
    """What was published of the team; NotTheirTeamError for whoever may not read it."""
    reader = _load_reader(repos, person)
    found = [team for team in reader.teams if team.id == team_id]
    if not found or not reader.has_agreed:
        raise NotTheirTeamError
    return ReportArchive(
        team=found[0],
        tables=tuple(
            _build_published_table(one, team_id) for one in repos.releases.list_by_team(team_id)
        ),
        next_close=repos.slips.next_close_of_team(team_id),
        other_teams=tuple(team for team in reader.teams if team.id != team_id),
        reads_by_role=team_id in roles_by_team(repos, person),
        week=week,
    )


def _build_published_table(release: Release, team_id: str) -> PublishedTable:
    shared = release.unit != f"team:{team_id}"
    return PublishedTable(release.opens, release.closes, release.cap, shared, release.table)

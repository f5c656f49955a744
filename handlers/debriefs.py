"""Handlers of ``/debriefs``: a team's published tables, one for each period that is over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Person, Reply, Request
from bot.domain import calendar, surface
from bot.domain.counts import report_steps, reports, table_export
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.people import Role, Team, may_share_with_team, select_readable_teams
from bot.errors import NotTheirTeamError
from bot.store.repositories import Repositories
from bot.workflows import shared_tables
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.personal_data import load_readable_teams, resolve_held_roles


@dataclass(frozen=True)
class _ReadAccess:
    """A person's readable teams, roles by team id, and whether they accepted the agreement."""

    teams: tuple[Team, ...]
    roles: Mapping[str, frozenset[Role]]
    has_agreed: bool
    on_roster: bool


async def show_counts(request: Request, context: Context) -> Reply:
    """Show the newest tables of the team in ``data``, by default the reader's first team.

    A reader who has not accepted the agreement gets its form; a person without access, the reason.
    Nothing is written.
    """
    reader, archive = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_counts_page(repos, request, context.now()), reads_many_rows=True
    )
    words = context.catalogue.get_pack(request.language)
    if not reader.teams:
        refusal = reports.render_refusal(words, on_roster=reader.on_roster)
        return surface.as_message_or_form(
            request, words, words.translate("debriefs.title"), refusal
        )
    if archive is None:
        return reports.build_agreement_form(words)
    return _present_archive(request, words, archive, None)


async def submit_agreement(request: Request, context: Context) -> Reply:
    """Save the agreement in each role row of the person, and show the newest tables. Idempotent.

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
    """Show the table of the team and closing day in the button's ``data``.

    Raises :class:`bot.errors.NotTheirTeamError` for a team whose tables the person may not read.
    """
    team_id, closes = report_steps.parse_period_data(request.data)
    return await _build_counts_page(request, context, team_id, closes)


async def show_method(request: Request, context: Context) -> Reply:
    """Show how the tables of the displayed report are computed, with every caveat."""
    team_id, closes = report_steps.parse_period_data(request.data)
    archive = await _read_archive(request, context, team_id)
    words = context.catalogue.get_pack(request.language)
    return reports.build_method_form(archive, closes, words)


async def show_exercise(request: Request, context: Context) -> Reply:
    """Show every step of the exercise of the displayed report."""
    team_id, closes = report_steps.parse_period_data(request.data)
    archive = await _read_archive(request, context, team_id)
    words = context.catalogue.get_pack(request.language)
    return reports.build_exercise_form(archive, closes, words)


async def show_export(request: Request, context: Context) -> Reply:
    """Show all published tables of a team as text to copy, to its supervisors and directors.

    It is the team in ``data``, by default the first one. An audit entry is inserted, once a day.
    Raises :class:`bot.errors.NotTheirTeamError` for a team in which the person has no role.
    """
    team_id, _ = report_steps.parse_period_data(request.data)
    now = context.now()
    archive = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_role_archive(repos, request.person, team_id, now), reads_many_rows=True
    )
    words = context.catalogue.get_pack(request.language)
    if archive is None:
        return reports.build_agreement_form(words)
    team = archive.team
    await context.store.for_workspace(request.person.workspace).write(
        lambda repos: shared_tables.record_export(repos, request.person, team, now)
    )
    return table_export.build_export_form(archive, words)


async def _build_counts_page(
    request: Request, context: Context, team_id: str, closes: date | None
) -> Reply:
    words = context.catalogue.get_pack(request.language)
    archive = await _read_archive(request, context, team_id)
    return _present_archive(request, words, archive, closes)


def _present_archive(
    request: Request, words: LanguagePack, archive: ReportArchive, closes: date | None
) -> Reply:
    """Return the page of the period with the closing day *closes*; ``None`` is the newest."""
    message = reports.render_report(archive, closes, words)
    return surface.as_message_or_form(request, words, words.translate("debriefs.title"), message)


async def _read_archive(request: Request, context: Context, team_id: str) -> ReportArchive:
    now = context.now()
    return await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_report_archive(
            repos, _load_read_access(repos, request.person), team_id, now
        ),
        reads_many_rows=True,
    )


def _load_read_access(repos: Repositories, person: Person) -> _ReadAccess:
    home_team, grants = repos.teams.get_home_team(person), repos.teams.list_roles(person)
    teams, roles = resolve_held_roles(repos, grants)
    return _ReadAccess(
        select_readable_teams(teams, roles, home_team),
        roles,
        has_agreed=all(grant.has_agreed for grant in grants),
        on_roster=home_team is not None,
    )


def _load_counts_page(
    repos: Repositories, request: Request, now: datetime
) -> tuple[_ReadAccess, ReportArchive | None]:
    """Load a person's read access, and the tables of the team in ``data`` or of the first team.

    The tables are ``None`` for a person who may read none, or has not accepted the agreement.
    """
    reader = _load_read_access(repos, request.person)
    if not reader.teams or not reader.has_agreed:
        return reader, None
    team_ids = [team.id for team in reader.teams]
    team_id = request.data if request.data in team_ids else team_ids[0]
    return reader, _load_report_archive(repos, reader, team_id, now)


def _load_report_archive(
    repos: Repositories, reader: _ReadAccess, team_id: str, now: datetime
) -> ReportArchive:
    """Load the team's published tables.

    Raises :class:`bot.errors.NotTheirTeamError` for a person who may not read them.
    """
    team = next((team for team in reader.teams if team.id == team_id), None)
    if team is None or not reader.has_agreed:
        raise NotTheirTeamError
    other_teams = tuple(other for other in reader.teams if other.id != team_id)
    roles = reader.roles.get(team_id, frozenset())
    return replace(
        shared_tables.load_team_archive(
            repos, team, now, other_teams, may_share=may_share_with_team(roles)
        ),
        reads_by_role=bool(roles),
        day=calendar.local_day(now, calendar.load_zone(team.zone)),
    )


def _load_role_archive(
    repos: Repositories, person: Person, team_id: str, now: datetime
) -> ReportArchive | None:
    """Load the tables of a team in which *person* has a role; ``None`` before the agreement.

    Without a *team_id* it is the first such team. Raises
    :class:`bot.errors.NotTheirTeamError` where there is none.
    """
    # Without a home team, a person reads by role alone: an opened table is not a supervisor's.
    teams = load_readable_teams(repos, person, None)
    team = next((team for team in teams if team_id in {"", team.id}), None)
    if team is None:
        raise NotTheirTeamError
    if not all(role.has_agreed for role in repos.teams.list_roles(person)):
        return None
    return shared_tables.load_team_archive(repos, team, now)

"""Handlers of ``/debriefs hour``, a plan for the supervision hour, and of sharing it as a post."""

from dataclasses import dataclass
from datetime import date

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import calendar, surface
from bot.domain.counts import hour_plan, reports, sharing
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.sharing import ShareStatus
from bot.domain.people import Team, may_share_with_team
from bot.errors import NotTheirTeamError
from bot.store.repositories import Repositories
from bot.workflows import shared_tables
from bot.workflows.personal_data import (
    is_last_channel_message_undelivered,
    load_readable_teams,
    load_roles_by_team,
)


@dataclass(frozen=True)
class _HourContext:
    """The published tables of a team of the person's roles, and the team's local day.

    ``is_doubtful`` is ``True`` when the last message to the team's channel did not arrive.
    """

    archive: ReportArchive
    day: date
    has_agreed: bool
    is_doubtful: bool

    @property
    def team(self) -> Team:
        """The team whose hour it is."""
        return self.archive.team


async def show_plan(request: Request, context: Context) -> Reply:
    """Show the plan of an hour for the team in ``data``, by default the first team of a role.

    Before the agreement its form is shown. Raises :class:`bot.errors.NotTheirTeamError` for a team
    in which the person has no role.
    """
    team_id, form, closes = hour_plan.parse_hour_data(request.data)
    hour = await _read_hour_context(request, context, team_id)
    words = context.catalogue.get_pack(request.language)
    if not hour.has_agreed:
        return reports.build_agreement_form(words)
    message = hour_plan.render_plan(hour.archive, form, hour.day, words, closes)
    return surface.as_message_or_form(request, words, words.translate("hour.title"), message)


async def open_share_form(request: Request, context: Context) -> Reply:
    """Open the preview of the post for the team's channel; nothing is queued.

    Raises :class:`bot.errors.NotTheirTeamError` for a reader who may not share the table.
    """
    team_id, content, closes = sharing.parse_post_data(request.data)
    hour = await _read_hour_context(request, context, team_id)
    words = context.catalogue.get_pack(request.language)
    if not hour.archive.may_share:
        raise NotTheirTeamError
    if not hour.has_agreed:
        return reports.build_agreement_form(words)
    if hour.team.unreachable_reason:
        return sharing.build_closed_form(hour.team, words)
    post = sharing.build_post(hour.archive, content, hour.day, closes)
    team_words = context.catalogue.get_pack(hour.team.language)
    message = sharing.render_post(hour.archive, post, request.person.id, team_words)
    return sharing.build_preview_form(message, hour.team, post, words, is_doubtful=hour.is_doubtful)


async def submit_share(request: Request, context: Context) -> Reply:
    """Queue the previewed post for the team's channel, unless it is marked as unreachable.

    Idempotent: the delivery's slot key derives from the request's idempotency key. Raises
    :class:`bot.errors.NotTheirTeamError` for a reader who may not share the table.
    """
    team_id, _, encoded_post = request.data.partition(":")
    post = sharing.parse_post(encoded_post)
    now, words = context.now(), context.catalogue.get_pack(request.language)

    def queue_message(repos: Repositories) -> tuple[_HourContext, str]:
        hour = _load_hour_context(repos, request, context, team_id)
        if not hour.archive.may_share:
            raise NotTheirTeamError
        if not hour.has_agreed or hour.team.unreachable_reason:
            return hour, ""
        return hour, shared_tables.queue_share(repos, request, hour.team, post, now)

    hour, slot = await context.store.for_workspace(request.person.workspace).write(queue_message)
    if not hour.has_agreed:
        return reports.build_agreement_form(words)
    if not slot:
        return sharing.build_closed_form(hour.team, words)
    return sharing.build_status_form(hour.team, slot, ShareStatus.WAITING, words)


async def show_share_status(request: Request, context: Context) -> Reply:
    """Show the status of the shared post's delivery, by the slot key in ``data``.

    Raises :class:`bot.errors.NotTheirTeamError` for a reader who may not share the table.
    """
    team_id, _, slot = request.data.partition(":")
    words = context.catalogue.get_pack(request.language)

    def load_status(repos: Repositories) -> tuple[Team, ShareStatus]:
        hour = _load_hour_context(repos, request, context, team_id)
        if not hour.archive.may_share:
            raise NotTheirTeamError
        return hour.team, shared_tables.load_share_status(repos, hour.team, slot)

    team, status = await context.store.for_workspace(request.person.workspace).read(
        load_status, reads_many_rows=True
    )
    return sharing.build_status_form(team, slot, status, words)


async def _read_hour_context(request: Request, context: Context, team_id: str) -> _HourContext:
    return await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_hour_context(repos, request, context, team_id), reads_many_rows=True
    )


def _load_hour_context(
    repos: Repositories, request: Request, context: Context, team_id: str
) -> _HourContext:
    """Load the hour of a team that the person supervises or directs, the first for ``""``.

    Raises :class:`bot.errors.NotTheirTeamError` for any other team.
    """
    # Without a home team, a person reads by role alone: an opened table is not a supervisor's.
    teams = load_readable_teams(repos, request.person, None)
    team = next((team for team in teams if team_id in {"", team.id}), None)
    if team is None:
        raise NotTheirTeamError
    roles = load_roles_by_team(repos, request.person).get(team.id, frozenset())
    return _HourContext(
        shared_tables.load_team_archive(
            repos,
            team,
            context.now(),
            tuple(other for other in teams if other.id != team.id),
            may_share=may_share_with_team(roles),
        ),
        calendar.local_day(context.now(), calendar.load_zone(team.zone)),
        has_agreed=all(role.has_agreed for role in repos.teams.list_roles(request.person)),
        is_doubtful=is_last_channel_message_undelivered(repos, team),
    )

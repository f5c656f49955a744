"""Handlers of a person's preference for notices of closed periods: stopped, or a day and time."""

from dataclasses import replace
from functools import partial

from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain import surface
from bot.domain.counts import close_notice
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.people import Team
from bot.domain.person import privacy_notice
from bot.errors import NotTheirTeamError, UnknownAnswerError
from bot.store.repositories import Repositories
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.personal_data import load_teams_and_roles


async def submit_menu_choice(request: Request, context: Context) -> Reply:
    """Handle a choice from a notice's menu: stop, move, or the privacy notice.

    Raises :class:`bot.errors.UnknownAnswerError` for any other code.
    """
    match request.data:
        case "stop":
            preference, team = await _read_preference(request, context)
            return await _save(request, context, replace(preference, is_stopped=True), team)
        case "move":
            return await open_settings(request, context)
        case "kept":
            words = context.catalogue.get_pack(request.language)
            title = words.translate("notice.form.title")
            notice = privacy_notice.render_notice(words)
            return surface.as_message_or_form(request, words, title, notice)
    raise UnknownAnswerError


async def open_settings(request: Request, context: Context) -> Reply:
    """Open the form to stop the notices or to choose their day and time."""
    preference, team = await _read_preference(request, context)
    words = context.catalogue.get_pack(request.language)
    return close_notice.build_settings_form(preference, team, words)


async def submit_settings(request: Request, context: Context) -> Reply:
    """Validate and save the preference, and show it; returns an error for an invalid field."""
    _, team = await _read_preference(request, context)
    words = context.catalogue.get_pack(request.language)
    preference = close_notice.parse_settings(request.answers, team, words)
    if isinstance(preference, InvalidAnswers):
        return preference
    return await _save(request, context, preference, team)


async def _read_preference(request: Request, context: Context) -> tuple[NoticePreference, Team]:
    return await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_preference(repos, request), reads_many_rows=True
    )


def _load_preference(repos: Repositories, request: Request) -> tuple[NoticePreference, Team]:
    """Return the person's preference, the default without a row, and the team of its default hour.

    Raises :class:`bot.errors.NotTheirTeamError` for a person without a role.
    """
    teams, roles = load_teams_and_roles(repos, request.person)
    if not teams:
        raise NotTheirTeamError
    preference = repos.close_notices.get_preference(request.person) or NoticePreference()
    return preference, close_notice.select_lead_team(teams, roles)


async def _save(
    request: Request, context: Context, preference: NoticePreference, team: Team
) -> Reply:
    words, now = context.catalogue.get_pack(request.language), context.now()

    def save_preference(repos: Repositories, _form: FormContext) -> None:
        repos.close_notices.save_preference(request.person, preference)

    await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(save_preference, repos))
    )
    message = close_notice.render_confirmation(preference, team, words)
    return surface.as_message_or_form(request, words, words.translate("notice.form.title"), message)

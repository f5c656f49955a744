"""Handlers of ``/checkin``: a clinician's own day and time, a pause, and leaving.

Every change is one form submission, see :mod:`bot.workflows.form_submission`.
"""

from datetime import date, datetime
from functools import partial

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain import surface
from bot.domain.checkins import joining, preferences
from bot.domain.checkins.preferences import CheckinSettings
from bot.domain.people import Role, Team
from bot.domain.person import home_page, privacy_notice
from bot.domain.person.personal_data import PersonalData
from bot.elements import Message
from bot.errors import NoTeamError, StaleFormError, UnknownAnswerError
from bot.store.repositories import Repositories
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.personal_data import load_personal_data


async def open_settings_or_invitation(request: Request, context: Context) -> Reply:
    """Open a clinician's own check-in settings, or an invitation for a person who has not joined.

    Raises :class:`bot.errors.NoTeamError` for a person on no roster and in no team's channel.
    """
    words = context.catalogue.get_pack(request.language)
    personal_data, team, is_supervisor = await _read_person_and_team(request, context)
    if personal_data.clinician.has_joined or is_supervisor:
        return _show_settings(request, words, personal_data, team, is_supervisor=is_supervisor)
    return _show_message(request, words, joining.render_invitation(personal_data, team, words))


async def open_settings(request: Request, context: Context) -> Reply:
    """Open a clinician's own check-in settings.

    Raises :class:`bot.errors.NoTeamError` for a person on no roster and in no team's channel.
    """
    words = context.catalogue.get_pack(request.language)
    personal_data, team, is_supervisor = await _read_person_and_team(request, context)
    return _show_settings(request, words, personal_data, team, is_supervisor=is_supervisor)


def _show_settings(
    request: Request,
    words: LanguagePack,
    personal_data: PersonalData,
    team: Team,
    *,
    is_supervisor: bool,
) -> Reply:
    """Return the form of a clinician's own settings; a supervisor of *team* has none."""
    if is_supervisor:
        return _show_message(request, words, preferences.render_confirmation("supervises", words))
    return preferences.build_settings_form(
        personal_data, team, words, joins=request.data == joining.JOINING_DATA
    )


async def submit_settings(request: Request, context: Context) -> Reply:
    """Validate and save a clinician's own settings, and show them; returns errors by field.

    Raises :class:`bot.errors.NoTeamError` as :func:`open_settings` does, and
    :class:`bot.errors.StaleFormError` for a supervisor of the team, who has no settings.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, request.person, now)
    )
    settings = preferences.parse_settings(request.answers, personal_data.local_today(now), words)
    if isinstance(settings, InvalidAnswers):
        return settings
    saved_data = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(
            repos, request, now, lambda _form: _save_settings(repos, request, settings, now)
        )
    )
    return _show_message(request, words, preferences.render_saved_settings(saved_data, words))


async def open_pause_form(request: Request, context: Context) -> Reply:
    """Open the pause form; a person who has not joined is invited to join instead."""
    clinician = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: repos.people.get(request.person)
    )
    if not clinician.has_joined:
        return await open_settings_or_invitation(request, context)
    return preferences.build_pause_form(context.catalogue.get_pack(request.language))


async def submit_pause(request: Request, context: Context) -> Reply:
    """Validate the chosen day, and pause the check-ins until then."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, request.person, now)
    )
    pause_end = preferences.parse_pause_end(request.answers, personal_data.local_today(now), words)
    if isinstance(pause_end, InvalidAnswers):
        return pause_end
    return await _pause_until(request, context, pause_end)


async def resume_checkins(request: Request, context: Context) -> Reply:
    """End a pause, and reset the unanswered count. Idempotent."""
    return await _pause_until(request, context, None)


async def restart_weekly_checkins(request: Request, context: Context) -> Reply:
    """Reset the unanswered count, so that a check-in is planned every week again. Idempotent."""
    words, now = context.catalogue.get_pack(request.language), context.now()

    def reset_unanswered_count(repos: Repositories, _form: FormContext) -> PersonalData:
        repos.people.set_unanswered_count(request.person, 0)
        return load_personal_data(repos, request.person, now)

    personal_data = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(reset_unanswered_count, repos))
    )
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            personal_data, words, home_page.offered_languages(context.catalogue)
        )
    return _show_message(request, words, preferences.render_weekly_restart(personal_data, words))


async def leave_checkins(request: Request, context: Context) -> Reply:
    """Remove the person from the check-ins, and withdraw their planned deliveries. Idempotent."""
    words, now = context.catalogue.get_pack(request.language), context.now()

    def remove_person(repos: Repositories, _form: FormContext) -> PersonalData:
        repos.people.leave_checkins(request.person)
        return load_personal_data(repos, request.person, now)

    personal_data = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(remove_person, repos))
    )
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            personal_data, words, home_page.offered_languages(context.catalogue)
        )
    return _show_message(request, words, preferences.render_confirmation("left", words))


async def submit_menu_choice(request: Request, context: Context) -> Reply:
    """Handle a choice from a check-in's menu: pause, snooze, leave, or the privacy notice.

    Raises :class:`bot.errors.UnknownAnswerError` for any other code.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    match request.data:
        case "pause":
            return await open_pause_form(request, context)
        case "leave":
            return await leave_checkins(request, context)
        case "kept":
            return _show_message(request, words, privacy_notice.render_notice(words))
        case code if code in preferences.SNOOZE_DURATIONS:
            personal_data = await context.store.for_workspace(request.person.workspace).read(
                lambda repos: load_personal_data(repos, request.person, now)
            )
            return await _pause_until(
                request,
                context,
                personal_data.local_today(now) + preferences.SNOOZE_DURATIONS[code],
            )
    raise UnknownAnswerError


async def _pause_until(request: Request, context: Context, until: date | None) -> Reply:
    words, now = context.catalogue.get_pack(request.language), context.now()

    def save_pause(repos: Repositories, _form: FormContext) -> PersonalData:
        repos.people.pause_checkins(request.person, until)
        repos.people.set_unanswered_count(request.person, 0)
        return load_personal_data(repos, request.person, now)

    personal_data = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(save_pause, repos))
    )
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            personal_data, words, home_page.offered_languages(context.catalogue)
        )
    return _show_message(request, words, preferences.render_pause_status(personal_data, words))


def _show_message(request: Request, words: LanguagePack, message: Message) -> Reply:
    return surface.as_message_or_form(request, words, words.translate("home.done.title"), message)


async def _read_person_and_team(
    request: Request, context: Context
) -> tuple[PersonalData, Team, bool]:
    """Return the person's data, the team whose schedule applies, and whether they supervise it.

    Raises :class:`bot.errors.NoTeamError` for a person on no roster and in no team's channel.
    """
    person, now = request.person, context.now()

    def load_person_and_team(repos: Repositories) -> tuple[PersonalData, Team, bool]:
        personal_data = load_personal_data(repos, person, now)
        team = personal_data.team or repos.teams.get_by_channel(person.workspace, request.channel)
        if team is None:
            raise NoTeamError
        supervisors = repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
        return personal_data, team, person in supervisors

    return await context.store.for_workspace(person.workspace).read(load_person_and_team)


def _save_settings(
    repos: Repositories, request: Request, settings: CheckinSettings, now: datetime
) -> PersonalData:
    person = request.person
    team = repos.teams.get_home_team(person) or repos.teams.get_by_channel(
        person.workspace, request.channel
    )
    if team is None:
        raise NoTeamError
    if person in repos.teams.list_role_holders(team.id, Role.SUPERVISOR):
        raise StaleFormError
    clinician = repos.people.get(person)
    if not settings.has_joined:
        repos.people.leave_checkins(person)
        return load_personal_data(repos, person, now)
    if not clinician.has_joined or clinician.unreachable_reason:
        repos.people.join_team(person, team.id)
        repos.ledger.add_listed_people(now, (team.id,))
    if clinician.rule or settings.rule != team.checkin_rule:
        repos.people.set_checkin_rule(person, settings.rule)
    if clinician.paused_until != settings.paused_until:
        repos.people.pause_checkins(person, settings.paused_until)
    repos.people.set_work_days(person, settings.work_days)
    repos.people.set_unanswered_count(person, 0)
    return load_personal_data(repos, person, now)

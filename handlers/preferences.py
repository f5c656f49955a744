"""``/checkin``: a clinician's own day and time, a rest, and leaving."""

from datetime import date, datetime

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain import surface
from bot.domain.checkins import preferences
from bot.domain.checkins.preferences import CheckinSettings
from bot.domain.people import Role, Team
from bot.domain.person import home_page, privacy_notice
from bot.domain.person.personal_data import PersonalData
from bot.elements import Message
from bot.errors import NoTeamError, StaleFormError, UnknownAnswerError
from bot.store.repositories import Repositories
from bot.workflows.personal_data import load_personal_data


async def open_settings(request: Request, context: Context) -> Reply:
    """Open a clinician's own check-in settings.

    Raises :class:`bot.errors.NoTeamError` to whoever is on no list and in no team's channel.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    known, team, supervises = await context.store.read(
        lambda repos: _load_person_and_team(repos, request, now)
    )
    if supervises:
        return _show_message(request, words, preferences.render_confirmation("supervises", words))
    return preferences.build_settings_form(known, team, words)


async def submit_settings(request: Request, context: Context) -> Reply:
    """Keep what a clinician chose for themselves, and say what comes next."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    known = await context.store.read(lambda repos: load_personal_data(repos, request.person, now))
    chosen = preferences.parse_settings(request.answers, known.local_today(now), words)
    if isinstance(chosen, InvalidAnswers):
        return chosen
    kept = await context.store.write(lambda repos: _save_settings(repos, request, chosen, now))
    return _show_message(request, words, preferences.render_saved_settings(kept, words))


async def open_pause_form(request: Request, context: Context) -> Reply:
    """Ask until when check-ins rest; whoever is not asked at all sees their settings instead."""
    known = await context.store.read(lambda repos: repos.people.get(request.person))
    if not known.has_joined:
        return await open_settings(request, context)
    return preferences.build_pause_form(context.catalogue.get_pack(request.language))


async def submit_pause(request: Request, context: Context) -> Reply:
    """Rest until the chosen day."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    known = await context.store.read(lambda repos: load_personal_data(repos, request.person, now))
    until = preferences.parse_pause_end(request.answers, known.local_today(now), words)
    if isinstance(until, InvalidAnswers):
        return until
    return await _pause_until(request, context, until)


async def resume_checkins(request: Request, context: Context) -> Reply:
    """End a rest."""
    return await _pause_until(request, context, None)


async def restart_weekly_checkins(request: Request, context: Context) -> Reply:
    """Ask weekly again whoever let check-ins pass."""
    words, now = context.catalogue.get_pack(request.language), context.now()

    def reset_unanswered_count(repos: Repositories) -> PersonalData:
        repos.people.set_unanswered_count(request.person, 0)
        return load_personal_data(repos, request.person, now)

    known = await context.store.write(reset_unanswered_count)
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            known, words, home_page.offered_languages(context.catalogue)
        )
    return _show_message(request, words, preferences.render_weekly_restart(known, words))


async def leave_checkins(request: Request, context: Context) -> Reply:
    """Leave at once; what was planned is taken back."""
    words, now = context.catalogue.get_pack(request.language), context.now()

    def remove_person(repos: Repositories) -> PersonalData:
        repos.people.leave_checkins(request.person)
        return load_personal_data(repos, request.person, now)

    known = await context.store.write(remove_person)
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            known, words, home_page.offered_languages(context.catalogue)
        )
    return _show_message(request, words, preferences.render_confirmation("left", words))


async def submit_menu_choice(request: Request, context: Context) -> Reply:
    """Do what was chosen from a check-in's menu: rest, leave, or see what is kept."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    match request.data:
        case "pause":
            return await open_pause_form(request, context)
        case "leave":
            return await leave_checkins(request, context)
        case "kept":
            return _show_message(request, words, privacy_notice.render_notice(words))
        case code if code in preferences.SNOOZE_DURATIONS:
            known = await context.store.read(
                lambda repos: load_personal_data(repos, request.person, now)
            )
            return await _pause_until(
                request, context, known.local_today(now) + preferences.SNOOZE_DURATIONS[code]
            )
    raise UnknownAnswerError


async def _pause_until(request: Request, context: Context, until: date | None) -> Reply:
    words, now = context.catalogue.get_pack(request.language), context.now()

    def save_pause(repos: Repositories) -> PersonalData:
        repos.people.pause_checkins(request.person, until)
        repos.people.set_unanswered_count(request.person, 0)
        return load_personal_data(repos, request.person, now)

    known = await context.store.write(save_pause)
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            known, words, home_page.offered_languages(context.catalogue)
        )
    return _show_message(request, words, preferences.render_pause_status(known, words))


def _show_message(request: Request, words: LanguagePack, message: Message) -> Reply:
    return surface.as_message_or_form(request, words, words.translate("home.done.title"), message)


def _load_person_and_team(
    repos: Repositories, request: Request, now: datetime
) -> tuple[PersonalData, Team, bool]:
    """The person, the team whose rhythm is theirs, and whether they supervise it."""
    person = request.person
    known = load_personal_data(repos, person, now)
    team = known.team or repos.teams.get_by_channel(person.workspace, request.channel)
    if team is None:
        raise NoTeamError
    return known, team, person in repos.teams.list_role_holders(team.id, Role.SUPERVISOR)


def _save_settings(
    repos: Repositories, request: Request, settings: CheckinSettings, now: datetime
) -> PersonalData:
    person = request.person
    team = repos.teams.get_home_team(person) or repos.teams.get(request.data)
    if team is None or team.workspace != person.workspace:
        raise StaleFormError
    if person in repos.teams.list_role_holders(team.id, Role.SUPERVISOR):
        raise StaleFormError
    before = repos.people.get(person)
    if not settings.has_joined:
        repos.people.leave_checkins(person)
        return load_personal_data(repos, person, now)
    if not before.has_joined or before.unreachable_reason:
        repos.people.join_team(person, team.id)
    if before.rule or settings.rule != team.checkin_rule:
        repos.people.set_checkin_rule(person, settings.rule)
    if before.paused_until != settings.paused_until:
        repos.people.pause_checkins(person, settings.paused_until)
    repos.people.set_work_days(person, settings.work_days)
    repos.people.set_unanswered_count(person, 0)
    return load_personal_data(repos, person, now)

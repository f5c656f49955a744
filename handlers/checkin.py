"""Handlers of the weekly check-in, which is answered in a private form: no message has answers."""

from datetime import date, datetime
from functools import partial

from bot.content.catalogue import LanguagePack
from bot.content.model import Sign
from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Reply, Request
from bot.domain import calendar
from bot.domain.checkins import frequency, intentions, joining, questions
from bot.domain.checkins.intentions import Intention
from bot.domain.checkins.signs import sign_of_week
from bot.domain.person.personal_data import PersonalData
from bot.elements import Form
from bot.store.repositories import Repositories
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.personal_data import load_personal_data


async def open_checkin_form(request: Request, context: Context) -> Reply:
    """Open the question of the message's week, or first the follow-up of an earlier intention.

    Opening the form counts as an answer: unless the unanswered count is 0 already, it is reset in a
    transaction that writes the rows of every form.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    week, sign = questions.parse_checkin_data(request.data, words)
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, request.person, now)
    )
    personal_data = await _reset_unanswered_count(request, context, personal_data)
    return _build_form(words, personal_data, week, sign, now)


async def open_current_question(request: Request, context: Context) -> Reply:
    """Open this week's question on demand, whether or not it was sent or answered already.

    It is the question of the week's message, with its sign. No delivery is inserted or withdrawn:
    an absent or changed row would show who opened the question, so that the message is sent at its
    time to each person alike. The unanswered count is reset as
    :func:`bot.domain.checkins.frequency.is_count_reset` allows.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    personal_data, week, sign, is_planned = await context.store.for_workspace(
        request.person.workspace
    ).read(lambda repos: _load_current_question(repos, request.person, words, now))
    if frequency.is_count_reset(
        personal_data.clinician.unanswered_count, is_message_planned=is_planned
    ):
        personal_data = await _reset_unanswered_count(request, context, personal_data)
    announces_message = not is_planned and personal_data.awaits_checkin(week)
    return _build_form(words, personal_data, week, sign, now, announces_message=announces_message)


async def submit_checkin(request: Request, context: Context) -> Reply:
    """Save the intention of a clinician who wants a follow-up; store nothing else of the answer.

    The idempotency key consists of the person and the week, so that a second answer in one week
    does not replace the first intention.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    form_week, sign = questions.parse_checkin_data(request.data, words)
    answer = questions.parse_checkin_answer(request.answers, words)

    def save_answer(repos: Repositories, form: FormContext) -> tuple[date | None, str]:
        person = request.person
        personal_data = _reset_count_if_allowed(
            repos, load_personal_data(repos, person, now, form.contributor), form_week
        )
        today = personal_data.local_today(now)
        week = intentions.week_of_answer(form_week, today)
        follow_up_day = personal_data.find_follow_up_day(week)
        intention = intentions.build_intention(answer, week, sign, today, follow_up_day)
        if form.is_first and intention:
            repos.intentions.save_intention(person, intention)
        home_team_id = personal_data.clinician.home_team_id
        saved_intention = repos.intentions.get_intention_in(person, home_team_id)
        is_saved = _is_saved_intention(intention, saved_intention)
        expires_on = saved_intention.expires_on if saved_intention and is_saved else None
        return expires_on, joining.find_weekly_step(personal_data)

    expires_on, next_step = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(
            repos,
            request,
            now,
            partial(save_answer, repos),
            idempotency_key=_build_idempotency_key(request.person, form_week),
        )
    )
    return questions.build_thanks_form(words, answer, sign, form_week, expires_on, next_step)


async def submit_follow_up(request: Request, context: Context) -> Reply:
    """Delete the intention of the follow-up, or store it for another week; then offer the question.

    The answer itself is not stored. Returns :class:`InvalidAnswers` for too many tried steps.
    A form of an earlier release has no ``data``: its question is that of the current week.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    answer = questions.parse_follow_up_answer(request.answers, words)
    if isinstance(answer, InvalidAnswers):
        return answer
    form_week, sign = (
        questions.parse_checkin_data(request.data, words) if request.data else ("", None)
    )

    def settle_intention(repos: Repositories, _form: FormContext) -> tuple[str, Sign, date | None]:
        person = request.person
        personal_data, current_week, current_sign, _ = _load_current_question(
            repos, person, words, now
        )
        personal_data = _reset_count_if_allowed(repos, personal_data, form_week or current_week)
        today = personal_data.local_today(now)
        week = intentions.week_of_answer(form_week, today)
        follow_up_day = personal_data.find_follow_up_day(week)
        intention = intentions.settle_follow_up(
            personal_data.intention, answer, week, today, follow_up_day
        )
        if intention is None:
            repos.intentions.delete_intention(person)
        else:
            repos.intentions.save_intention(person, intention)
        expires_on = intention.expires_on if intention and answer.is_asked_again else None
        return form_week or current_week, sign or current_sign, expires_on

    question_week, question_sign, expires_on = await context.store.for_workspace(
        request.person.workspace
    ).write(lambda repos: submit_form(repos, request, now, partial(settle_intention, repos)))
    checkin_data = questions.encode_checkin_data(question_week, question_sign)
    card_week = calendar.iso_week(now.date())
    return questions.build_follow_up_thanks_form(words, answer, card_week, checkin_data, expires_on)


def _reset_count_if_allowed(
    repos: Repositories, personal_data: PersonalData, week: str
) -> PersonalData:
    """Reset the unanswered count after a form of the question of *week*; return the data after it.

    :func:`bot.domain.checkins.frequency.is_count_reset` decides whether it is reset.
    """
    person = personal_data.clinician.person
    is_planned = repos.delivery_history.find_checkin(person, week) is not None
    count = personal_data.clinician.unanswered_count
    if not frequency.is_count_reset(count, is_message_planned=is_planned):
        return personal_data
    repos.people.set_unanswered_count(person, 0)
    return personal_data.reset_unanswered_count()


async def _reset_unanswered_count(
    request: Request, context: Context, personal_data: PersonalData
) -> PersonalData:
    """Reset the unanswered count, unless it is 0, in a form's transaction.

    Returns the person's data after the reset.
    """
    if personal_data.clinician.unanswered_count:
        await context.store.for_workspace(request.person.workspace).write(
            lambda repos: submit_form(
                repos,
                request,
                context.now(),
                lambda _form: repos.people.set_unanswered_count(request.person, 0),
            )
        )
    return personal_data.reset_unanswered_count()


def _build_form(
    words: LanguagePack,
    personal_data: PersonalData,
    week: str,
    sign: Sign,
    now: datetime,
    *,
    announces_message: bool = False,
) -> Form:
    """Build the form of the pending follow-up, else that of the question of *week*."""
    today = personal_data.local_today(now)
    follow_up_day = personal_data.find_follow_up_day(intentions.week_of_answer(week, today))
    offers_follow_up = follow_up_day is not None
    intention = personal_data.intention
    if intention and intentions.is_follow_up_pending(intention, week, today):
        checkin_data = questions.encode_checkin_data(week, sign)
        return questions.build_follow_up_form(
            words, intention, checkin_data, offers_follow_up=offers_follow_up
        )
    return questions.build_checkin_form(
        words,
        week,
        sign,
        offers_follow_up=offers_follow_up,
        announces_message=announces_message,
    )


def _load_current_question(
    repos: Repositories, person: Person, words: LanguagePack, now: datetime
) -> tuple[PersonalData, str, Sign, bool]:
    """Return a person's data, their current week, its sign, and whether its message is planned."""
    personal_data = load_personal_data(repos, person, now)
    week = calendar.iso_week(personal_data.local_today(now))
    delivery = repos.delivery_history.find_checkin(person, week)
    if delivery:
        return personal_data, week, words.get_sign(delivery.detail), True
    sign = sign_of_week(words.signs, repos.checkin_sign_key, person, week)
    return personal_data, week, sign, False


def _is_saved_intention(
    submitted_intention: Intention | None, saved_intention: Intention | None
) -> bool:
    """Return whether the submitted intention is the one that is stored.

    ``False`` for that of a second answer in one week, which the idempotency key excludes.
    """
    return bool(
        submitted_intention
        and saved_intention
        and (submitted_intention.code, submitted_intention.week)
        == (saved_intention.code, saved_intention.week)
    )


def _build_idempotency_key(person: Person, week: str) -> str:
    """Return the idempotency key of a person and week; the store has only its HMAC digest."""
    return f"checkin {person.workspace} {person.id} {week}"

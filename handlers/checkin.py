"""Handlers of the weekly check-in: a private form takes the answer; no message contains one."""

from dataclasses import replace
from datetime import date
from functools import partial

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Reply, Request
from bot.domain import calendar
from bot.domain.checkins import questions
from bot.domain.checkins.questions import Intention
from bot.domain.person.personal_data import PersonalData
from bot.store.repositories import Repositories
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.personal_data import load_personal_data


async def open_checkin_form(request: Request, context: Context) -> Reply:
    """Open this week's question, or the follow-up of the intention of an earlier week.

    Resets the unanswered count: opening the form counts as an answer. It writes what every form
    writes.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    week, sign = questions.parse_checkin_data(request.data, words)
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, request.person, now)
    )
    if personal_data.clinician.unanswered_count:
        await context.store.for_workspace(request.person.workspace).write(
            lambda repos: submit_form(
                repos,
                request,
                now,
                lambda _form: repos.people.set_unanswered_count(request.person, 0),
            )
        )
    if intention := _pending_follow_up(personal_data, week, personal_data.local_today(now)):
        return questions.build_follow_up_form(words, intention)
    return questions.build_checkin_form(words, week, sign)


async def submit_checkin(request: Request, context: Context) -> Reply:
    """Save the intention of a clinician who wants a follow-up; store nothing else of the answer.

    The idempotency key is the person and the week: a second answer in one week changes nothing.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    week, sign = questions.parse_checkin_data(request.data, words)
    answer = questions.parse_checkin_answer(request.answers, words)

    def save_answer(repos: Repositories, form: FormContext) -> bool:
        person = request.person
        intention = questions.build_intention(
            answer, week, sign, load_personal_data(repos, person, now).local_today(now)
        )
        if form.is_first:
            repos.people.set_unanswered_count(person, 0)
            if intention:
                repos.intentions.save_intention(person, intention)
        return _is_saved_intention(intention, repos.intentions.get_intention(person))

    wants_follow_up = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(
            repos,
            request,
            now,
            partial(save_answer, repos),
            idempotency_key=_checkin_key(request.person, week),
        )
    )
    return questions.build_thanks_form(
        words, replace(answer, wants_follow_up=wants_follow_up), sign, week
    )


async def submit_follow_up(request: Request, context: Context) -> Reply:
    """Delete the stored intention, whatever the answer is, and thank the person."""
    words = context.catalogue.get_pack(request.language)
    answer = questions.parse_follow_up_answer(request.answers, words)
    if isinstance(answer, InvalidAnswers):
        return answer

    def clear_intention(repos: Repositories, _form: FormContext) -> None:
        repos.intentions.delete_intention(request.person)
        repos.people.set_unanswered_count(request.person, 0)

    await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, context.now(), partial(clear_intention, repos))
    )
    week = calendar.iso_week(context.now().date())
    return questions.build_follow_up_thanks_form(words, answer, week)


def _pending_follow_up(personal_data: PersonalData, week: str, today: date) -> Intention | None:
    """Return the intention of an earlier week than *week*, unless it has expired."""
    intention = personal_data.intention
    return (
        intention if intention and intention.week < week and today <= intention.expires_on else None
    )


def _is_saved_intention(
    submitted_intention: Intention | None, saved_intention: Intention | None
) -> bool:
    """Return whether the submitted intention is the one that is stored.

    That of a second answer in one week is not.
    """
    return bool(
        submitted_intention
        and saved_intention
        and (submitted_intention.code, submitted_intention.week)
        == (saved_intention.code, saved_intention.week)
    )


def _checkin_key(person: Person, week: str) -> str:
    """Return the idempotency key of a person and week.

    The store saves only a keyed digest of it.
    """
    return f"checkin {person.workspace} {person.id} {week}"

"""The weekly question's answer, in a private form; a message never holds one."""

from dataclasses import replace
from datetime import date

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Reply, Request
from bot.domain.checkins import questions
from bot.domain.checkins.questions import Intention
from bot.domain.person.personal_data import PersonalData
from bot.store.repositories import Repositories
from bot.workflows.personal_data import load_personal_data


async def open_checkin_form(request: Request, context: Context) -> Reply:
    """Open this week's question, or the follow-up of what the person picked last week."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    week, sign = questions.parse_checkin_data(request.data, words)
    known = await context.store.read(lambda repos: load_personal_data(repos, request.person, now))
    if known.clinician.unanswered_count:
        await context.store.write(
            lambda repos: repos.people.set_unanswered_count(request.person, 0)
        )
    if pending := _pending_follow_up(known, week, known.local_today(now)):
        return questions.build_follow_up_form(words, pending)
    return questions.build_checkin_form(words, week, sign)


async def submit_checkin(request: Request, context: Context) -> Reply:
    """Keep at most what the person asked to be asked about; answered twice, nothing more."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    week, sign = questions.parse_checkin_data(request.data, words)
    answer = questions.parse_checkin_answer(request.answers, words)

    def save_answer(repos: Repositories) -> bool:
        person = request.person
        wish = questions.build_intention(
            answer, week, sign, load_personal_data(repos, person, now).local_today(now)
        )
        if repos.idempotency_keys.claim("checkin", _checkin_key(person, week), now.date()):
            repos.people.set_unanswered_count(person, 0)
            if wish:
                repos.intentions.save_intention(person, wish)
        return _is_saved_intention(wish, repos.intentions.get_intention(person))

    wants_follow_up = await context.store.write(save_answer)
    return questions.build_thanks_form(
        words, replace(answer, wants_follow_up=wants_follow_up), sign
    )


async def submit_follow_up(request: Request, context: Context) -> Reply:
    """Forget what the person had picked, whatever they tell of it, and thank them."""
    words = context.catalogue.get_pack(request.language)
    told = questions.parse_follow_up_answer(request.answers, words)
    if isinstance(told, InvalidAnswers):
        return told

    def clear_intention(repos: Repositories) -> None:
        repos.intentions.delete_intention(request.person)
        repos.people.set_unanswered_count(request.person, 0)

    await context.store.write(clear_intention)
    return questions.build_follow_up_thanks_form(words, told)


def _pending_follow_up(personal_data: PersonalData, week: str, today: date) -> Intention | None:
    """What waits for its follow-up: picked in an earlier week than this question's."""
    found = personal_data.intention
    return found if found and found.week < week and today <= found.expires_on else None


def _is_saved_intention(
    submitted_intention: Intention | None, saved_intention: Intention | None
) -> bool:
    """Whether what the person wished for is what will be asked; a second answer's is not."""
    return bool(
        submitted_intention
        and saved_intention
        and (submitted_intention.code, submitted_intention.week)
        == (saved_intention.code, saved_intention.week)
    )


def _checkin_key(person: Person, week: str) -> str:
    """One answer a person and week; the store keeps only a keyed digest of it."""
    return f"{person.workspace} {person.id} {week}"

"""The weekly question's answer, in a private form; a message never holds one."""

from dataclasses import replace
from datetime import date

from bot.context import Desk
from bot.conversation import Invalid, Person, Reply, Request
from bot.domain.checkins import questions
from bot.domain.checkins.questions import Intention
from bot.domain.person.personal_data import Portrait
from bot.store.repositories import Books
from bot.workflows.personal_data import portrait


async def opened(request: Request, desk: Desk) -> Reply:
    """Open this week's question, or the follow-up of what the person picked last week."""
    words, now = desk.catalogue.words(request.language), desk.now()
    week, sign = questions.read_data(request.data, words)
    known = await desk.store.read(lambda books: portrait(books, request.person, now))
    if known.clinician.quiet:
        await desk.store.write(lambda books: books.people.set_quiet(request.person, 0))
    if pending := _pending(known, week, known.today(now)):
        return questions.followup(words, pending)
    return questions.form(words, week, sign)


async def answered(request: Request, desk: Desk) -> Reply:
    """Keep at most what the person asked to be asked about; answered twice, nothing more."""
    words, now = desk.catalogue.words(request.language), desk.now()
    week, sign = questions.read_data(request.data, words)
    answer = questions.read(request.answers, words)

    def keep(books: Books) -> bool:
        person = request.person
        wish = questions.wished(answer, week, sign, portrait(books, person, now).today(now))
        if books.inbox.first("checkin", _key(person, week), now.date()):
            books.people.set_quiet(person, 0)
            if wish:
                books.intentions.keep(person, wish)
        return _is_kept(wish, books.intentions.of(person))

    again = await desk.store.write(keep)
    return questions.thanks(words, replace(answer, again=again), sign)


async def followed(request: Request, desk: Desk) -> Reply:
    """Forget what the person had picked, whatever they tell of it, and thank them."""
    words = desk.catalogue.words(request.language)
    told = questions.read_followup(request.answers, words)
    if isinstance(told, Invalid):
        return told

    def forget(books: Books) -> None:
        books.intentions.drop(request.person)
        books.people.set_quiet(request.person, 0)

    await desk.store.write(forget)
    return questions.heard(words, told)


def _pending(known: Portrait, week: str, today: date) -> Intention | None:
    """What waits for its follow-up: picked in an earlier week than this question's."""
    found = known.intention
    return found if found and found.week < week and today <= found.until else None


def _is_kept(wish: Intention | None, kept: Intention | None) -> bool:
    """Whether what the person wished for is what will be asked; a second answer's is not."""
    return bool(wish and kept and (wish.code, wish.week) == (kept.code, kept.week))


def _key(person: Person, week: str) -> str:
    """One answer a person and week; the store keeps only a keyed digest of it."""
    return f"{person.workspace} {person.id} {week}"

"""The weekly question's answer, in a private form; a message never holds one."""

from dataclasses import replace
from datetime import date

from bot.conversation import Invalid, Person, Reply, Request
from bot.desk import Desk
from bot.practice import checkins
from bot.practice.checkins import Intention
from bot.practice.portrait import Portrait
from bot.store.books import Books
from bot.store.portraits import portrait


async def opened(request: Request, desk: Desk) -> Reply:
    """Open this week's question, or the follow-up of what the person picked last week."""
    words, now = desk.catalogue.words(request.language), desk.now()
    week, sign = checkins.read_data(request.data, words)
    known = await desk.store.read(lambda books: portrait(books, request.person, now))
    if pending := _pending(known, week, known.today(now)):
        return checkins.followup(words, pending)
    return checkins.form(words, week, sign)


async def answered(request: Request, desk: Desk) -> Reply:
    """Keep at most what the person asked to be asked about; answered twice, nothing more."""
    words, now = desk.catalogue.words(request.language), desk.now()
    week, sign = checkins.read_data(request.data, words)
    answer = checkins.read(request.answers, words)
    if isinstance(answer, Invalid):
        return answer

    def keep(books: Books) -> Intention | None:
        person, today = request.person, portrait(books, request.person, now).today(now)
        if books.inbox.first("checkin", _key(person, week), now.date()):
            _heard_from(books, person)
            if wished := checkins.wished(answer, week, sign, today):
                books.intentions.keep(person, wished)
        return books.intentions.of(person)

    kept = await desk.store.write(keep)
    as_kept = kept is not None and kept.week == week and kept.code == answer.intention
    return checkins.thanks(words, replace(answer, again=answer.again and as_kept), sign)


async def followed(request: Request, desk: Desk) -> Reply:
    """Forget what the person had picked, whatever they tell of it, and thank them."""
    words = desk.catalogue.words(request.language)
    told = checkins.read_followup(request.answers, words)
    if isinstance(told, Invalid):
        return told

    def forget(books: Books) -> None:
        books.intentions.drop(request.person)
        _heard_from(books, request.person)

    await desk.store.write(forget)
    return checkins.heard(words, told)


def _pending(known: Portrait, week: str, today: date) -> Intention | None:
    """What waits for its follow-up: picked in an earlier week than this question's."""
    found = known.intention
    return found if found and found.week < week and today <= found.until else None


def _key(person: Person, week: str) -> str:
    """One answer a person and week; the store keeps only a keyed digest of it."""
    return f"{person.workspace} {person.id} {week}"


def _heard_from(books: Books, person: Person) -> None:
    """Let check-ins come weekly again for whoever uses them."""
    if books.people.get(person).quiet:
        books.people.set_quiet(person, 0)

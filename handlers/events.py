"""What a product tells unasked: who can be reached from now on, and who no longer can."""

import logging
from collections.abc import Callable, Mapping

from bot.context import Desk
from bot.conversation import Address, News, Person
from bot.store.repositories import Books
from bot.workflows import team_setup

logger = logging.getLogger("attune.news")


async def told(news: News, desk: Desk) -> None:
    """Keep what follows from *news*; told again, it changes nothing more.

    Most of what a product tells is of people who are not on the check-ins: it costs a look
    and nothing is kept. Raises :class:`bot.errors.BusyError` when it could not be kept.
    """
    if news.person and not await desk.store.read(lambda books: _concerns(books, news)):
        return
    now = desk.now()

    def keep(books: Books) -> str:
        if news.kind == "arrived" and news.channel and news.by:
            locale = news.profile.locale if news.profile else ""
            team_setup.welcome(books, Person(news.workspace, news.by), news.channel, locale, now)
        return _KEPT[news.kind](books, news)

    if said := await desk.store.write(keep):
        logger.warning(said, extra={"action": said, "reason": news.reason})


def _concerns(books: Books, news: News) -> bool:
    """Whether anything kept about the person would change."""
    known = books.people.get(_person(news))
    if not known.joined:
        return False
    if news.kind == "gone":
        return not known.unreachable
    if news.profile is None:
        return news.kind == "arrived"
    if not news.profile.is_person:
        return not known.unreachable
    now = {(news.profile.locale, known.locale), (news.profile.zone, known.zone)}
    return known.unreachable == DEACTIVATED or any(said and said != kept for said, kept in now)


DEACTIVATED = "deactivated"
"""Why somebody whose account was closed is unreachable; they are asked again once it is open."""


def _profile(books: Books, news: News) -> str:
    person, said = _person(news), news.profile
    if said is None:
        return ""
    if not said.is_person:
        return "people.unreachable" if books.people.mark_unreachable(person, DEACTIVATED) else ""
    if books.people.get(person).unreachable == DEACTIVATED:
        books.people.mark_reachable(person)
    books.people.learn(person, locale=said.locale, zone=said.zone)
    return ""


def _arrived(books: Books, news: News) -> str:
    if news.person:
        books.people.mark_reachable(_person(news))
    elif news.channel:
        books.teams.mark_reachable(news.workspace, news.channel)
    books.ways.keep(Address(news.workspace, news.person, news.channel), news.way)
    return ""


def _gone(books: Books, news: News) -> str:
    if news.person:
        marked = books.people.mark_unreachable(_person(news), news.reason)
        return "people.unreachable" if marked else ""
    marked = books.teams.mark_unreachable(news.workspace, news.channel, news.reason)
    return "channels.unreachable" if marked else ""


def _closed(books: Books, news: News) -> str:
    return "workspaces.closed" if books.workspaces.suspend(news.workspace, news.reason) else ""


def _opened(books: Books, news: News) -> str:
    books.ways.keep(Address(news.workspace), news.way)
    return "workspaces.opened" if books.workspaces.resume(news.workspace) else ""


_KEPT: Mapping[str, Callable[[Books, News], str]] = {
    "profile": _profile,
    "arrived": _arrived,
    "gone": _gone,
    "closed": _closed,
    "opened": _opened,
}
"""What each kind changes, and what the operator's log says of it, once."""


def _person(news: News) -> Person:
    return Person(news.workspace, news.person)

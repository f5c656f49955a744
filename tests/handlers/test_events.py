import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.context import Desk
from bot.conversation import Address, News, Person, Profile
from bot.domain.people import Clinician
from bot.elements import Message, Text
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Promise
from handlers import NEWS
from schedules import COMPOSERS, daily_tip
from schedules.delivery.sender import Drain
from tests.doubles import Pigeonholes
from tests.sample_team import ADA, CHANNEL, MARIE, TEAM, WORKSPACE, set_up, steps


@pytest.fixture
async def practice(desk: Desk) -> Desk:
    """The desk of a practice of which Marie joined and Ada did not."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    return desk


async def known(desk: Desk, person: Person = MARIE) -> Clinician:
    """What is kept of somebody."""
    return await desk.store.read(lambda books: books.people.get(person))


def of(person: Person, locale: str = "", zone: str = "", *, is_person: bool = True) -> News:
    """The news that a product says something else of *person* now."""
    said = Profile(locale, zone, is_person=is_person)
    return News("profile", WORKSPACE, person.id, profile=said)


async def test_whoever_moved_is_asked_in_their_new_zone(practice: Desk) -> None:
    """Zone and locale are kept for those who joined; what is left out stays."""
    await NEWS(of(MARIE, locale="fr-CA", zone="America/Halifax"), practice)
    await NEWS(of(MARIE, zone="America/Vancouver"), practice)

    kept = await known(practice)
    assert (kept.locale, kept.zone) == ("fr-CA", "America/Vancouver")


async def test_of_anybody_else_nothing_is_kept(practice: Desk) -> None:
    """A row made because somebody's profile changed, or because the bot was put up, tells."""
    for news in (
        of(ADA, zone="America/Vancouver"),
        News("arrived", WORKSPACE, ADA.id, way="D1"),
        News("gone", WORKSPACE, ADA.id, reason="blocked"),
    ):
        await NEWS(news, practice)

    kept = await known(practice, ADA)
    assert (kept.zone, kept.unreachable) == ("", "")
    assert await practice.store.read(lambda books: books.ways.to(Address(WORKSPACE, ADA.id))) == ""


async def test_a_closed_account_is_suspended_and_said_once(
    practice: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Told three times, the log says it once and names nobody; opened again, they are asked."""
    for _ in range(3):
        await NEWS(of(MARIE, is_person=False), practice)

    assert (await known(practice)).unreachable == "deactivated"
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == [
        "people.unreachable"
    ]
    assert MARIE.id not in caplog.text

    await NEWS(of(MARIE), practice)
    assert (await known(practice)).unreachable == ""


async def test_a_change_of_profile_brings_back_nobody_who_blocked_the_bot(practice: Desk) -> None:
    """Who takes no messages is not written to because they changed their picture."""
    await NEWS(News("gone", WORKSPACE, MARIE.id, reason="blocked"), practice)
    await NEWS(of(MARIE, zone="UTC"), practice)

    assert (await known(practice)).unreachable == "blocked"


async def test_whoever_arrived_can_be_reached_by_the_route_told(practice: Desk) -> None:
    """A person and a channel that could not be reached are tried again, by their route."""
    for kind in ("gone", "arrived"):
        await NEWS(News(kind, WORKSPACE, MARIE.id, way="a", reason="blocked"), practice)
        await NEWS(News(kind, WORKSPACE, channel=CHANNEL, way="b", reason="left"), practice)

    def look(books: Books) -> tuple[str, ...]:
        team = books.teams.at(WORKSPACE, CHANNEL)
        assert team is not None
        routes = (Address(WORKSPACE, MARIE.id), Address(WORKSPACE, channel=CHANNEL))
        reasons = (books.people.get(MARIE).unreachable, team.unreachable)
        return (*reasons, *map(books.ways.to, routes))

    assert await practice.store.read(look) == ("", "", "a", "b")


async def test_a_channel_that_takes_no_messages_gets_no_tip(
    practice: Desk, clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Its tips are promised no more, until its set-up is saved again."""
    for _ in range(2):
        await NEWS(News("gone", WORKSPACE, channel=CHANNEL, reason="is_archived"), practice)
    tuesday = Desk(
        practice.store, practice.catalogue, lambda: practice.now() + timedelta(days=1), {}
    )

    assert await daily_tip.run(tuesday) == 0
    assert caplog.text.count("channels.unreachable") == 1
    await practice.store.write(lambda books: books.teams.save(TEAM))
    assert await daily_tip.run(tuesday) == 1


async def test_a_workspace_that_closed_takes_nothing_until_it_opens(
    practice: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Removed twice and let in twice, the log says each once."""
    for kind in ("closed", "opened"):
        for _ in range(2):
            await NEWS(News(kind, WORKSPACE, reason="app_uninstalled"), practice)
        takes = await practice.store.read(
            lambda books: books.workspaces.takes(WORKSPACE, practice.now())
        )
        assert takes == (kind == "opened")

    assert [one.message for one in caplog.records] == ["workspaces.closed", "workspaces.opened"]


async def test_news_without_what_it_is_about_change_nothing(practice: Desk) -> None:
    """A profile that says nothing is no news."""
    before = await known(practice)
    await NEWS(News("profile", WORKSPACE, MARIE.id), practice)

    assert await known(practice) == before


ARRIVAL = News("arrived", WORKSPACE, channel="C0NEW", way="w", profile=Profile("fr-CA"), by=ADA.id)


async def introduced(desk: Desk, outlet: Pigeonholes) -> list[Message]:
    """What channels read once everything owed has gone out."""
    await Drain(desk, COMPOSERS).empty()
    return [one.message for one in outlet.sent if one.to.channel]


async def test_a_channel_is_welcomed_once_by_the_name_of_who_added_the_bot(
    practice: Desk, outlet: Pigeonholes
) -> None:
    """Told twice, removed and added again: one card, in the language of whoever added it."""
    for news in (ARRIVAL, ARRIVAL, replace(ARRIVAL, kind="gone"), ARRIVAL):
        await NEWS(news, practice)
        sent = await introduced(practice, outlet)

    french = practice.catalogue.words("fr-CA")
    expected = french.say("cards.welcome.added", who=french.people((ADA.id,)))
    assert [Text(expected) in one.body for one in sent] == [True]


async def test_a_teams_channel_gets_its_own_card(practice: Desk, outlet: Pigeonholes) -> None:
    """Where a team is set up already, the card has Join, and names who added the bot."""
    await NEWS(replace(ARRIVAL, channel=CHANNEL), practice)

    (card,) = await introduced(practice, outlet)
    assert "join" in steps(card)
    assert ADA.id in str(card.body)


async def test_an_introduction_that_is_owed_already_is_enough(
    practice: Desk, outlet: Pigeonholes
) -> None:
    """Set up and added within a minute, a team's channel gets one card."""
    late = practice.now() + timedelta(days=1)
    owed = Promise(WORKSPACE, "intro", "", CHANNEL, "x", practice.now(), late, "")
    await practice.store.write(lambda books: books.deliveries.promise([owed]))
    await NEWS(replace(ARRIVAL, channel=CHANNEL), practice)

    assert len(await introduced(practice, outlet)) == 1

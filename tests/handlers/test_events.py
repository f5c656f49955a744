import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.context import Context
from bot.conversation import Address, ChatEvent, Person, Profile
from bot.domain.people import Clinician
from bot.elements import Message, Text
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from handlers import EVENT_HANDLER
from schedules import COMPOSERS, daily_tip
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.sample_team import ADA, CHANNEL, MARIE, TEAM, WORKSPACE, set_up_team, steps_by_name


@pytest.fixture
async def practice(context: Context) -> Context:
    """The desk of a practice of which Marie joined and Ada did not."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    return context


async def known(context: Context, person: Person = MARIE) -> Clinician:
    """What is kept of somebody."""
    return await context.store.read(lambda repos: repos.people.get(person))


def of(person: Person, locale: str = "", zone: str = "", *, is_person: bool = True) -> ChatEvent:
    """The news that a product says something else of *person* now."""
    said = Profile(locale, zone, is_person=is_person)
    return ChatEvent("profile", WORKSPACE, person.id, profile=said)


async def test_whoever_moved_is_asked_in_their_new_zone(practice: Context) -> None:
    """Zone and locale are kept for those who joined; what is left out stays."""
    await EVENT_HANDLER(of(MARIE, locale="fr-CA", zone="America/Halifax"), practice)
    await EVENT_HANDLER(of(MARIE, zone="America/Vancouver"), practice)

    kept = await known(practice)
    assert (kept.locale, kept.zone) == ("fr-CA", "America/Vancouver")


async def test_of_anybody_else_nothing_is_kept(practice: Context) -> None:
    """A row made because somebody's profile changed, or because the bot was put up, tells."""
    for news in (
        of(ADA, zone="America/Vancouver"),
        ChatEvent("arrived", WORKSPACE, ADA.id, route="D1"),
        ChatEvent("gone", WORKSPACE, ADA.id, reason="blocked"),
    ):
        await EVENT_HANDLER(news, practice)

    kept = await known(practice, ADA)
    assert (kept.zone, kept.unreachable_reason) == ("", "")
    assert (
        await practice.store.read(
            lambda repos: repos.chat_routes.get_route(Address(WORKSPACE, ADA.id))
        )
        == ""
    )


async def test_a_closed_account_is_suspended_and_said_once(
    practice: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Told three times, the log says it once and names nobody; opened again, they are asked."""
    for _ in range(3):
        await EVENT_HANDLER(of(MARIE, is_person=False), practice)

    assert (await known(practice)).unreachable_reason == "deactivated"
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == [
        "people.unreachable"
    ]
    assert MARIE.id not in caplog.text

    await EVENT_HANDLER(of(MARIE), practice)
    assert (await known(practice)).unreachable_reason == ""


async def test_a_change_of_profile_brings_back_nobody_who_blocked_the_bot(
    practice: Context,
) -> None:
    """Who takes no messages is not written to because they changed their picture."""
    await EVENT_HANDLER(ChatEvent("gone", WORKSPACE, MARIE.id, reason="blocked"), practice)
    await EVENT_HANDLER(of(MARIE, zone="UTC"), practice)

    assert (await known(practice)).unreachable_reason == "blocked"


async def test_whoever_arrived_can_be_reached_by_the_route_told(practice: Context) -> None:
    """A person and a channel that could not be reached are tried again, by their route."""
    for kind in ("gone", "arrived"):
        await EVENT_HANDLER(
            ChatEvent(kind, WORKSPACE, MARIE.id, route="a", reason="blocked"), practice
        )
        await EVENT_HANDLER(
            ChatEvent(kind, WORKSPACE, channel=CHANNEL, route="b", reason="left"), practice
        )

    def look(repos: Repositories) -> tuple[str, ...]:
        team = repos.teams.get_by_channel(WORKSPACE, CHANNEL)
        assert team is not None
        routes = (Address(WORKSPACE, MARIE.id), Address(WORKSPACE, channel=CHANNEL))
        reasons = (repos.people.get(MARIE).unreachable_reason, team.unreachable_reason)
        return (*reasons, *map(repos.chat_routes.get_route, routes))

    assert await practice.store.read(look) == ("", "", "a", "b")


async def test_a_channel_that_takes_no_messages_gets_no_tip(
    practice: Context, clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Its tips are promised no more, until its set-up is saved again."""
    for _ in range(2):
        await EVENT_HANDLER(
            ChatEvent("gone", WORKSPACE, channel=CHANNEL, reason="is_archived"), practice
        )
    tuesday = Context(
        practice.store, practice.catalogue, lambda: practice.now() + timedelta(days=1), {}
    )

    assert await daily_tip.run(tuesday) == 0
    assert caplog.text.count("channels.unreachable") == 1
    await practice.store.write(lambda repos: repos.teams.save(TEAM))
    assert await daily_tip.run(tuesday) == 1


async def test_a_workspace_that_closed_takes_nothing_until_it_opens(
    practice: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Removed twice and let in twice, the log says each once."""
    for kind in ("closed", "opened"):
        for _ in range(2):
            await EVENT_HANDLER(ChatEvent(kind, WORKSPACE, reason="app_uninstalled"), practice)
        takes = await practice.store.read(
            lambda repos: repos.workspaces.accepts_messages(WORKSPACE, practice.now())
        )
        assert takes == (kind == "opened")

    assert [one.message for one in caplog.records] == ["workspaces.closed", "workspaces.opened"]


async def test_news_without_what_it_is_about_change_nothing(practice: Context) -> None:
    """A profile that says nothing is no news."""
    before = await known(practice)
    await EVENT_HANDLER(ChatEvent("profile", WORKSPACE, MARIE.id), practice)

    assert await known(practice) == before


ARRIVAL = ChatEvent(
    "arrived", WORKSPACE, channel="C0NEW", route="w", profile=Profile("fr-CA"), added_by=ADA.id
)


async def introduced(context: Context, outlet: RecordingOutlet) -> list[Message]:
    """What channels read once everything owed has gone out."""
    await DeliverySender(context, COMPOSERS).send_all_due()
    return [one.message for one in outlet.sent_messages if one.address.channel]


async def test_a_channel_is_welcomed_once_by_the_name_of_who_added_the_bot(
    practice: Context, outlet: RecordingOutlet
) -> None:
    """Told twice, removed and added again: one card, in the language of whoever added it."""
    for news in (ARRIVAL, ARRIVAL, replace(ARRIVAL, kind="gone"), ARRIVAL):
        await EVENT_HANDLER(news, practice)
        sent = await introduced(practice, outlet)

    french = practice.catalogue.get_pack("fr-CA")
    expected = french.translate("cards.welcome.added", who=french.mention_people((ADA.id,)))
    assert [Text(expected) in one.body for one in sent] == [True]


async def test_a_teams_channel_gets_its_own_card(
    practice: Context, outlet: RecordingOutlet
) -> None:
    """Where a team is set up already, the card has Join, and names who added the bot."""
    await EVENT_HANDLER(replace(ARRIVAL, channel=CHANNEL), practice)

    (card,) = await introduced(practice, outlet)
    assert "join" in steps_by_name(card)
    assert ADA.id in str(card.body)


async def test_an_introduction_that_is_owed_already_is_enough(
    practice: Context, outlet: RecordingOutlet
) -> None:
    """Set up and added within a minute, a team's channel gets one card."""
    late = practice.now() + timedelta(days=1)
    owed = PlannedDelivery(WORKSPACE, "intro", "", CHANNEL, "x", practice.now(), late, "")
    await practice.store.write(lambda repos: repos.deliveries.plan_deliveries([owed]))
    await EVENT_HANDLER(replace(ARRIVAL, channel=CHANNEL), practice)

    assert len(await introduced(practice, outlet)) == 1

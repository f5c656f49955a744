import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.context import Context
from bot.conversation import (
    Address,
    AddressReachable,
    AddressUnreachable,
    ChatEvent,
    PayloadReceived,
    Person,
    Profile,
    ProfileChanged,
    SendResult,
    SendStatus,
    WorkspaceConnected,
    WorkspaceDisconnected,
)
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Clinician
from bot.domain.reachability import EXTERNAL
from bot.elements import Message, Text
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from handlers import EVENT_HANDLER
from schedules import COMPOSERS, daily_tip
from schedules.delivery.sender import DeliverySender
from tests.doubles import SENT_RESULT, RecordingOutlet
from tests.sample_team import ADA, CHANNEL, MARIE, TEAM, WORKSPACE, set_up_team, steps_by_name


@pytest.fixture
async def team_context(context: Context) -> Context:
    """A context with a team of which Marie joined and Ada did not."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    return context


async def load_clinician(context: Context, person: Person = MARIE) -> Clinician:
    """Load the stored clinician."""
    return await context.store.across_workspaces.read(lambda repos: repos.people.get(person))


def build_profile_event(
    person: Person, locale: str = "", zone: str = "", *, is_active_person: bool = True
) -> ProfileChanged:
    """Build the event of a changed profile of *person*."""
    return ProfileChanged(person, Profile(locale, zone, is_active_person=is_active_person))


async def test_a_changed_profile_is_stored(team_context: Context) -> None:
    """Zone and locale are stored for a person who joined; an omitted value stays."""
    await EVENT_HANDLER(
        build_profile_event(MARIE, locale="fr-CA", zone="America/Halifax"), team_context
    )
    await EVENT_HANDLER(build_profile_event(MARIE, zone="America/Vancouver"), team_context)

    clinician = await load_clinician(team_context)
    assert (clinician.locale, clinician.zone) == ("fr-CA", "America/Vancouver")


async def test_events_about_other_people_store_nothing(team_context: Context) -> None:
    """An event about a person who has not joined writes no row, which would reveal them."""
    for event in (
        build_profile_event(ADA, zone="America/Vancouver"),
        AddressReachable(Address(WORKSPACE, ADA.id, route="D1")),
        AddressUnreachable(Address(WORKSPACE, ADA.id), "blocked"),
    ):
        await EVENT_HANDLER(event, team_context)

    clinician = await load_clinician(team_context, ADA)
    assert (clinician.zone, clinician.unreachable_reason) == ("", "")
    assert (
        await team_context.store.across_workspaces.read(
            lambda repos: repos.chat_routes.get_route(Address(WORKSPACE, ADA.id))
        )
        == ""
    )


async def test_a_closed_account_is_unreachable_and_logged_once(
    team_context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Three events log one record without an id; the reopened account is reachable again."""
    for _ in range(3):
        await EVENT_HANDLER(build_profile_event(MARIE, is_active_person=False), team_context)

    assert (await load_clinician(team_context)).unreachable_reason == "deactivated"
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "people.unreachable"
    ]
    assert MARIE.id not in caplog.text

    await EVENT_HANDLER(build_profile_event(MARIE), team_context)
    assert (await load_clinician(team_context)).unreachable_reason == ""


async def test_a_changed_profile_does_not_undo_a_block(
    team_context: Context,
) -> None:
    """A changed profile does not make a person reachable who blocked the bot."""
    await EVENT_HANDLER(AddressUnreachable(Address(WORKSPACE, MARIE.id), "blocked"), team_context)
    await EVENT_HANDLER(build_profile_event(MARIE, zone="UTC"), team_context)

    assert (await load_clinician(team_context)).unreachable_reason == "blocked"


async def test_a_closed_account_outweighs_a_block(team_context: Context) -> None:
    """A person who blocked the bot and whose account is then closed and reopened is reachable."""
    await EVENT_HANDLER(AddressUnreachable(Address(WORKSPACE, MARIE.id), "blocked"), team_context)
    await EVENT_HANDLER(build_profile_event(MARIE, is_active_person=False), team_context)
    await EVENT_HANDLER(build_profile_event(MARIE), team_context)

    assert (await load_clinician(team_context)).unreachable_reason == ""


async def test_a_received_payload_makes_its_sender_reachable(team_context: Context) -> None:
    """A payload of an unreachable person ends the mark; one without a sender does not."""
    await EVENT_HANDLER(AddressUnreachable(Address(WORKSPACE, MARIE.id), "blocked"), team_context)

    reasons = []
    for event in (PayloadReceived(WORKSPACE), PayloadReceived(WORKSPACE, MARIE.id)):
        await EVENT_HANDLER(event, team_context)
        reasons.append((await load_clinician(team_context)).unreachable_reason)

    assert reasons == ["blocked", ""]


async def test_an_event_makes_no_member_of_an_external_person(team_context: Context) -> None:
    """An event reports no affiliation, so a person of another organisation is asked nothing."""
    scope, route = team_context.store.across_workspaces, Address(WORKSPACE, MARIE.id, route="a")
    await scope.write(lambda repos: repos.people.mark_unreachable(MARIE, EXTERNAL))

    for event in (PayloadReceived(WORKSPACE, MARIE.id), AddressReachable(route)):
        await EVENT_HANDLER(event, team_context)

    assert (await load_clinician(team_context)).unreachable_reason == EXTERNAL


EVENTS_OF_A_LIVE_WORKSPACE: tuple[ChatEvent, ...] = (
    PayloadReceived(WORKSPACE),
    build_profile_event(ADA),
    AddressReachable(Address(WORKSPACE, channel=CHANNEL)),
    AddressUnreachable(Address(WORKSPACE, ADA.id), "uninstalled"),
)


@pytest.mark.parametrize("event", EVENTS_OF_A_LIVE_WORKSPACE)
@pytest.mark.parametrize("reason", ["account_inactive", "app_uninstalled"])
async def test_any_event_resumes_a_refused_workspace_alone(
    team_context: Context, event: ChatEvent, reason: str
) -> None:
    """An authentic event resumes a refused workspace, and never an uninstalled one."""
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: repos.workspaces.suspend(WORKSPACE, reason))

    await EVENT_HANDLER(event, team_context)

    stored_reason = await scope.read(lambda repos: repos.workspaces.suspension_reason(WORKSPACE))
    assert stored_reason == ("" if reason == "account_inactive" else reason)


async def test_an_arrival_stores_the_route(team_context: Context) -> None:
    """An unreachable person and channel become reachable again, by the event's route."""
    private_chat = Address(WORKSPACE, MARIE.id, route="a")
    channel = Address(WORKSPACE, channel=CHANNEL, route="b")
    for address in (private_chat, channel):
        await EVENT_HANDLER(AddressUnreachable(address, "blocked"), team_context)
        await EVENT_HANDLER(AddressReachable(address), team_context)

    def read_reasons_and_routes(repos: Repositories) -> tuple[str, ...]:
        team = repos.teams.get_by_channel(WORKSPACE, CHANNEL)
        assert team is not None
        reasons = (repos.people.get(MARIE).unreachable_reason, team.unreachable_reason)
        return (*reasons, *map(repos.chat_routes.get_route, (private_chat, channel)))

    assert await team_context.store.across_workspaces.read(read_reasons_and_routes) == (
        "",
        "",
        "a",
        "b",
    )


async def test_an_unreachable_channel_gets_no_tip(
    team_context: Context, clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    """A closed channel's tips, but the first of a week, wait until its set-up is saved again."""
    for _ in range(2):
        await EVENT_HANDLER(
            AddressUnreachable(Address(WORKSPACE, channel=CHANNEL), "is_archived"), team_context
        )
    thursday = replace(team_context, now=lambda: team_context.now() + timedelta(days=3))

    assert await daily_tip.run(thursday) == 0
    assert caplog.text.count("channels.unreachable") == 1
    await team_context.store.across_workspaces.write(lambda repos: repos.teams.save(TEAM))
    assert await daily_tip.run(thursday) == 1


async def test_a_closed_workspace_is_suspended_until_it_opens(
    team_context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """Repeated events suspend and resume the workspace, and log each once."""
    events: tuple[ChatEvent, ...] = (
        WorkspaceDisconnected(WORKSPACE, "app_uninstalled"),
        WorkspaceConnected(WORKSPACE),
    )
    for event in events:
        for _ in range(2):
            await EVENT_HANDLER(event, team_context)
        accepts_messages = await team_context.store.across_workspaces.read(
            lambda repos: repos.workspaces.accepts_messages(WORKSPACE, team_context.now())
        )
        assert accepts_messages == isinstance(event, WorkspaceConnected)

    assert [record.message for record in caplog.records] == [
        "workspaces.closed",
        "workspaces.opened",
    ]


NEW_CHANNEL = Address(WORKSPACE, channel="C0NEW", route="w")
CHANNEL_ADDED = AddressReachable(NEW_CHANNEL, added_by=ADA.id, locale="fr-CA")
TEAM_CHANNEL_ADDED = replace(CHANNEL_ADDED, address=replace(NEW_CHANNEL, channel=CHANNEL))


async def send_introductions(context: Context, outlet: RecordingOutlet) -> list[Message]:
    """Send what is due, and return the messages to channels."""
    await DeliverySender(context, COMPOSERS).send_all_due()
    return [sent.message for sent in outlet.sent_messages if sent.address.channel]


async def test_a_channel_gets_one_welcome_card(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """Repeated arrivals send one card, in the language of the person who added the bot."""
    channel_removed = AddressUnreachable(NEW_CHANNEL, "uninstalled")
    for event in (CHANNEL_ADDED, CHANNEL_ADDED, channel_removed, CHANNEL_ADDED):
        await EVENT_HANDLER(event, team_context)
        messages = await send_introductions(team_context, outlet)

    french = team_context.catalogue.get_pack("fr-CA")
    expected = french.translate("cards.welcome.added", who=french.mention_people((ADA.id,)))
    assert [Text(expected) in message.body for message in messages] == [True]


async def test_a_teams_channel_gets_the_introduction(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """In a team's channel the card has Join, and names the person who added the bot."""
    await EVENT_HANDLER(TEAM_CHANNEL_ADDED, team_context)

    (card,) = await send_introductions(team_context, outlet)
    assert "join" in steps_by_name(card)
    assert ADA.id in str(card.body)


@pytest.mark.parametrize("added_by", ["", ADA.id])
async def test_a_lost_introduction_is_sent_when_the_channel_is_back(
    team_context: Context, outlet: RecordingOutlet, added_by: str
) -> None:
    """A card that the channel refused is sent once when the bot is put back into it."""
    await EVENT_HANDLER(TEAM_CHANNEL_ADDED, team_context)
    outlet.send_result = SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="not_in_channel")
    assert await send_introductions(team_context, outlet) == []
    outlet.send_result = SENT_RESULT

    for _ in range(2):
        await EVENT_HANDLER(replace(TEAM_CHANNEL_ADDED, added_by=added_by), team_context)
        cards = await send_introductions(team_context, outlet)

    assert ["join" in steps_by_name(card) for card in cards] == [True]


async def test_a_planned_introduction_is_not_doubled(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """A channel with a planned introduction gets one card."""
    deadline = team_context.now() + timedelta(days=1)
    planned_introduction = PlannedDelivery(
        WORKSPACE, DeliveryKind.INTRODUCTION, "", CHANNEL, "x", team_context.now(), deadline, ""
    )
    await team_context.store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([planned_introduction])
    )
    await EVENT_HANDLER(TEAM_CHANNEL_ADDED, team_context)

    assert len(await send_introductions(team_context, outlet)) == 1

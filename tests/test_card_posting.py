"""The introduction card of a set-up is posted at once, by one sender alone."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot import card_posting
from bot.context import Context
from bot.conversation import Address, SendResult, SendStatus
from bot.domain.teams.setup_result import CardStatus
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.workflows import introduction_cards, team_setup
from tests.doubles import (
    SENT_RESULT,
    FakeClock,
    RecordingOutlet,
    clock,
    context,
    empty_database,
    full_catalogue,
    outlet,
)
from tests.sample_team import SUPERVISOR, TEAM, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]


@dataclass
class SlowOutlet(RecordingOutlet):
    """An outlet whose sends wait until the test lets them finish."""

    may_finish: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Record the message after the test's event."""
        await self.may_finish.wait()
        return await super().send(to, message, delivery_id)


@pytest.fixture
async def card_context(context: Context) -> Context:
    """A team whose introduction card is queued."""
    await set_up_team(context)
    await queue_card(context)
    return context


async def queue_card(context: Context) -> None:
    """Queue the introduction card again."""
    now = context.now()
    await context.store.across_workspaces.write(
        lambda repos: team_setup.queue_repost(repos, SUPERVISOR, TEAM.id, now)
    )


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (SENT_RESULT, CardStatus.POSTED),
        (SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="not_in_channel"), CardStatus.REFUSED),
        (SendResult(SendStatus.FAILED, reason="restricted_action"), CardStatus.REFUSED),
        (SendResult(SendStatus.RETRY_LATER, retry_after_seconds=9), CardStatus.WAITING),
        (
            SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="account_inactive"),
            CardStatus.WAITING,
        ),
    ],
)
async def test_the_result_of_the_send_is_the_status(
    card_context: Context, outlet: RecordingOutlet, result: SendResult, status: CardStatus
) -> None:
    """What the product answers decides what the person sees."""
    outlet.send_result = result

    assert await card_posting.post_card(card_context, TEAM) is status


async def test_two_requests_post_one_card(card_context: Context, outlet: RecordingOutlet) -> None:
    """Two requests at once post the card once, and both say that it is there."""
    statuses = await asyncio.gather(*(card_posting.post_card(card_context, TEAM) for _ in range(2)))

    assert statuses == [CardStatus.POSTED] * 2
    assert len(outlet.sent_messages) == 1


async def test_a_slow_product_is_answered_later(card_context: Context) -> None:
    """An answer that is late leaves the card waiting; the request goes on and is recorded."""
    slow_outlet = SlowOutlet()
    slow_context = replace(card_context, outlets={"slack": slow_outlet})
    posting = asyncio.create_task(card_posting.post_card(slow_context, TEAM))

    assert await posting is CardStatus.WAITING
    slow_outlet.may_finish.set()
    await slow_context.wait_for_background_tasks()

    assert await card_posting.post_card(slow_context, TEAM) is CardStatus.POSTED
    assert len(slow_outlet.sent_messages) == 1


async def test_a_suspended_workspace_is_not_called(
    card_context: Context, outlet: RecordingOutlet
) -> None:
    """Where the workspace refuses the bot, nothing is sent and the card waits."""
    await card_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend(TEAM.workspace, "account_inactive")
    )

    assert await card_posting.post_card(card_context, TEAM) is CardStatus.WAITING
    assert outlet.sent_messages == []


async def test_a_probe_precedes_the_card(
    card_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """After an outage the worker probes first, so the card is left to it."""
    await card_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.save_probe(TEAM.workspace, 1, clock())
    )

    assert await card_posting.post_card(card_context, TEAM) is CardStatus.WAITING
    assert outlet.sent_messages == []


async def test_a_product_that_is_not_configured_leaves_the_card_waiting(
    card_context: Context,
) -> None:
    """Without an outlet the card stays queued."""
    unconfigured = replace(card_context, outlets={})

    assert await card_posting.post_card(unconfigured, TEAM) is CardStatus.WAITING


async def test_a_channel_without_a_card_has_none_posted(context: Context) -> None:
    """Where no card was ever queued, the status says that it is not there."""
    await set_up_team(context)

    assert await card_posting.post_card(context, TEAM) is CardStatus.REFUSED


async def test_a_doubtful_card_is_not_posted_again(
    card_context: Context, outlet: RecordingOutlet
) -> None:
    """A card that may have been posted stays as it is."""

    def leave_in_doubt(repos: Repositories) -> None:
        card = introduction_cards.claim_card(
            repos, TEAM, card_context.catalogue, card_context.now()
        )
        assert card
        repos.deliveries.mark_unconfirmed(card.delivery.id, card.delivery.attempt + 1, "in_doubt")

    await card_context.store.across_workspaces.write(leave_in_doubt)

    assert await card_posting.post_card(card_context, TEAM) is CardStatus.IN_DOUBT
    assert outlet.sent_messages == []

"""Whether the last message to an address was delivered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Address
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import missed_slot_key
from bot.store.store import Store
from tests.store.repositories.test_unanswered_counts import SENT, UNSENT, claim, plan_checkin
from tests.store.sample_jobs import MARIE, NOW, PLANNED_CHECKIN, PLANNED_TIP

MARIE_ADDRESS = Address(MARIE.workspace, MARIE.id)
CHANNEL_ADDRESS = Address(PLANNED_TIP.workspace, channel=PLANNED_TIP.channel)


@pytest.mark.parametrize(
    ("name", "is_undelivered"),
    [
        ("sent", False),
        ("unconfirmed", False),
        ("withdrawn", False),
        ("missed", False),
        ("failed", True),
        ("gone", True),
        ("absent", True),
        ("expired", True),
    ],
)
async def test_state_decides(store: Store, name: str, *, is_undelivered: bool) -> None:
    """A message that was rejected or late was not delivered; one skipped on a holiday was none."""

    def play(repos: Repositories) -> bool:
        repos.people.join_team(MARIE, "team1")
        (SENT | UNSENT)[name](repos, plan_checkin(repos, "2026-W37"))
        return repos.delivery_history.is_last_undelivered(MARIE_ADDRESS)

    assert await store.across_workspaces.write(play) is is_undelivered


async def test_later_message_counts(store: Store) -> None:
    """The next message that is sent ends the notice; one that is only planned does not."""

    def play(repos: Repositories) -> list[bool]:
        UNSENT["failed"](repos, plan_checkin(repos, "2026-W37"))
        later = replace(PLANNED_CHECKIN, slot="2026-W38", due_at=NOW + timedelta(minutes=1))
        repos.deliveries.plan_deliveries([later])
        is_undelivered = [repos.delivery_history.is_last_undelivered(MARIE_ADDRESS)]
        row = repos.deliveries.list_due_deliveries(MARIE.workspace, later.due_at, 9)[0]
        SENT["sent"](repos, row)
        return [*is_undelivered, repos.delivery_history.is_last_undelivered(MARIE_ADDRESS)]

    assert await store.across_workspaces.write(play) == [True, False]


async def test_skipped_week_does_not_end_the_notice(store: Store) -> None:
    """A check-in that was skipped on a holiday was no message."""
    skipped = replace(
        PLANNED_CHECKIN,
        slot=missed_slot_key("2026-W38", "holiday"),
        due_at=NOW + timedelta(weeks=1),
        reason="holiday",
    )

    def play(repos: Repositories) -> bool:
        UNSENT["failed"](repos, plan_checkin(repos, "2026-W37"))
        repos.deliveries.plan_deliveries([skipped])
        return repos.delivery_history.is_last_undelivered(MARIE_ADDRESS)

    assert await store.across_workspaces.write(play)


async def test_channel_has_its_own_history(store: Store) -> None:
    """A channel message that is queued again after a rejection is shown for that channel alone."""

    def play(repos: Repositories) -> list[bool]:
        repos.deliveries.plan_deliveries([PLANNED_TIP])
        (row,) = repos.deliveries.list_due_deliveries(PLANNED_TIP.workspace, NOW, 9)
        repos.deliveries.requeue_delivery(row.id, claim(repos, row), reason="invalid_blocks")
        is_undelivered = repos.delivery_history.is_last_undelivered
        return [is_undelivered(CHANNEL_ADDRESS), is_undelivered(MARIE_ADDRESS)]

    assert await store.across_workspaces.write(play) == [True, False]


async def test_channel_delivery_has_a_state(store: Store) -> None:
    """The state of a channel's delivery is found by its slot, and by no other slot or channel."""

    def play(repos: Repositories) -> list[str | None]:
        repos.deliveries.plan_deliveries([PLANNED_TIP])
        other_address = replace(CHANNEL_ADDRESS, channel="C0OTHER")
        find_state, kind = repos.delivery_history.find_channel_state, PLANNED_TIP.kind
        return [
            find_state(kind, CHANNEL_ADDRESS, PLANNED_TIP.slot),
            find_state(kind, CHANNEL_ADDRESS, "another slot"),
            find_state(kind, other_address, PLANNED_TIP.slot),
        ]

    assert await store.across_workspaces.write(play) == ["planned", None, None]


async def test_the_last_card_of_a_channel_is_a_pending_one(store: Store) -> None:
    """Of two cards that were due in the same second, the one that is not finished is the last."""
    address = CHANNEL_ADDRESS
    cards = [
        replace(PLANNED_TIP, kind=DeliveryKind.INTRODUCTION, slot=slot)
        for slot in ("first", "again 1", "again 2")
    ]

    def play(repos: Repositories) -> list[str]:
        find_last_card, slots = repos.delivery_history.find_last_card, list[str]()
        for card in cards:
            repos.deliveries.plan_deliveries([card])
            last = find_last_card(address.workspace, address.channel)
            assert last
            slots.append(last.slot)
            repos.deliveries.claim_delivery(last.id, last.attempt, last.due_at)
            repos.deliveries.mark_sent(last.id, last.attempt + 1)
        return slots

    assert await store.across_workspaces.write(play) == ["first", "again 1", "again 2"]


async def test_a_channel_without_a_card_has_no_last_one(store: Store) -> None:
    """A tip is no card, and a card of another channel is not this one's."""

    def play(repos: Repositories) -> object:
        repos.deliveries.plan_deliveries([PLANNED_TIP])
        return repos.delivery_history.find_last_card(PLANNED_TIP.workspace, PLANNED_TIP.channel)

    assert await store.across_workspaces.write(play) is None

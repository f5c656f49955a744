import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import RECONCILE_AFTER, DeliveryCount, DeliveryState
from bot.store.store import Store
from tests.store.sample_jobs import (
    DEADLINE,
    MARIE,
    MINUTE,
    NOW,
    PLANNED_CHECKIN,
    PLANNED_TIP,
    plan_deliveries,
    reload_delivery,
)


async def test_of_two_who_begin_one_sends(store: Store, database: str) -> None:
    """Whoever is told `True` sends; everybody else leaves the delivery alone."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)
    beside = Store.open(database, ())

    begun = await asyncio.gather(
        *(
            one.write(lambda repos: repos.deliveries.claim_delivery(kept.id, kept.attempt, NOW))
            for one in (store, beside, store, beside)
        )
    )

    assert sorted(begun) == [False, False, False, True]
    after = await reload_delivery(store, kept)
    assert (after.state, after.attempt, after.started_at) == (DeliveryState.SENDING, 1, NOW)
    await beside.close()


Ending = Callable[[Repositories, str, int], bool]

ENDINGS: list[tuple[Ending, DeliveryState]] = [
    (
        lambda repos, key, attempt: repos.deliveries.mark_sent(key, attempt, "171.2"),
        DeliveryState.SENT,
    ),
    (
        lambda repos, key, attempt: repos.deliveries.requeue_delivery(key, attempt),
        DeliveryState.PLANNED,
    ),
    (
        lambda repos, key, attempt: repos.deliveries.mark_unconfirmed(key, attempt),
        DeliveryState.UNCONFIRMED,
    ),
    (lambda repos, key, attempt: repos.deliveries.failed(key, attempt, "x"), DeliveryState.FAILED),
    (
        lambda repos, key, attempt: repos.deliveries.mark_gone(key, attempt, "left"),
        DeliveryState.GONE,
    ),
    (lambda repos, key, attempt: repos.deliveries.mark_missed(key, attempt), DeliveryState.MISSED),
]


@pytest.mark.parametrize(("ending", "state"), ENDINGS, ids=[state for _, state in ENDINGS])
async def test_a_beginning_ends_once(store: Store, ending: Ending, state: DeliveryState) -> None:
    """Only the attempt that was begun can be ended, and only once."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)

    def begin_and_end(repos: Repositories) -> list[bool]:
        begun = repos.deliveries.claim_delivery(kept.id, 0, NOW)
        return [
            begun,
            ending(repos, kept.id, 9),
            ending(repos, kept.id, 1),
            ending(repos, kept.id, 1),
        ]

    assert await store.write(begin_and_end) == [True, False, True, False]
    after = await reload_delivery(store, kept)
    assert (after.state, after.attempt) == (state, 1)


async def test_an_old_attempt_cannot_end_a_newer_one(store: Store) -> None:
    """A process that slept through its turn changes nothing when it wakes up."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)

    def begun_twice(repos: Repositories) -> tuple[bool, bool]:
        repos.deliveries.claim_delivery(kept.id, 0, NOW)
        repos.deliveries.requeue_delivery(kept.id, 1)
        repos.deliveries.claim_delivery(kept.id, 1, NOW)
        return repos.deliveries.mark_sent(kept.id, 1), repos.deliveries.mark_sent(kept.id, 2)

    assert await store.write(begun_twice) == (False, True)


async def test_what_has_to_wait_is_due_later(store: Store) -> None:
    """A message that was refused for now stays promised, and is not due before it may be."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)

    def wait(repos: Repositories) -> tuple[int, int]:
        repos.deliveries.claim_delivery(kept.id, 0, NOW)
        repos.deliveries.requeue_delivery(kept.id, 1, NOW + 5 * MINUTE)
        lists = repos.deliveries.list_due_deliveries
        return len(lists("slack:T1", NOW, 9)), len(lists("slack:T1", NOW + 5 * MINUTE, 9))

    assert await store.write(wait) == (0, 1)


async def test_a_planned_message_may_be_missed_or_withdrawn(store: Store) -> None:
    """What nobody began can still be let go; what was begun cannot be taken back."""
    first = await plan_deliveries(store, PLANNED_CHECKIN)
    second = await plan_deliveries(store, PLANNED_TIP)

    def let_go(repos: Repositories) -> list[bool]:
        return [
            repos.deliveries.mark_missed(first.id, 0, "late"),
            repos.deliveries.mark_withdrawn(first.id),
            repos.deliveries.claim_delivery(second.id, 0, NOW),
            repos.deliveries.mark_withdrawn(second.id),
        ]

    assert await store.write(let_go) == [True, False, True, False]


async def test_withdrawing_spares_others_and_what_was_begun(store: Store) -> None:
    """Who leaves takes back their own planned messages alone."""
    begun = await plan_deliveries(store, PLANNED_CHECKIN)
    followup = replace(PLANNED_CHECKIN, slot="2026-W38")
    others = (
        replace(PLANNED_CHECKIN, person="UOMAR"),
        replace(PLANNED_CHECKIN, workspace="slack:T2"),
        PLANNED_TIP,
    )

    def withdraw(repos: Repositories) -> list[int]:
        repos.deliveries.claim_delivery(begun.id, 0, NOW)
        repos.deliveries.plan_deliveries([followup, *others])
        return [repos.deliveries.withdraw_for_person(MARIE) for _ in range(2)]

    assert await store.write(withdraw) == [1, 0]


async def test_what_a_crash_left_is_known_to_be_unknown(store: Store) -> None:
    """A delivery begun a while ago and never ended is listed; fresh ones are not."""
    old = await plan_deliveries(store, PLANNED_CHECKIN)
    fresh = await plan_deliveries(store, replace(PLANNED_CHECKIN, person="UOMAR"), PLANNED_TIP)

    def crash(repos: Repositories) -> tuple[list[str], tuple[str, ...]]:
        repos.deliveries.claim_delivery(old.id, 0, NOW)
        repos.deliveries.claim_delivery(fresh.id, 0, NOW + MINUTE)
        listed = [
            one.id for one in repos.deliveries.list_unsettled("slack:T1", NOW + RECONCILE_AFTER, 9)
        ]
        return listed, repos.deliveries.list_due_workspaces(DEADLINE + MINUTE)

    assert await store.write(crash) == ([old.id], ("slack:T1",))


async def test_what_could_not_be_found_out_a_day_later_is_unconfirmed(store: Store) -> None:
    """Nobody looks for a message for ever, and nobody sends it again."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)
    day = timedelta(days=1)

    def give_up(repos: Repositories) -> list[int]:
        repos.deliveries.claim_delivery(kept.id, 0, NOW)
        return [
            repos.deliveries.expire_overdue(at) for at in (DEADLINE + day, DEADLINE + day + MINUTE)
        ]

    assert await store.write(give_up) == [0, 1]
    assert (await reload_delivery(store, kept)).state == DeliveryState.UNCONFIRMED


async def test_what_is_too_late_is_missed_and_not_sent_days_after(store: Store) -> None:
    """After a long downtime, what is past its last instant is counted as missed."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)

    def come_back(repos: Repositories) -> list[int]:
        return [repos.deliveries.expire_overdue(at) for at in (DEADLINE, DEADLINE + MINUTE)]

    assert await store.write(come_back) == [0, 1]
    assert (await reload_delivery(store, kept)).state == DeliveryState.MISSED


async def test_the_operator_sees_numbers_and_no_names(store: Store) -> None:
    """Deliveries are told by day, kind, state and reason."""
    gone = await plan_deliveries(store, PLANNED_CHECKIN)

    def some(repos: Repositories) -> tuple[DeliveryCount, ...]:
        repos.deliveries.claim_delivery(gone.id, 0, NOW)
        repos.deliveries.mark_gone(gone.id, 1, "user_disabled" * 9)
        day_after = NOW + timedelta(days=1)
        repos.deliveries.plan_deliveries(
            [replace(PLANNED_CHECKIN, person=f"U{n}", due_at=day_after) for n in (1, 2)]
        )
        return repos.deliveries.count_by_state()

    today, tomorrow = date(2026, 9, 7), date(2026, 9, 8)
    assert await store.write(some) == (
        DeliveryCount(today, "checkin", DeliveryState.GONE, ("user_disabled" * 9)[:60], 1),
        DeliveryCount(tomorrow, "checkin", DeliveryState.PLANNED, "", 2),
    )

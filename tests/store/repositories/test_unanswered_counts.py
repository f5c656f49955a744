"""A check-in that is never sent is not counted as unanswered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.store import Store
from tests.store.sample_jobs import MARIE, NOW, PLANNED_CHECKIN

LATE = PLANNED_CHECKIN.deadline + timedelta(seconds=1)
Settle = Callable[[Repositories, Delivery], object]


def plan_and_claim(repos: Repositories, unanswered_count: int = 2) -> Delivery:
    """Plan and claim the check-in of Marie, who joined and left some unanswered."""
    repos.people.join_team(MARIE, "north")
    repos.people.set_unanswered_count(MARIE, unanswered_count)
    repos.deliveries.plan_checkins([PLANNED_CHECKIN])
    (delivery,) = repos.deliveries.list_due_deliveries(MARIE.workspace, PLANNED_CHECKIN.due_at, 9)
    repos.deliveries.claim_delivery(delivery.id, 0, NOW)
    return delivery


@pytest.mark.parametrize(
    ("settle", "unanswered_count"),
    [
        (lambda repos, sent: repos.deliveries.mark_sent(sent.id, 1), 3),
        (lambda repos, sent: repos.deliveries.mark_unconfirmed(sent.id, 1), 3),
        (lambda repos, sent: repos.deliveries.mark_failed(sent.id, 1, "invalid_blocks"), 2),
        (lambda repos, sent: repos.deliveries.mark_failed(sent.id, 0, "invalid_blocks"), 3),
        (lambda repos, sent: repos.deliveries.mark_missed(sent.id, 1, "late"), 2),
        (lambda repos, sent: repos.deliveries.requeue_delivery(sent.id, 1), 3),
    ],
    ids=["sent", "unconfirmed", "failed", "failed_elsewhere", "missed", "planned_again"],
)
async def test_only_an_unsent_checkin_is_discounted(
    store: Store, settle: Settle, unanswered_count: int
) -> None:
    """A refused or missed check-in is not unanswered; one that may have been posted is."""

    def plan_and_settle(repos: Repositories) -> int:
        settle(repos, plan_and_claim(repos))
        return repos.people.get(MARIE).unanswered_count

    assert await store.across_workspaces.write(plan_and_settle) == unanswered_count


async def test_an_overdue_checkin_is_discounted_once(store: Store) -> None:
    """A check-in whose deadline passed while it was planned is not unanswered, also next tick."""

    def plan_and_expire(repos: Repositories) -> list[int]:
        delivery = plan_and_claim(repos)
        repos.deliveries.requeue_delivery(delivery.id, 1)
        counts = [repos.people.get(MARIE).unanswered_count]
        for now in (PLANNED_CHECKIN.deadline, LATE, LATE):
            repos.deliveries.expire_overdue(now)
            counts.append(repos.people.get(MARIE).unanswered_count)
        return counts

    assert await store.across_workspaces.write(plan_and_expire) == [3, 3, 2, 2]


async def test_a_reset_count_stays_zero(store: Store) -> None:
    """A person who answered an earlier question meanwhile keeps the count of zero."""

    def answer_and_expire(repos: Repositories) -> int:
        delivery = plan_and_claim(repos)
        repos.people.set_unanswered_count(MARIE, 0)
        repos.deliveries.mark_missed(delivery.id, 1, "late")
        return repos.people.get(MARIE).unanswered_count

    assert await store.across_workspaces.write(answer_and_expire) == 0


async def test_other_kinds_and_people_are_not_discounted(store: Store) -> None:
    """A missed last note changes no count, and a missed check-in that of its person alone."""

    def expire_note(repos: Repositories) -> list[int]:
        other = replace(MARIE, id="U0OTHER")
        for person in (MARIE, other):
            repos.people.join_team(person, "north")
            repos.people.set_unanswered_count(person, 2)
        note = replace(PLANNED_CHECKIN, kind=DeliveryKind.LAST_NOTE, person=other.id)
        repos.deliveries.plan_deliveries([note])
        repos.deliveries.plan_checkins([PLANNED_CHECKIN])
        repos.deliveries.expire_overdue(LATE)
        return [repos.people.get(person).unanswered_count for person in (MARIE, other)]

    assert await store.across_workspaces.write(expire_note) == [2, 2]

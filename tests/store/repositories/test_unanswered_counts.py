"""A check-in counts as unanswered only if it was sent, or may have been."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.store import Store
from tests.store.sample_jobs import DEADLINE, MARIE, NOW, PLANNED_CHECKIN, PLANNED_TIP

OMARS_CHECKIN = replace(PLANNED_CHECKIN, person="UOMAR")
DAY = timedelta(days=1)
Settle = Callable[[Repositories, Delivery], object]


def claim(repos: Repositories, delivery: Delivery) -> int:
    """Claim a delivery and return the number of the attempt."""
    repos.deliveries.claim_delivery(delivery.id, delivery.attempt, NOW)
    return delivery.attempt + 1


SENT: dict[str, Settle] = {
    "sent": lambda repos, row: repos.deliveries.mark_sent(row.id, claim(repos, row)),
    "unconfirmed": lambda repos, row: repos.deliveries.mark_unconfirmed(row.id, claim(repos, row)),
}
UNSENT: dict[str, Settle] = {
    "failed": lambda repos, row: repos.deliveries.mark_failed(row.id, claim(repos, row), "code"),
    "gone": lambda repos, row: repos.deliveries.mark_unreachable(row.id, claim(repos, row), "code"),
    "missed": lambda repos, row: repos.deliveries.mark_missed(row.id, row.attempt, "holiday"),
    "absent": lambda repos, row: repos.deliveries.mark_missed(row.id, claim(repos, row), "late"),
    "withdrawn": lambda repos, row: repos.deliveries.mark_withdrawn(row.id),
    "paused": lambda repos, _row: repos.people.pause_checkins(MARIE, (NOW + DAY).date()),
    "expired": lambda repos, _row: repos.deliveries.expire_overdue(DEADLINE + DAY),
}
RESET = "reset"


def plan_checkin(repos: Repositories, slot: str) -> Delivery:
    """Plan a check-in for Marie and return its row."""
    repos.deliveries.plan_checkins([replace(PLANNED_CHECKIN, slot=slot)])
    due = repos.deliveries.list_due_deliveries(MARIE.workspace, NOW, 9)
    return next(row for row in due if row.slot == slot)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=st.lists(st.sampled_from([*SENT, *UNSENT, RESET]), max_size=12))
async def test_only_sent_checkins_count(store: Store, steps: list[str]) -> None:
    """After any weeks the count is that of sent check-ins since the last use, six at most."""

    def play(repos: Repositories) -> int:
        repos._connection.exec_driver_sql("delete from delivery")
        repos.people.join_team(MARIE, "team1")
        for number, step in enumerate(steps):
            if step == RESET:
                repos.people.set_unanswered_count(MARIE, 0)
            else:
                (SENT | UNSENT)[step](repos, plan_checkin(repos, f"2026-W{number:02}"))
        return repos.people.get(MARIE).unanswered_count

    expected = 0
    for step in steps:
        expected = 0 if step == RESET else min(6, expected + (step in SENT))
    if expected < 6:  # from six on no further check-in is planned
        assert await store.across_workspaces.write(play) == expected


@pytest.mark.parametrize("name", UNSENT)
async def test_use_before_the_failure_counts_nothing_negative(store: Store, name: str) -> None:
    """A count that was reset while the check-in was on its way stays zero."""

    def play(repos: Repositories) -> int:
        repos.people.join_team(MARIE, "team1")
        row = plan_checkin(repos, "2026-W37")
        repos.people.set_unanswered_count(MARIE, 0)
        UNSENT[name](repos, row)
        return repos.people.get(MARIE).unanswered_count

    assert await store.across_workspaces.write(play) == 0


async def test_expiry_uncounts_each_person_by_their_own_rows(store: Store) -> None:
    """Two missed check-ins of one person, and one of another, are taken out of their own counts."""

    def play(repos: Repositories) -> list[int]:
        persons = (MARIE, OMARS_CHECKIN.recipient)
        for person in persons:
            repos.people.join_team(person, "team1")
        later = replace(PLANNED_CHECKIN, slot="2026-W38")
        repos.deliveries.plan_checkins([PLANNED_CHECKIN, later, OMARS_CHECKIN])
        repos.people.set_unanswered_count(MARIE, 5)
        repos.people.set_unanswered_count(OMARS_CHECKIN.recipient, 4)
        repos.deliveries.plan_deliveries([PLANNED_TIP])
        repos.deliveries.expire_overdue(DEADLINE + DAY)
        return [repos.people.get(person).unanswered_count for person in persons]

    assert await store.across_workspaces.write(play) == [3, 3]

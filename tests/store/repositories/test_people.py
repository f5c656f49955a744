from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryState, PlannedDelivery
from bot.store.schema import people
from bot.store.store import Store

MARIE = Person("slack:T1", "UMARIE")
OMAR = Person("slack:T1", "UOMAR")
NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)


def rows(repos: Repositories) -> int:
    """How many people anything is kept about."""
    return len(repos._connection.execute(people.select()).all())


async def test_nothing_is_known_of_somebody_new(store: Store) -> None:
    """Whoever never joined or chose anything is blank, and asking leaves no trace."""
    found = await store.read(lambda repos: repos.people.get(MARIE))

    assert found.person == MARIE
    assert not found.has_joined
    assert (found.language, found.zone, found.rule, found.home_team_id) == ("", "", None, "")
    assert await store.read(rows) == 0


async def test_joining_makes_a_team_ones_home(store: Store) -> None:
    """Who joined is asked, counts in that team, and stands on its roster."""
    await store.write(lambda repos: repos.people.join_team(MARIE, "team1"))

    found = await store.read(lambda repos: repos.people.get(MARIE))
    assert (found.has_joined, found.home_team_id) == (True, "team1")
    assert await store.read(lambda repos: repos.teams.list_roster("team1")) == (MARIE,)


async def test_leaving_keeps_the_home_and_the_roster(store: Store) -> None:
    """Who leaves the check-ins is asked no more, and their debriefs still count at home."""

    def join_and_leave(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.leave_checkins(MARIE)
        repos.people.leave_checkins(MARIE)

    await store.write(join_and_leave)

    found = await store.read(lambda repos: repos.people.get(MARIE))
    assert (found.has_joined, found.home_team_id) == (False, "team1")
    assert await store.read(lambda repos: repos.teams.list_roster("team1")) == (MARIE,)


async def test_moving_to_another_team_moves_the_home(store: Store) -> None:
    """One home a clinician: joining elsewhere ends the first place, unless declared there."""

    def move(repos: Repositories) -> None:
        repos.teams.declare_clinicians("declared", [OMAR])
        for person, first in ((MARIE, "team1"), (OMAR, "declared")):
            repos.people.join_team(person, first)
            repos.people.join_team(person, "team2")

    await store.write(move)

    assert await store.read(lambda repos: repos.teams.list_roster("team1")) == ()
    assert await store.read(lambda repos: repos.teams.list_roster("declared")) == (OMAR,)
    assert await store.read(lambda repos: repos.teams.list_roster("team2")) == (MARIE, OMAR)
    assert (await store.read(lambda repos: repos.people.get(MARIE))).home_team_id == "team2"


async def test_what_a_product_says_is_kept_of_those_who_joined_alone(store: Store) -> None:
    """Using the bot leaves no row that would tell who does; joining makes one worth filling."""
    await store.write(
        lambda repos: repos.people.update_profile(MARIE, locale="fr-CA", zone="Asia/Tokyo")
    )
    assert await store.read(rows) == 0

    def join_and_learn(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.update_profile(MARIE, locale="fr-CA", zone="America/Toronto")
        repos.people.update_profile(MARIE, zone="America/Halifax")
        repos.people.update_profile(MARIE)

    await store.write(join_and_learn)
    found = await store.read(lambda repos: repos.people.get(MARIE))
    assert (found.locale, found.zone) == ("fr-CA", "America/Halifax")


async def test_a_clinicians_own_rhythm_is_theirs_until_they_follow_the_team(store: Store) -> None:
    """A day and time of one's own come back as they were chosen, and can be given up."""
    rule = WeeklyRule(5, time(16, 45))
    await store.write(lambda repos: repos.people.set_checkin_rule(MARIE, rule))
    assert (await store.read(lambda repos: repos.people.get(MARIE))).rule == rule

    await store.write(lambda repos: repos.people.set_checkin_rule(MARIE, None))
    assert (await store.read(lambda repos: repos.people.get(MARIE))).rule is None


async def test_a_language_is_kept_for_whoever_chose_one(store: Store) -> None:
    """A choice of language needs no joining, and makes nobody join."""
    await store.write(lambda repos: repos.people.set_language(MARIE, "fr-CA"))

    found = await store.read(lambda repos: repos.people.get(MARIE))
    assert (found.language, found.has_joined) == ("fr-CA", False)


@pytest.mark.parametrize(("given", "kept"), [(-1, 0), (0, 0), (4, 4), (6, 6), (9, 6)])
async def test_the_quiet_counter_stays_between_nought_and_six(
    store: Store, given: int, kept: int
) -> None:
    """All that is kept of check-ins let pass is one small number."""

    def count(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.set_unanswered_count(MARIE, given)

    await store.write(count)

    assert (await store.read(lambda repos: repos.people.get(MARIE))).unanswered_count == kept


def owe(repos: Repositories) -> None:
    """Plan a check-in for Marie and one for Omar."""
    late = NOW + timedelta(hours=30)
    repos.deliveries.plan_deliveries(
        PlannedDelivery("slack:T1", "checkin", person.id, "", "2026-W37", NOW, late, "ring")
        for person in (MARIE, OMAR)
    )


async def test_leaving_pausing_and_being_out_of_reach_take_back_what_was_planned(
    store: Store,
) -> None:
    """After one tap no question arrives that was planned before it; others get theirs."""
    steps: tuple[Callable[[Repositories], object], ...] = (
        lambda repos: repos.people.leave_checkins(MARIE),
        lambda repos: repos.people.pause_checkins(MARIE, date(2026, 9, 21)),
        lambda repos: repos.people.mark_unreachable(MARIE, "account_inactive"),
    )

    def planned_and_stepped(
        repos: Repositories, step: Callable[[Repositories], object]
    ) -> tuple[str, ...]:
        repos.deliveries.delete_before(NOW + timedelta(days=60))
        owe(repos)
        repos.people.join_team(MARIE, "team1")
        step(repos)
        return tuple(
            one.person for one in repos.deliveries.list_due_deliveries("slack:T1", NOW, 10)
        )

    for step in steps:
        assert await store.write(partial(planned_and_stepped, step=step)) == (OMAR.id,)


async def test_ending_a_pause_takes_nothing_back(store: Store) -> None:
    """Coming back from a pause leaves what is planned."""

    def come_back(repos: Repositories) -> list[DeliveryState]:
        repos.people.join_team(MARIE, "team1")
        repos.people.pause_checkins(MARIE, date(2026, 9, 21))
        owe(repos)
        repos.people.pause_checkins(MARIE, None)
        return [one.state for one in repos.deliveries.list_due_deliveries("slack:T1", NOW, 10)]

    assert await store.write(come_back) == [DeliveryState.PLANNED, DeliveryState.PLANNED]
    assert (await store.read(lambda repos: repos.people.get(MARIE))).paused_until is None


async def test_joining_again_starts_afresh(store: Store) -> None:
    """Whoever joins again is neither paused, nor quiet, nor out of reach any more."""

    def go_and_come(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.pause_checkins(MARIE, date(2026, 9, 21))
        repos.people.set_unanswered_count(MARIE, 6)
        repos.people.mark_unreachable(MARIE, "")
        repos.people.leave_checkins(MARIE)
        repos.people.join_team(MARIE, "team1")

    await store.write(go_and_come)

    found = await store.read(lambda repos: repos.people.get(MARIE))
    assert (
        found.has_joined,
        found.paused_until,
        found.unanswered_count,
        found.unreachable_reason,
    ) == (True, None, 0, "")


async def test_everybody_who_joined_is_met_once_in_batches(store: Store) -> None:
    """Batch after batch gives each joined and reachable clinician once, in order."""
    everybody = [Person(f"slack:T{n % 3}", f"U{n:03}") for n in range(25)]

    def join_all(repos: Repositories) -> None:
        for person in everybody:
            repos.people.join_team(person, "team1")
        repos.people.leave_checkins(everybody[3])
        repos.people.mark_unreachable(everybody[4], "user_disabled")
        repos.people.set_language(Person("slack:T0", "UELSE"), "en")

    await store.write(join_all)

    def walk(repos: Repositories) -> list[Person]:
        met: list[Person] = []
        while batch := repos.people.list_joined(met[-1] if met else None, 4):
            met += [one.person for one in batch]
        return met

    assert await store.read(walk) == sorted(set(everybody) - set(everybody[3:5]))

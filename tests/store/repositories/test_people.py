from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import ClinicianProfile
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryState, PlannedDelivery
from bot.store.schema import people
from bot.store.store import Store

MARIE = Person("slack:T1", "UMARIE")
OMAR = Person("slack:T1", "UOMAR")
NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)


def count_rows(repos: Repositories) -> int:
    """Count the rows of people."""
    return len(repos._connection.execute(people.select()).all())


async def test_unknown_person_has_blank_fields(store: Store) -> None:
    """A person who never joined or chose anything is blank, and reading them inserts no row."""
    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))

    assert clinician.person == MARIE
    assert not clinician.has_joined
    assert (clinician.language, clinician.zone, clinician.rule, clinician.home_team_id) == (
        "",
        "",
        None,
        "",
    )
    assert await store.across_workspaces.read(count_rows) == 0


async def test_joining_sets_the_home_team(store: Store) -> None:
    """A person who joins is enrolled, counts in that team and is on its roster."""
    await store.across_workspaces.write(lambda repos: repos.people.join_team(MARIE, "team1"))

    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert (clinician.has_joined, clinician.home_team_id) == (True, "team1")
    assert await store.across_workspaces.read(lambda repos: repos.teams.list_roster("team1")) == (
        MARIE,
    )


async def test_leaving_retains_home_team_and_roster(store: Store) -> None:
    """Leaving ends the check-ins; the person's debriefs still count in the home team."""

    def join_and_leave(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.leave_checkins(MARIE)
        repos.people.leave_checkins(MARIE)

    await store.across_workspaces.write(join_and_leave)

    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert (clinician.has_joined, clinician.home_team_id) == (False, "team1")
    assert await store.across_workspaces.read(lambda repos: repos.teams.list_roster("team1")) == (
        MARIE,
    )


async def test_joining_another_team_moves_the_home_team(store: Store) -> None:
    """Joining another team removes a clinician from the former roster, unless declared there."""

    def join_two_teams(repos: Repositories) -> None:
        repos.teams.declare_clinicians("declared", [OMAR])
        for person, former_team in ((MARIE, "team1"), (OMAR, "declared")):
            repos.people.join_team(person, former_team)
            repos.people.join_team(person, "team2")

    await store.across_workspaces.write(join_two_teams)

    assert await store.across_workspaces.read(lambda repos: repos.teams.list_roster("team1")) == ()
    assert await store.across_workspaces.read(
        lambda repos: repos.teams.list_roster("declared")
    ) == (OMAR,)
    assert await store.across_workspaces.read(lambda repos: repos.teams.list_roster("team2")) == (
        MARIE,
        OMAR,
    )
    assert (
        await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).home_team_id == "team2"


async def test_profile_is_stored_only_for_people_who_joined(store: Store) -> None:
    """Using the bot inserts no row that would reveal it; after joining, the profile is updated."""
    await store.across_workspaces.write(
        lambda repos: repos.people.update_profile(MARIE, locale="fr-CA", zone="Asia/Tokyo")
    )
    assert await store.across_workspaces.read(count_rows) == 0

    def join_and_update(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.update_profile(MARIE, locale="fr-CA", zone="America/Toronto")
        repos.people.update_profile(MARIE, zone="America/Halifax")
        repos.people.update_profile(MARIE)

    await store.across_workspaces.write(join_and_update)
    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert (clinician.locale, clinician.zone) == ("fr-CA", "America/Halifax")


async def test_own_checkin_rule_is_stored_and_cleared(store: Store) -> None:
    """A clinician's own day and time are stored as chosen, and `None` clears them."""
    rule = WeeklyRule(5, time(16, 45))
    await store.across_workspaces.write(lambda repos: repos.people.set_checkin_rule(MARIE, rule))
    assert (await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))).rule == rule

    await store.across_workspaces.write(lambda repos: repos.people.set_checkin_rule(MARIE, None))
    assert (await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))).rule is None


async def test_language_is_stored_without_joining(store: Store) -> None:
    """Choosing a language does not require joining and does not enrol the person."""
    await store.across_workspaces.write(lambda repos: repos.people.set_language(MARIE, "fr-CA"))

    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert (clinician.language, clinician.has_joined) == ("fr-CA", False)


@pytest.mark.parametrize(("count", "stored_count"), [(-1, 0), (0, 0), (4, 4), (6, 6), (9, 6)])
async def test_unanswered_count_is_clamped(store: Store, count: int, stored_count: int) -> None:
    """The count of unanswered check-ins is stored between 0 and 6."""

    def join_and_set_count(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.set_unanswered_count(MARIE, count)

    await store.across_workspaces.write(join_and_set_count)

    assert (
        await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).unanswered_count == stored_count


def plan_checkins(repos: Repositories) -> None:
    """Plan a check-in for Marie and one for Omar."""
    deadline = NOW + timedelta(hours=30)
    repos.deliveries.plan_deliveries(
        PlannedDelivery(
            "slack:T1", DeliveryKind.CHECKIN, person.id, "", "2026-W37", NOW, deadline, "ring"
        )
        for person in (MARIE, OMAR)
    )


async def test_leaving_pausing_and_unreachability_withdraw_planned_deliveries(
    store: Store,
) -> None:
    """After each of them no planned check-in is sent; other people's are."""
    changes: tuple[Callable[[Repositories], object], ...] = (
        lambda repos: repos.people.leave_checkins(MARIE),
        lambda repos: repos.people.pause_checkins(MARIE, date(2026, 9, 21)),
        lambda repos: repos.people.mark_unreachable(MARIE, "account_inactive"),
    )

    def plan_and_change(
        repos: Repositories, change: Callable[[Repositories], object]
    ) -> tuple[str, ...]:
        repos.deliveries.delete_before(NOW + timedelta(days=60))
        plan_checkins(repos)
        repos.people.join_team(MARIE, "team1")
        change(repos)
        return tuple(
            delivery.person
            for delivery in repos.deliveries.list_due_deliveries("slack:T1", NOW, 10)
        )

    for change in changes:
        assert await store.across_workspaces.write(partial(plan_and_change, change=change)) == (
            OMAR.id,
        )


async def test_ending_a_pause_withdraws_nothing(store: Store) -> None:
    """Ending a pause leaves planned deliveries as they are."""

    def pause_and_resume(repos: Repositories) -> list[DeliveryState]:
        repos.people.join_team(MARIE, "team1")
        repos.people.pause_checkins(MARIE, date(2026, 9, 21))
        plan_checkins(repos)
        repos.people.pause_checkins(MARIE, None)
        return [
            delivery.state for delivery in repos.deliveries.list_due_deliveries("slack:T1", NOW, 10)
        ]

    assert await store.across_workspaces.write(pause_and_resume) == [
        DeliveryState.PLANNED,
        DeliveryState.PLANNED,
    ]
    assert (
        await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).paused_until is None


async def test_joining_again_resets_the_state(store: Store) -> None:
    """A person who joins again is neither paused nor unreachable and has no unanswered check-in."""

    def leave_and_rejoin(repos: Repositories) -> None:
        repos.people.join_team(MARIE, "team1")
        repos.people.pause_checkins(MARIE, date(2026, 9, 21))
        repos.people.set_unanswered_count(MARIE, 6)
        repos.people.mark_unreachable(MARIE, "")
        repos.people.leave_checkins(MARIE)
        repos.people.join_team(MARIE, "team1")

    await store.across_workspaces.write(leave_and_rejoin)

    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert (
        clinician.has_joined,
        clinician.paused_until,
        clinician.unanswered_count,
        clinician.unreachable_reason,
    ) == (True, None, 0, "")


async def test_joined_people_are_listed_in_batches(store: Store) -> None:
    """Consecutive batches contain each joined and reachable clinician once, in key order."""
    persons = [Person(f"slack:T{n % 3}", f"U{n:03}") for n in range(25)]

    def join_all(repos: Repositories) -> None:
        for person in persons:
            repos.people.join_team(person, "team1")
        repos.people.leave_checkins(persons[3])
        repos.people.mark_unreachable(persons[4], "user_disabled")
        repos.people.set_language(Person("slack:T0", "UELSE"), "en")

    await store.across_workspaces.write(join_all)

    def list_in_batches(repos: Repositories) -> list[Person]:
        listed: list[ClinicianProfile] = []
        while batch := repos.people.list_joined_reachable(listed[-1] if listed else None, 4):
            listed += batch
        return [clinician.person for clinician in listed]

    assert await store.across_workspaces.read(list_in_batches) == sorted(
        set(persons) - set(persons[3:5])
    )

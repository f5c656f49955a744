"""Planned check-ins: counted as unanswered once, and queried by slot."""

from dataclasses import replace

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import missed_slot_key
from bot.store.repositories.deliveries import DeliveryState
from bot.store.store import Store
from tests.store.sample_jobs import MARIE, PLANNED_CHECKIN, PLANNED_TIP

OMAR = Person("slack:T1", "UOMAR")
NEXT_CHECKIN = replace(PLANNED_CHECKIN, slot="2026-W38")
OMARS_CHECKIN = replace(PLANNED_CHECKIN, person=OMAR.id)


def join_both(repos: Repositories) -> None:
    """Marie and Omar join a team."""
    for person in (MARIE, OMAR):
        repos.people.join_team(person, "team1")


async def test_planned_checkin_counts_as_unanswered_once(store: Store) -> None:
    """Planning it again does not count it again; tips do not count, and six is the maximum."""

    def plan_twice(repos: Repositories) -> list[int]:
        join_both(repos)
        repos.people.set_unanswered_count(OMAR, 6)
        inserted_counts = [
            repos.deliveries.plan_checkins([PLANNED_CHECKIN, OMARS_CHECKIN]),
            repos.deliveries.plan_checkins([PLANNED_CHECKIN, NEXT_CHECKIN]),
        ]
        repos.deliveries.plan_deliveries([PLANNED_TIP])
        return [
            *inserted_counts,
            repos.people.get(MARIE).unanswered_count,
            repos.people.get(OMAR).unanswered_count,
        ]

    assert await store.across_workspaces.write(plan_twice) == [2, 1, 2, 6]


async def test_slots_by_person_covers_many_people(store: Store) -> None:
    """Slots from a given week on are returned per person, without missed deliveries."""
    missed = replace(PLANNED_CHECKIN, slot=missed_slot_key("2026-W39", "late"), reason="late")

    def query_slots(repos: Repositories) -> list[dict[Person, set[str]]]:
        repos.deliveries.plan_checkins([PLANNED_CHECKIN, NEXT_CHECKIN, OMARS_CHECKIN])
        repos.deliveries.plan_deliveries([missed])
        persons = {MARIE, OMAR}
        return [
            repos.delivery_history.slots_by_person(DeliveryKind.CHECKIN, persons, later_slots)
            for later_slots in ("", "2026-W38")
        ]

    all_slots, later_slots = await store.across_workspaces.write(query_slots)
    assert all_slots == {MARIE: {"2026-W37", "2026-W38"}, OMAR: {"2026-W37"}}
    assert later_slots == {MARIE: {"2026-W38"}, OMAR: set()}


async def test_missed_slot_is_settled(store: Store) -> None:
    """A planned slot is not settled; a missed one is, and its reason is counted."""

    def query_slots(repos: Repositories) -> set[str]:
        repos.deliveries.plan_deliveries([PLANNED_CHECKIN, replace(NEXT_CHECKIN, reason="holiday")])
        return repos.delivery_history.list_slots_not_planned(DeliveryKind.CHECKIN, MARIE)

    assert await store.across_workspaces.write(query_slots) == {"2026-W38"}
    counts = await store.across_workspaces.read(lambda repos: repos.deliveries.count_by_state())
    assert [count.reason for count in counts if count.state is DeliveryState.MISSED] == ["holiday"]


async def test_people_of_a_suspended_workspace_are_not_listed(store: Store) -> None:
    """A check-in that is never sent cannot be unanswered."""
    await store.across_workspaces.write(join_both)
    await store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend("slack:T1", "revoked")
    )

    assert (
        await store.across_workspaces.read(
            lambda repos: repos.people.list_joined_reachable(None, 9)
        )
        == ()
    )


async def test_work_days_and_zone_are_stored(store: Store) -> None:
    """Work days are sorted, and an unknown time zone changes nothing."""

    def save_preferences(repos: Repositories) -> None:
        join_both(repos)
        repos.people.set_work_days(MARIE, (3, 1))
        repos.people.update_profile(MARIE, zone="Australia/Lord_Howe")
        repos.people.update_profile(MARIE, zone="Mars/Olympus_Mons")

    await store.across_workspaces.write(save_preferences)
    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(MARIE))

    assert (clinician.work_days, clinician.zone) == ((1, 3), "Australia/Lord_Howe")

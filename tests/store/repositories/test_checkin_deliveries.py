"""Questions owed: counted once each, found again, and told apart by their weeks."""

from dataclasses import replace

from bot.conversation import Person
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryState
from bot.store.store import Store
from tests.store.sample_jobs import MARIE, PLANNED_CHECKIN, PLANNED_TIP

OMAR = Person("slack:T1", "UOMAR")
NEXT = replace(PLANNED_CHECKIN, slot="2026-W38")
OMARS = replace(PLANNED_CHECKIN, person=OMAR.id)


def both_join(repos: Repositories) -> None:
    """Marie and Omar join a team."""
    for person in (MARIE, OMAR):
        repos.people.join_team(person, "team1")


async def test_a_question_owed_counts_as_unanswered_once(store: Store) -> None:
    """However often it is promised; a tip counts for nobody, and six is the end of it."""

    def owe(repos: Repositories) -> list[int]:
        both_join(repos)
        repos.people.set_unanswered_count(OMAR, 6)
        kept = [
            repos.deliveries.plan_checkins([PLANNED_CHECKIN, OMARS]),
            repos.deliveries.plan_checkins([PLANNED_CHECKIN, NEXT]),
        ]
        repos.deliveries.plan_deliveries([PLANNED_TIP])
        return [
            *kept,
            repos.people.get(MARIE).unanswered_count,
            repos.people.get(OMAR).unanswered_count,
        ]

    assert await store.write(owe) == [2, 1, 2, 6]


async def test_the_weeks_that_are_promised_are_found_for_many_at_once(store: Store) -> None:
    """From a week on; what was missed is no promise kept."""
    missed = replace(PLANNED_CHECKIN, slot="2026-W39 late", reason="late")

    def look(repos: Repositories) -> list[dict[Person, set[str]]]:
        repos.deliveries.plan_checkins([PLANNED_CHECKIN, NEXT, OMARS])
        repos.deliveries.plan_deliveries([missed])
        who = {MARIE, OMAR}
        return [
            repos.deliveries.slots_by_person("checkin", who, since) for since in ("", "2026-W38")
        ]

    every, since = await store.write(look)
    assert every == {MARIE: {"2026-W37", "2026-W38"}, OMAR: {"2026-W37"}}
    assert since == {MARIE: {"2026-W38"}, OMAR: set()}


async def test_a_week_is_settled_once_nothing_is_owed_for_it(store: Store) -> None:
    """One that is planned is not; one that was missed is, and says why."""

    def look(repos: Repositories) -> set[str]:
        repos.deliveries.plan_deliveries([PLANNED_CHECKIN, replace(NEXT, reason="holiday")])
        return repos.deliveries.settled_slots("checkin", MARIE)

    assert await store.write(look) == {"2026-W38"}
    tally = await store.read(lambda repos: repos.deliveries.count_by_state())
    assert [one.reason for one in tally if one.state is DeliveryState.MISSED] == ["holiday"]


async def test_nobody_of_a_suspended_workspace_is_among_those_to_ask(store: Store) -> None:
    """What they are not asked leaves nothing unanswered."""
    await store.write(both_join)
    await store.write(lambda repos: repos.workspaces.suspend("slack:T1", "revoked"))

    assert await store.read(lambda repos: repos.people.list_joined(None, 9)) == ()


async def test_part_time_days_and_a_known_zone_are_kept(store: Store) -> None:
    """Days in the order of the week; a zone that nobody knows changes nothing."""

    def keep(repos: Repositories) -> None:
        both_join(repos)
        repos.people.set_work_days(MARIE, (3, 1))
        repos.people.update_profile(MARIE, zone="Australia/Lord_Howe")
        repos.people.update_profile(MARIE, zone="Mars/Olympus_Mons")

    await store.write(keep)
    found = await store.read(lambda repos: repos.people.get(MARIE))

    assert (found.work_days, found.zone) == ((1, 3), "Australia/Lord_Howe")

from datetime import date

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.store.repositories import Repositories
from bot.store.store import Store

MARIE, OMAR = Person("slack:T1", "UMARIE"), Person("slack:T1", "UOMAR")
FIRST = Intention("I1", "ring", "2026-W37", date(2026, 9, 15))
SECOND = Intention("I4", "arc", "2026-W38", date(2026, 9, 22))


def join_both(repos: Repositories) -> None:
    """Let both people join a team: without a home team nobody has an intention."""
    for person in (MARIE, OMAR):
        repos.people.join_team(person, "team1")


async def test_new_intention_replaces_the_earlier_one(store: Store) -> None:
    """Saving an intention replaces the person's earlier one and no other person's."""

    def save_intentions(repos: Repositories) -> None:
        join_both(repos)
        repos.intentions.save_intention(MARIE, FIRST)
        repos.intentions.save_intention(MARIE, SECOND)
        repos.intentions.save_intention(OMAR, FIRST)

    await store.across_workspaces.write(save_intentions)

    assert (
        await store.across_workspaces.read(lambda repos: repos.intentions.get_intention(MARIE))
        == SECOND
    )
    assert (
        await store.across_workspaces.read(lambda repos: repos.intentions.get_intention(OMAR))
        == FIRST
    )


async def test_intention_can_be_deleted(store: Store) -> None:
    """A deleted intention is absent, and deleting it again changes nothing."""

    def save_and_delete(repos: Repositories) -> Intention | None:
        join_both(repos)
        repos.intentions.save_intention(MARIE, FIRST)
        repos.intentions.delete_intention(MARIE)
        repos.intentions.delete_intention(MARIE)
        return repos.intentions.get_intention(MARIE)

    assert await store.across_workspaces.write(save_and_delete) is None


async def test_intention_expires_after_its_last_day(store: Store) -> None:
    """An intention is stored through its last day and deleted the day after."""

    def delete_twice(repos: Repositories) -> list[int]:
        join_both(repos)
        repos.intentions.save_intention(MARIE, FIRST)
        repos.intentions.save_intention(OMAR, SECOND)
        return [
            repos.team_slots.reseal_and_delete_expired(["team1"], date(2026, 9, day))
            for day in (15, 16)
        ]

    assert await store.across_workspaces.write(delete_twice) == [0, 1]
    assert (
        await store.across_workspaces.read(lambda repos: repos.intentions.get_intention(MARIE))
        is None
    )
    assert (
        await store.across_workspaces.read(lambda repos: repos.intentions.get_intention(OMAR))
        == SECOND
    )


async def test_person_without_a_home_team_has_no_intention(store: Store) -> None:
    """A wish that no check-in can follow up is not stored."""
    await store.across_workspaces.write(lambda repos: repos.intentions.save_intention(MARIE, FIRST))

    assert (
        await store.across_workspaces.read(lambda repos: repos.intentions.get_intention(MARIE))
        is None
    )

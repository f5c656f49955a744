"""Who set a team up, as its introduction card states it."""

from dataclasses import replace
from datetime import timedelta

from bot.conversation import Person
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows import introduction_cards, team_setup
from tests.store.sample_jobs import MARIE, NOW
from tests.workflows.test_team_setup import SUBMISSION, SUPERVISOR, save_sample_setup


async def test_the_setter_is_the_person_of_the_set_up(store: Store) -> None:
    """The person who set the team up has set it up, another one has not."""
    await save_sample_setup(store)

    def find_setters(repos: Repositories) -> list[bool]:
        people = (MARIE, SUPERVISOR, replace(MARIE, workspace="slack:T2"))
        return [
            introduction_cards.has_recently_set_up(repos, person, "t1", NOW) for person in people
        ]

    assert await store.across_workspaces.read(find_setters) == [True, False, False]


async def test_posting_again_does_not_make_a_setter(store: Store) -> None:
    """The day counts from the set-up, whatever became of its card."""
    await save_sample_setup(store)
    later = NOW + timedelta(hours=23)

    def requeue(repos: Repositories) -> list[bool]:
        repos.teams.mark_unreachable("slack:T1", "C1", "not_in_channel")
        team_setup.queue_repost(repos, SUPERVISOR, "t1", later)
        return [
            introduction_cards.has_recently_set_up(repos, person, "t1", instant)
            for person in (MARIE, SUPERVISOR)
            for instant in (later, NOW + timedelta(days=1))
        ]

    assert await store.across_workspaces.write(requeue) == [True, False, False, False]


async def test_an_unknown_team_has_no_setter(store: Store) -> None:
    """A team id that no team has, and a team without a card, have no setter."""

    def find_setters(repos: Repositories) -> list[bool]:
        repos.teams.save(SUBMISSION.build_team("t2", "slack:T1"))
        find = introduction_cards.has_recently_set_up
        return [find(repos, Person("slack:T1", "U1"), id_, NOW) for id_ in ("t2", "no-team")]

    assert await store.across_workspaces.write(find_setters) == [False, False]

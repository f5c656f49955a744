"""The listing of joined people in pages, also where many rows of the lists are of others."""

from bot.conversation import Person
from bot.domain.people import ClinicianProfile
from bot.store.repositories import Repositories
from bot.store.store import Store

LIMIT = 4


def person(number: int) -> Person:
    """Return a made-up person."""
    return Person("slack:T1", f"U{number:02}")


def list_pages(repos: Repositories) -> list[list[str]]:
    """Return the ids of the people of each page."""
    pages: list[list[str]] = []
    last: ClinicianProfile | None = None
    while page := repos.people.list_joined_reachable(last, LIMIT):
        pages.append([profile.person.id for profile in page])
        last = page[-1]
    return pages


async def test_pages_without_joined_people_do_not_end_the_listing(store: Store) -> None:
    """Those who joined are found beyond as many rows of the lists as several pages have."""

    def declare_and_join(repos: Repositories) -> None:
        repos.teams.declare_clinicians("team1", tuple(map(person, range(10))))
        repos.teams.declare_clinicians("team2", tuple(map(person, range(10, 20))))
        for number in (9, 15, 19):
            repos.people.join_team(person(number), "team1" if number < 10 else "team2")

    await store.across_workspaces.write(declare_and_join)

    assert await store.across_workspaces.read(list_pages) == [["U09"], ["U15"], ["U19"]]


async def test_page_has_whole_teams(store: Store) -> None:
    """A team that does not fit is on the next page, and a larger one alone is divided."""

    def join_teams(repos: Repositories) -> None:
        for number in range(11):
            team = ("team1", "team2", "team3")[min(2, number // 3)]
            repos.people.join_team(person(number), team)

    await store.across_workspaces.write(join_teams)

    assert await store.across_workspaces.read(list_pages) == [
        ["U00", "U01", "U02"],
        ["U03", "U04", "U05"],
        ["U06", "U07", "U08", "U09"],
        ["U10"],
    ]


async def test_same_id_in_two_workspaces_is_two_people(store: Store) -> None:
    """A page looks people up by workspaces and ids, and has only those whose list it is of."""
    others = [Person("slack:T2", f"U{number:02}") for number in range(3)]

    def join_teams(repos: Repositories) -> None:
        repos.people.join_team(person(0), "team1")
        repos.people.join_team(others[1], "team1")
        repos.people.join_team(others[0], "team2")
        repos.teams.declare_clinicians("team1", [person(0), others[1], others[2]])
        repos.people.join_team(person(2), "team3")

    await store.across_workspaces.write(join_teams)

    def list_page(repos: Repositories) -> list[Person]:
        return [profile.person for profile in repos.people.list_joined_reachable(None, 100)]

    assert await store.across_workspaces.read(list_page) == [
        *(person(0), others[1]),
        *(others[0], person(2)),
    ]

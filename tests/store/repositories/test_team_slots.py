"""People's slots in the sealed records of their teams: moves, lost keys, and few statements."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.conversation import Person
from bot.domain.checkins import team_slots
from bot.domain.checkins.questions import Intention
from bot.domain.people import Clinician, Role
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.repositories import Repositories
from bot.store.schema import team_records
from bot.store.store import Store
from tests.store.sample_jobs import PLANNED_CHECKIN

MARIE, OMAR = Person("slack:T1", "UMARIE"), Person("slack:T1", "UOMAR")
INTENTION = Intention("I1", "ring", "2026-W37", date(2026, 9, 15))
Content = tuple[int, Intention | None]


def join_with_content(repos: Repositories) -> None:
    """Let Marie join a team, with a count and an intention."""
    repos.people.join_team(MARIE, "team1")
    repos.people.set_unanswered_count(MARIE, 2)
    repos.intentions.save_intention(MARIE, INTENTION)


def read_content(repos: Repositories) -> Content:
    """Return Marie's count and intention."""
    return repos.people.get(MARIE).unanswered_count, repos.intentions.get_intention(MARIE)


async def fetch_sizes(store: Store) -> dict[str, int]:
    """Return the number of slots of each team's record."""
    rows = await store.across_workspaces.read(
        lambda repos: repos._connection.execute(select(team_records)).all()
    )
    return {row.team: (len(row.body) - 28) // team_slots.SLOT_BYTES for row in rows}


LEAVING: dict[str, Callable[[Repositories], object]] = {
    "leave": lambda repos: repos.people.leave_checkins(MARIE),
    "supervise": lambda repos: repos.teams.set_role_holders("team1", Role.SUPERVISOR, [MARIE]),
}


@pytest.mark.parametrize("name", LEAVING)
async def test_leaving_clears_the_slot(store: Store, name: str) -> None:
    """Nothing of a person who left, or supervises the team now, comes back when they join."""

    def leave_and_join(repos: Repositories) -> Content:
        join_with_content(repos)
        LEAVING[name](repos)
        repos.people.join_team(MARIE, "team1")
        return read_content(repos)

    assert await store.across_workspaces.write(leave_and_join) == (0, None)


async def test_intention_moves_with_its_person(store: Store) -> None:
    """Joining another team carries the intention over, starts the count and frees the old slot."""

    def move(repos: Repositories) -> tuple[Content, int]:
        join_with_content(repos)
        repos.people.join_team(MARIE, "team2")
        old_record = repos._records.team_records.load_records(["team1"])["team1"].record
        return read_content(repos), len(old_record.slots)

    assert await store.across_workspaces.write(move) == ((0, INTENTION), 0)


async def test_set_up_and_joining_alone_add_slots(store: Store) -> None:
    """A record has slots for everybody on the list, and what they contain changes no size."""
    people = [Person("slack:T1", f"U{number}") for number in range(9)]
    await store.across_workspaces.write(
        lambda repos: repos.teams.declare_clinicians("team1", people[:8])
    )
    sizes = [await fetch_sizes(store)]
    await store.across_workspaces.write(lambda repos: repos.people.join_team(people[8], "team1"))
    sizes.append(await fetch_sizes(store))
    await store.across_workspaces.write(
        lambda repos: [repos.intentions.save_intention(person, INTENTION) for person in people]
    )
    sizes.append(await fetch_sizes(store))

    assert sizes == [{"team1": 8}, {"team1": 16}, {"team1": 16}]


async def test_failed_job_changes_no_slot(store: Store) -> None:
    """What a job changed before its exception is not sealed with the rest of the batch."""
    await store.across_workspaces.write(join_with_content)

    def fail(repos: Repositories) -> None:
        repos.people.set_unanswered_count(MARIE, 5)
        raise LookupError

    with pytest.raises(LookupError):
        await store.across_workspaces.write(fail)
    await store.across_workspaces.write(
        lambda repos: repos.team_slots.reseal_and_delete_expired(["team1"], date.min)
    )

    assert await store.across_workspaces.read(read_content) == (2, INTENTION)


def destroy_keys(store: Store) -> None:
    """Delete every key."""
    for stored_key in store.key_store.list_ids():
        store.key_store.delete(stored_key)


async def test_lost_key_starts_an_empty_record(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Counts start again and intentions are gone: logged once, and counted until then."""
    await store.across_workspaces.write(join_with_content)
    sizes = await fetch_sizes(store)
    destroy_keys(store)

    assert await store.across_workspaces.read(read_content) == (0, None)
    assert store.count_lost_team_records() == 1
    await store.across_workspaces.write(join_with_content)
    assert await store.across_workspaces.read(read_content) == (2, INTENTION)
    assert store.count_lost_team_records() == 0
    assert await fetch_sizes(store) == sizes
    assert caplog.messages.count("team_record.key_lost") == 1


async def test_unavailable_key_store_is_no_crash(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """While no key can be read, a form goes on, and the record stays as it was."""
    await store.across_workspaces.write(join_with_content)
    assert isinstance(store.key_store, FolderKeyStore)
    folder = store.key_store.folder
    moved = folder.rename(folder.with_name("moved"))
    folder.write_text("in the way")

    await store.across_workspaces.write(lambda repos: repos.people.set_unanswered_count(MARIE, 4))
    assert await store.across_workspaces.read(read_content) == (0, None)
    await store.across_workspaces.write(lambda repos: repos.people.join_team(OMAR, "team2"))
    folder.unlink()
    moved.rename(folder)

    assert await store.across_workspaces.read(read_content) == (2, INTENTION)
    assert "team_record.key_store_unavailable" in caplog.messages


async def test_planning_opens_each_record_once(store: Store) -> None:
    """The statements of a batch do not grow with its people."""
    people = [Person("slack:T1", f"U{number:03}") for number in range(120)]

    def join_all(repos: Repositories) -> None:
        for number, person in enumerate(people):
            repos.people.join_team(person, f"team{number % 12}")

    def plan_for(count: int) -> Callable[[Repositories], None]:
        def plan(repos: Repositories) -> None:
            repos.people.load_clinicians(repos.people.list_joined_reachable(None, count))
            repos.deliveries.plan_checkins(
                [replace(PLANNED_CHECKIN, person=person.id) for person in people[:count]]
            )

        return plan

    await store.across_workspaces.write(join_all)
    statements: list[str] = []
    event.listen(
        store._engines.writer, "after_cursor_execute", lambda *args: statements.append(args[2])
    )
    counts = []
    for count in (10, 120):
        statements.clear()
        await store.across_workspaces.write(plan_for(count))
        counts.append(len(statements))

    assert counts[0] == counts[1]
    clinicians = await store.across_workspaces.read(
        lambda repos: repos.people.load_clinicians(repos.people.list_joined_reachable(None, 200))
    )
    assert [clinician.unanswered_count for clinician in clinicians] == [1] * 120


async def test_listing_in_batches_opens_each_record_once(store: Store) -> None:
    """A batch ends with a whole team, however people are spread over teams."""
    people = [Person("slack:T1", f"U{number:03}") for number in range(70)]

    def join_all(repos: Repositories) -> None:
        for number, person in enumerate(people):
            repos.people.join_team(person, f"team{number % 14:02}")

    def list_after(repos: Repositories, last: Clinician | None) -> tuple[Clinician, ...]:
        return repos.people.load_clinicians(repos.people.list_joined_reachable(last, 16))

    await store.across_workspaces.write(join_all)
    selected: list[str] = []

    def record_records(*arguments: Any) -> None:
        statement, parameters = arguments[2], arguments[3]
        if "FROM team_record" in statement:
            is_named = isinstance(parameters, dict)
            selected.extend(parameters.values() if is_named else parameters)

    readers = store._engines.reader
    event.listen(readers, "after_cursor_execute", record_records)
    listed: list[Clinician] = []
    while batch := await store.across_workspaces.read(
        partial(list_after, last=listed[-1] if listed else None)
    ):
        listed += batch
    event.remove(readers, "after_cursor_execute", record_records)

    assert sorted(clinician.person for clinician in listed) == people
    assert sorted(selected) == [f"team{number:02}" for number in range(14)]

"""A copy has every row about its person and none about another; an erasure leaves what it says."""

import json
from collections.abc import Iterable
from datetime import date, time, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from bot.context import Context
from bot.conversation import Address, Person
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.intentions import Intention
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
from bot.domain.person import data_copy
from bot.domain.reachability import DEACTIVATED
from bot.domain.teams import setup_changes
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.setup_undo import PreviousSetup
from bot.store.data_map import DATA_MAP, PERSONAL_TABLES, Remainder
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.schema import metadata, people, period_members
from bot.workflows import person_erasure
from handlers import FORMS
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.handlers.test_handler_writes import count_changed_rows
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    set_up_team,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

PHONES = {MARIE: build_person("phonemarie"), ADA: build_person("phoneada")}
CLOSED = {"ledger": "total", "unit": "team:gone", "closes": date(2026, 4, 6), "epsilon": "4/5"}


def seed_person(repos: Repositories, context: Context, person: Person, team_id: str) -> None:
    """Store a row about *person* in every table that can have one; *team_id* has an undo copy."""
    now = context.now()
    repos.people.join_team(person, TEAM.id)
    repos.people.set_language(person, "fr-CA")
    repos.people.set_checkin_rule(person, WeeklyRule(3, time(16)))
    repos.people.set_unanswered_count(person, 2)
    repos.intentions.save_intention(
        person, Intention("someone", "circle", "2026-W27", now.date() + timedelta(days=8))
    )
    repos.chat_routes.save_route(Address(person.workspace, person.id), "a route")
    repos.close_notices.save_preference(person, NoticePreference(is_stopped=False))
    due = now + timedelta(days=1)
    repos.deliveries.plan_deliveries(
        PlannedDelivery(TEAM.workspace, kind, person_id, channel, team_id, due, due, detail)
        for kind, person_id, channel, detail in (
            (DeliveryKind.CHECKIN, person.id, "", "circle"),
            (DeliveryKind.SHARE, "", "C1", f"{person.id} plan:50"),
        )
    )
    entry = AuditEntry(TEAM.workspace, team_id, "", now, person.id, AuditAction.CREATED)
    repos.audit_trail.record([entry])
    setup = setup_changes.describe_setup(TEAM, (person.id,), ())
    repos.previous_setups.save(team_id, TEAM.workspace, PreviousSetup(person.id, now, setup))
    row = {**CLOSED, "workspace": person.workspace, "person": person.id}
    repos._connection.execute(insert(period_members), row)


@pytest.fixture
async def seeded_context(context: Context) -> Context:
    """Marie and Ada, of whom every table has a row, and each of whom filed a debrief."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, ())

    def seed(repos: Repositories) -> None:
        repos.linked_accounts.set_links([(MARIE, PHONES[MARIE]), (ADA, PHONES[ADA])])
        repos.teams.set_role_holders(OTHER_TEAM.id, Role.DIRECTOR, (MARIE, ADA))
        for person in (MARIE, ADA):
            repos.teams.save_agreement(person, OTHER_TEAM.id)
        both = AuditEntry(
            TEAM.workspace, "", "", context.now(), MARIE.id, AuditAction.NAMED, ADA.id
        )
        repos.audit_trail.record([both])
        seed_person(repos, context, MARIE, TEAM.id)
        seed_person(repos, context, ADA, OTHER_TEAM.id)

    await context.store.across_workspaces.write(seed)
    for person in (MARIE, ADA):
        answers = {"form": "away", "status": "touched"}
        request = build_request(person, answers=answers, idempotency_key=f"of {person.id}")
        await FORMS["debrief"](request, context)
    return context


def list_ids(person: Person) -> tuple[str, ...]:
    """Return the ids of both accounts of *person*."""
    return person.id, PHONES[person].id


async def read_naming_keys(context: Context, ids: Iterable[str]) -> set[tuple[str, ...]]:
    """Return table and primary key of every row with one of *ids* anywhere in it."""

    def read(repos: Repositories) -> set[tuple[str, ...]]:
        return {
            (table.name, *(str(row[column.name]) for column in table.primary_key))
            for table in metadata.sorted_tables
            for row in repos._connection.execute(select(table)).mappings()
            if any(id_ in str(value) for id_ in ids for value in row.values())
        }

    return await context.store.across_workspaces.read(read)


async def load_copy(context: Context, person: Person) -> data_copy.DataCopy:
    """Load the copy of *person*."""
    return await context.store.across_workspaces.read(
        lambda repos: person_erasure.load_data_copy(repos, person, context.now())
    )


async def erase(context: Context, person: Person, *, has_left: bool) -> None:
    """Erase *person* by their own form, or as somebody who has left."""
    if has_left:
        await context.store.across_workspaces.write(
            lambda repos: person_erasure.erase_departed_person(repos, person, context.now())
        )
        return
    await FORMS["erase"](build_request(person, answers={}), context)


async def test_copy_has_every_row_of_its_person(seeded_context: Context) -> None:
    """It has exactly the rows of the database that name one of their accounts."""
    copy = await load_copy(seeded_context, PHONES[MARIE])

    keys = {
        (name, *(str(row[column.name]) for column in PERSONAL_TABLES[name].table.primary_key))
        for name, rows in copy.rows.items()
        for row in rows
    }
    assert {key[0] for key in keys} == set(PERSONAL_TABLES)
    assert keys == await read_naming_keys(seeded_context, list_ids(MARIE))


async def test_copy_has_every_column(seeded_context: Context) -> None:
    """Each row has all columns of its table."""
    copy = await load_copy(seeded_context, MARIE)

    for name, rows in copy.rows.items():
        columns = {column.name for column in PERSONAL_TABLES[name].table.columns}
        assert all(set(row) == columns for row in rows)


async def test_copy_names_nobody_else(seeded_context: Context) -> None:
    """Whoever else is in a row is called another person, and a set-up's lists are left out."""
    text = data_copy.encode_copy(await load_copy(seeded_context, MARIE))

    others = {*CLINICIANS, SUPERVISOR, *PHONES.values()} - {MARIE, PHONES[MARIE]}
    assert not [person for person in others if f'"{person.id}"' in text or person.id + " " in text]
    assert json.loads(text)["tables"]["team_record"][0]["unanswered_count"] == 2


async def test_present_person_leaves_what_the_set_up_and_the_history_state(
    seeded_context: Context,
) -> None:
    """No other table names them; what they added to a role and to a list is gone."""
    await erase(seeded_context, MARIE, has_left=False)

    copy = await load_copy(seeded_context, MARIE)
    remaining = {
        name for name, facts in PERSONAL_TABLES.items() if facts.remainder is not Remainder.NOTHING
    }
    naming = await read_naming_keys(seeded_context, list_ids(MARIE))
    assert {key[0] for key in naming} == remaining == set(copy.rows)
    assert [row["agreed"] for row in copy.rows["role"]] == [False]
    assert [row["stopped"] for row in copy.rows["close_notice"]] == [True]
    assert [row["declared"] for row in copy.rows["roster"]] == [True]
    assert copy.slots == ()


async def test_departed_person_leaves_closed_lists_and_links(seeded_context: Context) -> None:
    """Which accounts were on the list of a closed period alone; no name is in the history."""
    await erase(seeded_context, PHONES[MARIE], has_left=True)

    naming = await read_naming_keys(seeded_context, list_ids(MARIE))
    copy = await load_copy(seeded_context, MARIE)
    assert {key[0] for key in naming} == {"period_member", "alias"}
    assert [row["unit"] for row in copy.rows["period_member"]] == [CLOSED["unit"]]


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_erasure_changes_nothing_of_another_person(
    seeded_context: Context, *, has_left: bool
) -> None:
    """Every row of the other is as it was, and so are their count and their intention."""
    before = await load_copy(seeded_context, ADA)

    await erase(seeded_context, MARIE, has_left=has_left)

    assert await load_copy(seeded_context, ADA) == before


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_erasure_takes_back_what_the_person_filed(
    seeded_context: Context, *, has_left: bool
) -> None:
    """Nothing is left to take back of theirs; the debrief of the other is."""
    await erase(seeded_context, MARIE, has_left=has_left)

    def withdraw(repos: Repositories, person: Person) -> int:
        contributor = repos.ledger.get_contributor_and_open_periods(person, seeded_context.now())
        result = repos.withdrawals.withdraw_debriefs(contributor, seeded_context.now())
        return result.debrief_count

    counts = [
        await seeded_context.store.across_workspaces.write(partial(withdraw, person=person))
        for person in (MARIE, ADA)
    ]
    assert counts == [0, 1]


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_erasure_writes_the_same_rows_whether_anything_was_filed(
    seeded_context: Context, *, has_left: bool
) -> None:
    """Of two people with equal rows, one of whom took back what they filed."""
    await FORMS["withdraw"](build_request(ADA, answers={}), seeded_context)

    counts = []
    for person in (MARIE, ADA):
        with count_changed_rows(seeded_context) as changed:
            await erase(seeded_context, person, has_left=has_left)
        counts.append(changed)

    assert counts[0]["ledger_record"] > 0
    assert counts[0] == counts[1]


async def read_rows(context: Context) -> list[str]:
    """Return every row of the database but those of which a column is sealed."""
    tables = [table for table in metadata.sorted_tables if not DATA_MAP[table.name].sealed]
    return await context.store.across_workspaces.read(
        lambda repos: sorted(
            f"{table.name} {row}"
            for table in tables
            for row in repos._connection.execute(select(table))
        )
    )


@pytest.mark.parametrize("has_left", [False, True], ids=["present", "departed"])
async def test_repeated_erasure_changes_nothing(seeded_context: Context, *, has_left: bool) -> None:
    """So an interrupted run of the operator is repeated."""
    await erase(seeded_context, MARIE, has_left=has_left)
    rows = await read_rows(seeded_context)

    await erase(seeded_context, MARIE, has_left=has_left)

    assert await read_rows(seeded_context) == rows


async def test_person_who_joined_by_themselves_is_on_no_list(seeded_context: Context) -> None:
    """Of theirs the frozen lists of open periods remain alone, without anything in them."""
    joiner = build_person("joiner")

    def join(repos: Repositories) -> None:
        repos.people.join_team(joiner, TEAM.id)
        repos.ledger.add_listed_people(seeded_context.now(), (TEAM.id,))

    await seeded_context.store.across_workspaces.write(join)
    assert (await load_copy(seeded_context, joiner)).rows.keys() >= {"roster", "period_member"}

    await erase(seeded_context, joiner, has_left=False)

    assert (await load_copy(seeded_context, joiner)).rows.keys() == {"period_member"}


async def test_mark_of_a_listed_account_that_cannot_count_stays(seeded_context: Context) -> None:
    """Without it a closed account would count for the size of its team."""

    def mark(repos: Repositories) -> None:
        repos.people.mark_unreachable(MARIE, DEACTIVATED)

    await seeded_context.store.across_workspaces.write(mark)

    await erase(seeded_context, MARIE, has_left=False)

    (row,) = (await load_copy(seeded_context, MARIE)).rows[people.name]
    assert (row["unreachable"], row["language"], row["joined"]) == (DEACTIVATED, "", False)

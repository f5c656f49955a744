"""People get their new ids, and nothing of theirs is lost or counts twice."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.admin import person_renaming
from bot.context import Context
from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role
from bot.errors import FaultyInputError
from bot.store.keys.key_id import TeamKeyId
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.repositories.person_renames import PERSON_COLUMNS, RenameStatus
from bot.store.schema import (
    audit_entries,
    linked_accounts,
    metadata,
    operator_entries,
    people,
    previous_setups,
)
from handlers import FORMS
from tests.doubles import FakeClock, clock, context, empty_database, full_catalogue, outlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.key_folders import list_period_keys
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    set_up_team,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

NEW_MARIE, NEW_SUPERVISOR = build_person("wmarie"), build_person("wsuper")
PAIRS = f"old,new\n{MARIE.id},{NEW_MARIE.id}\n\n{SUPERVISOR.id},{NEW_SUPERVISOR.id}\n"


async def rename(
    context: Context, folder: Path, text: str = PAIRS, *, is_dry_run: bool = False
) -> dict[RenameStatus, int]:
    """Apply a file of pairs to the sample workspace."""
    path = folder / "pairs.csv"
    path.write_text(text)
    return dict(
        await person_renaming.rename_people(context, "T0PRACTICE", path, is_dry_run=is_dry_run)
    )


async def live_a_week(context: Context, clock: FakeClock) -> None:
    """Join Marie, file a debrief of hers, change the set-up, and owe her a check-in."""
    await set_up_team(context)
    clock.advance(days=1)
    answers = {"form": "away", "status": "touched"}
    await FORMS["debrief"](build_request(MARIE, answers=answers), context)
    await submit_setup(context, SUPERVISOR, TEAM.id, {**CURRENT_ANSWERS, "name": "Night team"})
    due = context.now() + timedelta(days=6)
    checkin = PlannedDelivery(
        TEAM.workspace, DeliveryKind.CHECKIN, MARIE.id, "", "2026-W28", due, due, ""
    )

    def join_marie(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        repos.people.set_checkin_rule(MARIE, WeeklyRule(3, time(16)))
        repos.people.set_unanswered_count(MARIE, 2)
        repos.linked_accounts.set_links([(MARIE, build_person("phone"))])
        repos.deliveries.plan_deliveries([checkin])

    await context.store.across_workspaces.write(join_marie)


async def read_rows(context: Context) -> list[str]:
    """Return every row of the database but the sealed records."""

    def read(repos: Repositories) -> list[str]:
        queries = map(select, metadata.sorted_tables)
        return sorted(str(row) for query in queries for row in repos._connection.execute(query))

    return await context.store.across_workspaces.read(read)


async def withdraw(context: Context, person: Person) -> int:
    """Take back what *person* filed; return how many debriefs that were."""

    def withdraw_all(repos: Repositories) -> int:
        contributor = repos.ledger.get_contributor_and_open_periods(person, context.now())
        return repos.withdrawals.withdraw_debriefs(contributor, context.now()).debrief_count

    return await context.store.across_workspaces.write(withdraw_all)


async def test_everything_goes_on_under_the_new_id(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """No row has the former id; list, role, day, count, check-in and debrief are the new id's."""
    await live_a_week(context, clock)

    counts = await rename(context, tmp_path)

    assert counts == {RenameStatus.POSSIBLE: 2}
    rows = "\n".join(await read_rows(context))
    assert MARIE.id not in rows.replace(NEW_MARIE.id, "")
    assert SUPERVISOR.id not in rows.replace(NEW_SUPERVISOR.id, "")
    marie, supervisors, contributor, accounts = await context.store.across_workspaces.read(
        lambda repos: (
            repos.people.get(NEW_MARIE),
            repos.teams.list_role_holders(TEAM.id, Role.SUPERVISOR),
            repos.ledger.find_contributor(NEW_MARIE, context.now()),
            repos.linked_accounts.list_accounts(NEW_MARIE),
        )
    )
    assert marie.has_joined
    assert (marie.home_team_id, marie.unanswered_count) == (TEAM.id, 2)
    assert marie.rule == WeeklyRule(3, time(16))
    assert supervisors == (NEW_SUPERVISOR,)
    assert accounts == (NEW_MARIE, build_person("phone"))
    assert len(contributor.counted_periods) == 2
    assert [await withdraw(context, person) for person in (MARIE, NEW_MARIE)] == [0, 1]


async def test_a_repeated_run_changes_nothing(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """Nothing is stored under the former ids any more, which is no fault."""
    await live_a_week(context, clock)
    await rename(context, tmp_path)
    rows = await read_rows(context)

    assert await rename(context, tmp_path) == {RenameStatus.NOTHING_STORED: 2}
    assert await read_rows(context) == rows


async def test_a_dry_run_changes_nothing(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """It says how many people would get their new ids."""
    await live_a_week(context, clock)
    rows = await read_rows(context)

    assert await rename(context, tmp_path, is_dry_run=True) == {RenameStatus.POSSIBLE: 2}
    assert await read_rows(context) == rows


async def test_ids_in_use_are_refused_together(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """Every such line is a fault, and people of the other lines are not renamed either."""
    await live_a_week(context, clock)
    rows = await read_rows(context)
    pairs = f"{PAIRS}{ADA.id},{CLINICIANS[2].id}\n{CLINICIANS[3].id},{CLINICIANS[4].id}\n"

    with pytest.raises(FaultyInputError) as error:
        await rename(context, tmp_path, pairs)

    locations = [fault.location.rpartition(":")[2] for fault in error.value.faults]
    assert locations == ["5", "6"]
    assert {fault.key for fault in error.value.faults} == {"operator.team.pair_in_use"}
    assert await read_rows(context) == rows


async def test_nothing_is_renamed_without_the_keys(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """A debrief that cannot be opened would count under a pseudonym that nobody has."""
    await live_a_week(context, clock)
    for key in list_period_keys(context.store):
        context.store.key_store.delete(key)

    with pytest.raises(FaultyInputError) as error:
        await rename(context, tmp_path)

    assert {fault.key for fault in error.value.faults} == {"operator.team.pair_keys_missing"}


async def test_nothing_is_renamed_without_the_key_of_the_team(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """The team's record is not replaced by an empty one: its key may be found again."""
    await live_a_week(context, clock)
    key = TeamKeyId(TEAM.id)
    stored_key = context.store.key_store.get(key)
    context.store.key_store.delete(key)

    with pytest.raises(FaultyInputError) as error:
        await rename(context, tmp_path)

    assert stored_key is not None
    assert {fault.key for fault in error.value.faults} == {"operator.team.pair_keys_missing"}
    assert context.store.key_store.get(key) is None


async def test_an_unknown_workspace_is_a_fault(context: Context, tmp_path: Path) -> None:
    """The fault names the argument."""
    with pytest.raises(FaultyInputError) as error:
        await rename(context, tmp_path)

    assert [fault.location for fault in error.value.faults] == ["WORKSPACE"]


def test_every_column_of_a_person_is_renamed() -> None:
    """A new table with people has to be added to the columns, or to those of changes."""
    columns = {
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in {"person", "same_person", "actor", "subject"}
    }
    elsewhere = {
        linked_accounts.c.same_person,
        audit_entries.c.actor,
        audit_entries.c.subject,
        previous_setups.c.person,
        operator_entries.c.actor,  # the operator or the clock, and no person
    }

    assert columns - elsewhere == {*PERSON_COLUMNS} - {people.c.id}

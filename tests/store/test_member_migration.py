"""The frozen lists of open periods are written by the migration, from the present lists."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection

from bot.store.row_security import begin_across_workspaces
from bot.store.schema import period_members, periods
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import AFTER_QUARTER, fetch_rows
from tests.store.test_sealing_migration import (
    CLOSES,
    OPENS,
    PEOPLE,
    WORKSPACE,
    insert_rows,
    insert_team,
    upgrade_to,
)

EARLIER_REVISIONS = ("0007", "0008", "0009", "0010", "0011")
ADDITIONS_UNTIL = datetime(2026, 11, 30, 5, tzinfo=UTC)


def insert_sealed_period(connection: Connection, ledger: str, team: str, closes: date) -> None:
    """Insert an open period of a team, with its feed, as since the ledger is sealed."""
    key: dict[str, object] = {"ledger": ledger, "unit": f"team:{team}", "closes": closes}
    terms = {"opens": OPENS, "closes_at": int(AFTER_QUARTER.timestamp()), "size": 9, "weeks": 13}
    counting = {"cap": 4, "epsilon": "8/5", "question": "", "workspace": WORKSPACE}
    insert_rows(connection, "period", key | terms | counting)
    insert_rows(connection, "feed", {**key, "team": team})


@pytest.mark.parametrize("revision", EARLIER_REVISIONS)
async def test_open_periods_have_the_people_on_the_present_lists(
    database: str, revision: str
) -> None:
    """Each ledger's period has everyone on the list, with the period's epsilon."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, revision)
    with begin_across_workspaces(store._engines.writer) as connection:
        insert_team(connection)
        for ledger in ("total", "breakdown"):
            insert_sealed_period(connection, ledger, "north", CLOSES)
    store.migrate()

    rows = {tuple(row) for row in await fetch_rows(store, period_members)}
    assert rows == {
        (ledger, "team:north", CLOSES, WORKSPACE, person.id, "8/5", False)
        for ledger in ("total", "breakdown")
        for person in PEOPLE
    }
    await store.close()


async def test_person_on_two_lists_is_on_one_frozen_list(database: str) -> None:
    """Their home team decides, and a linked account is on none."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, "0011")
    with begin_across_workspaces(store._engines.writer) as connection:
        insert_team(connection)
        for person in (PEOPLE[0], PEOPLE[1]):
            row = {"team": "south", "workspace": WORKSPACE, "person": person.id, "declared": True}
            insert_rows(connection, "roster", row)
        home = {"workspace": WORKSPACE, "id": PEOPLE[0].id, "joined": True, "home_team": "south"}
        insert_rows(connection, "person", home)
        link = {"workspace": WORKSPACE, "person": PEOPLE[2].id, "same_workspace": WORKSPACE}
        insert_rows(connection, "alias", {**link, "same_person": PEOPLE[3].id})
        for team in ("north", "south"):
            insert_sealed_period(connection, "total", team, CLOSES)
    store.migrate()

    units = {row.person: row.unit for row in await fetch_rows(store, period_members)}
    assert len(await fetch_rows(store, period_members)) == len(units)
    assert units == {
        PEOPLE[0].id: "team:south",
        **{person.id: "team:north" for person in (PEOPLE[1], *PEOPLE[3:])},
    }
    await store.close()


async def test_additions_to_an_open_period_end_after_its_first_week(database: str) -> None:
    """Seven days after it opened, as for a period of this release."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, "0011")
    with begin_across_workspaces(store._engines.writer) as connection:
        insert_team(connection)
        insert_sealed_period(connection, "total", "north", CLOSES)
    store.migrate()

    (period,) = await fetch_rows(store, periods)
    assert datetime.fromtimestamp(period.additions_until, UTC) == ADDITIONS_UNTIL
    await store.close()

"""The class of a unit is stored when its period opens, and decides the terms of the next ones."""

from datetime import date
from functools import partial

from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import TOTAL
from bot.domain.counts.unit_class import UnitClass
from bot.store.repositories import Repositories
from bot.store.schema import unit_classes
from bot.store.store import Store
from tests.store.sample_counts import (
    AFTER_QUARTER,
    build_team,
    close_due_periods,
    fetch_period_spans,
    fetch_rows,
    open_periods,
)

YEAR_END = date(2027, 1, 4)


async def test_opening_fixes_the_class_of_both_ledgers(store: Store) -> None:
    """A unit of 19 keeps its terms with 20 until the year ends, and then has those of 20."""
    await open_periods(store, (build_team("alone"), 19))
    rows = {tuple(row) for row in await fetch_rows(store, unit_classes)}
    assert rows == {(ledger, "team:alone", 19, YEAR_END) for ledger in ("breakdown", "total")}

    await close_due_periods(store)
    await open_periods(store, (build_team("alone"), 20), now=AFTER_QUARTER)

    spans = await fetch_period_spans(store)
    weeks = release_rule.select_terms(TOTAL, 20).weeks
    assert spans["total", "team:alone"][0] == str(YEAR_END)
    assert weeks < release_rule.select_terms(TOTAL, 19).weeks
    rows = {tuple(row) for row in await fetch_rows(store, unit_classes)}
    assert rows == {
        (ledger, "team:alone", 20, date(2028, 1, 3)) for ledger in ("breakdown", "total")
    }


async def test_class_is_found_replaced_and_deleted(store: Store) -> None:
    """One row a unit and ledger; it is deleted some time after it has expired."""
    write, read = store.across_workspaces.write, store.across_workspaces.read
    assert await read(lambda repos: repos.unit_classes.find("team:a", TOTAL)) is None
    for unit_class in (UnitClass(9, YEAR_END), UnitClass(30, YEAR_END)):
        await write(partial(_save_class, unit_class=unit_class))
    stored_class = await read(lambda repos: repos.unit_classes.find("team:a", TOTAL))
    assert stored_class == UnitClass(30, YEAR_END)

    assert await write(lambda repos: repos.unit_classes.delete_expired_before(YEAR_END)) == 0
    assert await write(lambda repos: repos.unit_classes.delete_expired_before(date.max)) == 1


def _save_class(repos: Repositories, unit_class: UnitClass) -> None:
    repos.unit_classes.save("team:a", TOTAL, unit_class)

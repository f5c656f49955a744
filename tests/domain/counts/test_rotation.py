from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.counts import rotation
from bot.domain.counts.rotation import RUN_DAYS, Occasion

ITEMS = tuple("abcdefghijkl")
FIRST_CLOSE = date(2026, 4, 6)
PERIODS_IN_TEN_YEARS = {13: 40, 4: 130}
"""The number of periods in ten years, by their weeks."""

SUITED = st.sets(st.sampled_from(ITEMS), min_size=1).map(lambda chosen: tuple(sorted(chosen)))


def build_occasions(suited: list[tuple[str, ...]], weeks: int) -> list[Occasion]:
    """Return an occasion for each of *suited*, one after the other."""
    closes = [FIRST_CLOSE + timedelta(weeks=weeks * number) for number in range(len(suited))]
    return [
        Occasion(day, day.toordinal() // (7 * weeks), items)
        for day, items in zip(closes, suited, strict=True)
    ]


def select_all(occasions: list[Occasion]) -> list[str]:
    """Return the item of each occasion, as chosen when it was the newest."""
    return [rotation.select_item(occasions[: number + 1]) for number in range(len(occasions))]


def list_early_repeats(occasions: list[Occasion], items: list[str]) -> list[int]:
    """Return the occasions whose item came again before another that suits them had come."""
    repeats = []
    for number, item in enumerate(items):
        earlier = [before for before in range(number) if items[before] == item]
        if earlier and not set(occasions[number].suitable) <= set(items[earlier[-1] : number]):
            repeats.append(number)
    return repeats


@pytest.mark.parametrize("weeks", PERIODS_IN_TEN_YEARS)
@given(suited=SUITED)
@settings(max_examples=20, deadline=None)
def test_an_unchanged_list_rotates_for_ten_years(weeks: int, suited: tuple[str, ...]) -> None:
    """While the same items suit, none comes again before each of them has come, for ten years."""
    occasions = build_occasions([suited] * PERIODS_IN_TEN_YEARS[weeks], weeks)

    assert list_early_repeats(occasions, select_all(occasions)) == []


@pytest.mark.no_cover
@pytest.mark.parametrize("weeks", PERIODS_IN_TEN_YEARS)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_changing_list_rotates_within_each_run(weeks: int, data: st.DataObject) -> None:
    """Whatever suits from period to period, no item comes again in a run before all that suit."""
    count = PERIODS_IN_TEN_YEARS[weeks]
    occasions = build_occasions(data.draw(st.lists(SUITED, min_size=count, max_size=count)), weeks)
    items = select_all(occasions)

    for run in {occasion.closes.toordinal() // RUN_DAYS for occasion in occasions}:
        numbers = [
            number
            for number, occasion in enumerate(occasions)
            if occasion.closes.toordinal() // RUN_DAYS == run
        ]
        in_run = [occasions[number] for number in numbers]
        assert list_early_repeats(in_run, [items[number] for number in numbers]) == []
    assert all(item in occasion.suitable for item, occasion in zip(items, occasions, strict=True))


@pytest.mark.no_cover
@pytest.mark.parametrize("weeks", PERIODS_IN_TEN_YEARS)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_deleted_tables_change_no_choice(weeks: int, data: st.DataObject) -> None:
    """The choice of the newest period is the same without the tables older than 24 months."""
    count = PERIODS_IN_TEN_YEARS[weeks]
    occasions = build_occasions(data.draw(st.lists(SUITED, min_size=count, max_size=count)), weeks)
    # A table is stored for 731 days, and the newest is the newest until the next one comes.
    cutoff = occasions[-1].closes + timedelta(weeks=weeks) - timedelta(days=731)
    stored = [occasion for occasion in occasions if occasion.closes >= cutoff]

    assert rotation.select_item(stored) == rotation.select_item(occasions)

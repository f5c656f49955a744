"""The attack by set-up through signed HTTP: a supervisor's forms select no span and no table."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, TOTAL
from tests.attacks import set_up_games
from tests.attacks.http_set_ups import (
    ACCOUNTS,
    HttpStep,
    pass_weeks,
    play_steps,
    submit_list,
)
from tests.attacks.proxy_log import PRODUCTS
from tests.attacks.set_up_games import PEOPLE, PublishedPlace
from tests.attacks.test_set_up_games import ARRANGEMENTS

WAYS = ("form", "form", "file")
HTTP_STEPS = st.tuples(
    st.sampled_from(WAYS),
    st.sampled_from(sorted(ARRANGEMENTS)),
    st.sampled_from(("a", "b", "new")),
    st.sampled_from((1, 3, 11)),
)


def build_steps(drawn: Sequence[tuple[str, str, str, int]]) -> list[HttpStep]:
    """Build the steps of a game; ``new`` is a name that no earlier step had."""
    steps = []
    for number, (way, arrangement, name, weeks) in enumerate(drawn):
        team_name = f"n{number}" if name == "new" else name
        lists = {
            f"{team_name}{index}": tuple(ACCOUNTS[PEOPLE.index(person)] for person in people)
            for index, people in enumerate(ARRANGEMENTS[arrangement])
        }
        steps.append(HttpStep(way, lists, weeks))
    return steps


def find_spans(places: Sequence[PublishedPlace]) -> set[tuple[str, timedelta]]:
    """Return the ledgers and lengths of tables, without the ones that were open at the start."""
    first_close = min(place.closes for place in places)
    return {
        (place.ledger, place.closes - place.opens) for place in places if place.closes > first_close
    }


@pytest.mark.parametrize("name", PRODUCTS)
async def test_changed_lists_exceed_no_bound(tmp_path: Path, name: str) -> None:
    """Twenty people, nineteen and twenty again, just before each close of a year.

    Every table has the full length of its size class, which changes with the common year alone.
    """
    async with PRODUCTS[name](tmp_path) as product:
        everybody = tuple(f"U1MORE{number}" for number in range(LARGE_UNIT_SIZE))
        for _ in range(4):
            assert await submit_list(product, product.supervisor, "North team", everybody)
            await pass_weeks(product, 11)
            assert await submit_list(product, product.supervisor, "North team", everybody[:-1])
            await pass_weeks(product, 1)
        await pass_weeks(product, 4)
        places = await product.bot.context.store.across_workspaces.read(set_up_games.list_places)

    assert set_up_games.find_excess(places) == []
    assert find_spans(places) <= {
        (ledger, timedelta(weeks=release_rule.select_terms(ledger, size).weeks))
        for ledger in (TOTAL, BREAKDOWN)
        for size in (len(product.people), LARGE_UNIT_SIZE)
    }


@settings(max_examples=4, phases=(Phase.generate,), deadline=None, derandomize=True)
@given(drawn=st.lists(HTTP_STEPS, min_size=3, max_size=5))
async def test_no_sequence_of_forms_and_files_exceeds_a_bound(
    drawn: list[tuple[str, str, str, int]],
) -> None:
    """Signed forms of each team's supervisor and the operator's file, in any order."""
    with TemporaryDirectory() as folder:
        played = await play_steps(Path(folder), build_steps(drawn))

    assert played.saved_form_count + played.applied_file_count > 0
    assert set_up_games.find_excess(played.places) == []

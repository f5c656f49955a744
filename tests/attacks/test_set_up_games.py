"""Whatever is declared, by whichever way: nobody is in more tables than in a regular year."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bot.domain.counts import exposure
from bot.store.repositories import Repositories
from tests.attacks import set_up_games
from tests.attacks.set_up_games import PEOPLE, Declare, SetUp, TeamList

Step = tuple[str, str, str, int]
"""How people are arranged in teams, under which names, in which practice, and for how many weeks"""

ARRANGEMENTS = {
    "all in one": (PEOPLE,),
    "one fewer than large": (PEOPLE[:19],),
    "exactly large": (PEOPLE[:20],),
    "halves": (PEOPLE[::2], PEOPLE[1::2]),
    "nine and the others": (PEOPLE[:9], PEOPLE[9:]),
    "others and nine": (PEOPLE[-9:], PEOPLE[:-9]),
    "teams of four": tuple(PEOPLE[start : start + 4] for start in range(0, len(PEOPLE), 4)),
    "nobody": (),
}
STEPS = st.tuples(
    st.sampled_from(sorted(ARRANGEMENTS)),
    st.sampled_from(("a", "a", "b", "b", "new")),
    st.sampled_from(("", "river", "lake", "new")),
    st.sampled_from((1, 1, 1, 2, 3, 4, 11, 11)),
)
RECREATED: list[Step] = [("all in one", "new", "", 11), ("halves", "new", "", 1)] * 4
PRACTICES: list[Step] = [("teams of four", "a", "new", 11), ("halves", "b", "new", 1)] * 4


def build_set_up(number: int, step: Step) -> SetUp:
    """Build the set-up of a step; ``new`` is a name that no earlier step had."""
    arrangement, name, practice, _ = step
    name = f"n{number}" if name == "new" else name
    practice = f"practice {number}" if practice == "new" else practice
    return {
        f"{name}{index}": TeamList(people, practice)
        for index, people in enumerate(ARRANGEMENTS[arrangement])
    }


async def play_steps(folder: Path, steps: Sequence[Step], linked_at: int) -> object:
    """Declare each step's set-up, link two accounts at one of them, and return any excess."""
    linked_on = date.min
    async with set_up_games.open_game(folder) as game:
        for number, step in enumerate(steps):
            if number == linked_at:
                await game.instance.context.store.across_workspaces.write(link_accounts)
                linked_on = game.instance.clock.current_time.date()
            await game.change(build_set_up(number, step))
            await game.pass_weeks(step[-1])
        await game.pass_weeks(13)
        return set_up_games.find_excess(await game.fetch_places(), linked_on)


def link_accounts(repos: Repositories) -> None:
    """Declare the first and the last person to be one."""
    repos.linked_accounts.set_links([(PEOPLE[0], PEOPLE[-1])])


@settings(max_examples=6, phases=(Phase.explicit, Phase.generate))
@given(steps=st.lists(STEPS, min_size=6, max_size=10), linked_at=st.integers(0, 12))
@example(steps=RECREATED, linked_at=5)
@example(steps=PRACTICES, linked_at=99)
async def test_no_sequence_of_set_ups_exceeds_a_bound(steps: list[Step], linked_at: int) -> None:
    """Splitting, merging, closing, recreating, moving, other practices and linked accounts."""
    with TemporaryDirectory() as folder:
        assert await play_steps(Path(folder), steps, linked_at) == []


@pytest.mark.parametrize("declare", [set_up_games.declare_by_form, set_up_games.declare_by_file])
async def test_forms_and_files_exceed_no_bound(tmp_path: Path, declare: Declare) -> None:
    """The strongest of these attacks, by a supervisor's form and by the operator's file."""
    async with set_up_games.open_game(tmp_path, declare) as game:
        places = await set_up_games.play_recreated_teams(game)

    assert not set_up_games.find_excess(places)
    assert set_up_games.find_largest_exposure(places) > exposure.max_yearly_exposure() / 2

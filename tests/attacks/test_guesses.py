import math
from collections import Counter
from pathlib import Path

import pytest

from bot.practice.counts import CODES
from tests.attacks import games, plans
from tests.attacks.field import field_of
from tests.attacks.games import Case
from tests.attacks.naive import NaiveCounter

FEW = 200
"""Plays in the short form; `python -m tests.attacks` makes thousands."""

FEW_YEARS = 56


def naively(case: Case, least: int = 0) -> tuple[bool, bool]:
    """Whether exact counts differ between the two worlds, and whether they tell which is which."""
    shown = []
    for mine in (case.one, case.other):
        counter = NaiveCounter(least)
        for number, (form, many) in enumerate(zip(CODES["form"], case.others, strict=True)):
            for debrief in range(many):
                counter.file(f"{number} {debrief}", form)
        for form in mine:
            counter.file("target", form)
        shown.append(counter.shown())
    return shown[0] != shown[1], None not in shown


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_exact_counts_tell_everything_to_whoever_knows_the_rest(attack: plans.Attack) -> None:
    """Where counts are exact, or only held back below five people, every guess is certain."""
    for case in attack.cases():
        assert naively(case) == (True, True)
        assert naively(case, least=5)[0] or sum(case.others) < 4


@pytest.mark.parametrize("attack", plans.ONCE, ids=str)
def test_the_best_guess_there_is_stays_below_the_bar(attack: plans.Attack) -> None:
    """By enumerating every table there can be, of teams that write down little, who risk most."""
    best = [games.best(case, attack.size) for case in attack.cases()[-2:]]

    assert sum(best) / len(best) <= attack.bar
    assert max(best) <= attack.worst


@pytest.mark.parametrize("attack", plans.SHORT, ids=str)
async def test_the_best_guess_fails_on_the_bot(attack: plans.Attack) -> None:
    """Played on the real bot: right as often as was enumerated and no more, and never certain."""
    score = await attack.played(FEW)

    assert score.plays >= FEW
    assert score.surely_above <= attack.bar
    assert abs(score.right - attack.best()) <= 4.5 * math.sqrt(0.25 / score.plays)
    assert score.certain == 0


async def test_a_habit_of_a_year_fails_on_the_bot() -> None:
    """Two debriefs in each quarter of a year: four looks together stay below the bar."""
    attack = plans.HABITS[0]
    score = await attack.played(FEW_YEARS)

    assert score.surely_above <= attack.bar
    assert score.certain <= 0.01 + 4 * math.sqrt(0.01 / score.plays)


async def test_the_best_guess_fails_where_everybody_files_through_the_form(tmp_path: Path) -> None:
    """What the other attacks lay down in one statement is what the handler keeps."""
    cases = [Case((5, 2, 1, 1)), Case((4, 3, 1, 1), other=("against",))]
    async with field_of(9, len(cases), tmp_path) as field:
        told = {
            side.team.id: plans.dealt(side, case)
            for side, case in zip(field.sides, cases, strict=True)
        }
        await field.lay(told)
        laid = await field.slips()
        everybody = [(who, (form,)) for dealt in told.values() for who, form in dealt]
        await field.all_file(everybody)

        assert sum(laid.values()) == 2 * len(everybody)
        assert await field.slips() == Counter({place: 2 * many for place, many in laid.items()})

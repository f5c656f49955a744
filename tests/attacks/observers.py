"""Exact right guesses of somebody who reads the tables of one or two years.

They guess whether one person has a habit of filing or never files, and know every other debrief. A
passive observer reads what the team files by itself. An active one knows and chooses what the
others file, as somebody with accounts on the list can: the count lies where it tells most, in every
period. Log odds of independent tables add up, so that their distribution after a year is the
convolution of the tables' own; nothing is played.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import fmean, variance
from typing import NamedTuple

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.release_rule import TOTAL
from tests.attacks.guessing_game import CERTAIN_LOG_ODDS, HIDDEN_PROBABILITY
from tests.attacks.mechanisms import Mechanism, Pair, Team, generate_periods
from tests.attacks.odds import FormCounts
from tests.domain.counts import utility

GENERATED_PERIODS = 2
"""Different periods generated for a team; a year repeats them."""

STEPS_PER_UNIT = 12
"""Steps of the grid for one unit of log odds; a value between two steps is split, unbiased."""

MAX_STEPS = 10 * STEPS_PER_UNIT
"""Log odds beyond this many steps are as good as certain, and stay there."""

QUARTERLY_WEEKS = 13


class Guess(NamedTuple):
    """How often a guess is right, and how often it is certain: ninety-nine to one."""

    right_share: float
    certain_share: float


class MeanGuess(NamedTuple):
    """The mean of guesses about made-up teams, and the standard error of its right share.

    The error is that of the teams that were made up, at given rates and mixes; of a guess that
    no made-up team enters it is 0.
    """

    right_share: float
    certain_share: float
    error: float = 0.0


@dataclass(frozen=True)
class Habit:
    """So many debriefs a quarter by one person; of each table no more than its cap counts."""

    quarterly_debriefs: float

    def list_counts(self, mechanism: Mechanism, ledger: str) -> list[int]:
        """Return how many count in each table of a year; the rest of a quarter is rounded."""
        expected = self.quarterly_debriefs * mechanism.terms_of(ledger).weeks / QUARTERLY_WEEKS
        filed = max(1, round(expected))
        return mechanism.cap_counts(ledger, [filed] * mechanism.tables_per_year(ledger))


class HabitTable(NamedTuple):
    """A table of a year: its place among the generated periods, question and counted habit."""

    period: int
    question: str
    habit_count: int


def guess_passively(
    size: int,
    mechanism: Mechanism,
    habit: Habit,
    years: int,
    rates: Sequence[float] = (),
    team_count: int = 1,
) -> MeanGuess:
    """Return the mean guess about so many made-up teams at each of *rates* and mix of answers."""
    return average_guesses(
        [
            [
                guess_from_tables(
                    [
                        (pair, tables * years)
                        for ledger in mechanism.ledgers
                        for pair, tables in _list_passive_pairs(
                            mechanism, ledger, Team(size, rate, mix, number), habit
                        )
                    ]
                )
                for number in range(team_count)
            ]
            for rate in rates or utility.WEEKLY_RATES
            for mix in utility.FORM_MIXES
        ]
    )


def guess_one_debrief(
    size: int, mechanism: Mechanism, rates: Sequence[float] = (), team_count: int = 1
) -> MeanGuess:
    """Return the mean guess whether a person filed one debrief, from one table of each ledger."""
    return average_guesses(
        [
            [
                guess_from_tables(
                    [
                        (pairs[0][0], 1)
                        for ledger in mechanism.ledgers
                        if (
                            pairs := _list_passive_pairs(
                                mechanism, ledger, Team(size, rate, mix, number), Habit(1)
                            )
                        )
                    ]
                )
                for number in range(team_count)
            ]
            for rate in rates or utility.WEEKLY_RATES
            for mix in utility.FORM_MIXES
        ]
    )


def average_guesses(groups: Sequence[Sequence[Guess]]) -> MeanGuess:
    """Return the mean over *groups* of guesses about like teams, with its standard error."""
    shares = [[guess.right_share for guess in group] for group in groups]
    variances = [variance(group) / len(group) if len(group) > 1 else 0.0 for group in shares]
    return MeanGuess(
        fmean(fmean(group) for group in shares),
        fmean(fmean(guess.certain_share for guess in group) for group in groups),
        sqrt(sum(variances)) / len(groups),
    )


def guess_actively(size: int, mechanism: Mechanism, habit: Habit, years: int) -> Guess:
    """Return the guess where the others file what makes each table tell most."""
    return guess_from_tables(
        [
            (find_active_pair(size, mechanism, ledger, table), tables * years)
            for ledger in mechanism.ledgers
            for table, tables in _list_tables(mechanism, ledger, habit).items()
        ]
    )


def find_active_pair(size: int, mechanism: Mechanism, ledger: str, table: HabitTable) -> Pair:
    """Return the pair of a table in which the others file what makes it tell most."""
    max_count = (size - 1) * mechanism.terms_of(ledger).cap
    choices = (
        mechanism.find_pair(ledger, cells, 0, table.habit_count)
        for cells in _list_active_cells(mechanism, ledger, table.question)
        if sum(cells) <= max_count
    )
    return max(choices, key=_divergence)


def _list_active_cells(mechanism: Mechanism, ledger: str, question: str) -> list[FormCounts]:
    """Return what the others' accounts may file, by answer: the person's own is the first.

    Where one draw yields both tables, the sum is brought to the edge of a band as well.
    """
    if ledger == TOTAL:
        return [(count,) for count in range(21)]
    missing = len(ANSWER_CODES[question]) - len(_ACTIVE_CELLS[0])
    choices = (*_ACTIVE_CELLS, *(_ONE_DRAW_CELLS if mechanism.is_one_draw else ()))
    return [(*cells, *(0,) * missing) for cells in choices]


_ACTIVE_CELLS = ((0, 0, 0, 0), (8, 0, 0, 0), (2, 16, 0, 0), (0, 12, 0, 0))
_ONE_DRAW_CELLS = ((0, 3, 3, 2), (3, 2, 2, 2), (0, 9, 0, 0), (1, 17, 0, 0), (0, 5, 4, 0))


def guess_from_tables(pairs: Sequence[tuple[Pair, int]]) -> Guess:
    """Return the guess from so many independent tables of each pair."""
    right = certain = 0.0
    for world in (0, 1):
        distribution = [0.0] * MAX_STEPS + [1.0] + [0.0] * MAX_STEPS
        for pair, table_count in pairs:
            steps = _step_odds(pair, world)
            for _ in range(table_count):
                distribution = _convolve(distribution, steps)
        for step, probability in enumerate(distribution, -MAX_STEPS):
            is_right = 0.5 if step == 0 else float((step > 0) == bool(world))
            right += probability * is_right / 2
            certain += probability * (abs(step) >= CERTAIN_LOG_ODDS * STEPS_PER_UNIT) / 2
    return Guess(right, certain)


def _list_tables(mechanism: Mechanism, ledger: str, habit: Habit) -> Counter[HabitTable]:
    """Return the tables of a year, with how often each occurs."""
    period_count = _count_generated(mechanism, ledger)
    return Counter(
        HabitTable(number % period_count, mechanism.question_of(number), habit_count)
        for number, habit_count in enumerate(habit.list_counts(mechanism, ledger))
    )


def _list_passive_pairs(
    mechanism: Mechanism, ledger: str, team: Team, habit: Habit
) -> list[tuple[Pair, int]]:
    """Return the pairs of a year's tables of *team*, with the number of tables of each."""
    answer = tuple(utility.FORM_MIXES).index(team.mix)
    periods = generate_periods(mechanism, ledger, team, _count_generated(mechanism, ledger))
    return [
        (mechanism.find_pair(ledger, periods[table.period], answer, table.habit_count), tables)
        for table, tables in _list_tables(mechanism, ledger, habit).items()
    ]


def _count_generated(mechanism: Mechanism, ledger: str) -> int:
    """Return how many different periods are generated; the counts of a yearly cap decline."""
    if mechanism.yearly_caps:
        return mechanism.tables_per_year(ledger)
    return GENERATED_PERIODS * len(mechanism.questions)


def _divergence(pair: Pair) -> float:
    """Return how far the two worlds are apart: the mean log odds of the second over the first."""
    first, second = pair
    return sum(
        (second.get(value, HIDDEN_PROBABILITY) - first.get(value, HIDDEN_PROBABILITY))
        * log(second.get(value, HIDDEN_PROBABILITY) / first.get(value, HIDDEN_PROBABILITY))
        for value in {**first, **second}
    )


def _step_odds(pair: Pair, world: int) -> dict[int, float]:
    """Return the distribution of one table's log odds in *world*, on the grid."""
    steps: dict[int, float] = {}
    first, second = pair
    for value, probability in pair[world].items():
        position = STEPS_PER_UNIT * log(
            second.get(value, HIDDEN_PROBABILITY) / first.get(value, HIDDEN_PROBABILITY)
        )
        low = int(position // 1)
        for step, part in ((low, low + 1 - position), (low + 1, position - low)):
            steps[step] = steps.get(step, 0.0) + probability * part
    return {step: probability for step, probability in steps.items() if probability > 0}


def _convolve(distribution: list[float], steps: dict[int, float]) -> list[float]:
    """Return the distribution of log odds after one more table, from -MAX_STEPS to MAX_STEPS."""
    size, result = len(distribution), [0.0] * len(distribution)
    for step, probability in steps.items():
        reach = min(abs(step), size - 1)
        padding = [0.0] * reach
        if step >= 0:
            shifted = padding + distribution[: size - reach]
            shifted[-1] += sum(distribution[size - reach :])
        else:
            shifted = distribution[reach:] + padding
            shifted[0] += sum(distribution[:reach])
        result = [share + probability * other for share, other in zip(result, shifted, strict=True)]
    return result

"""Guesses of a long observer about somebody with a habit, and what makes them succeed."""

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from bot.domain.counts.release_rule import MONTH_WEEKS
from tests.attacks import guessing_game, observers
from tests.attacks.frontier import EARLIER_SMALL_TERMS, build_terms
from tests.attacks.mechanisms import Mechanism
from tests.attacks.observers import Habit, MeanGuess
from tests.domain.counts.utility import terms_for_size

MONTHLY = 13 / 4
"""Debriefs a quarter of somebody who files one in four weeks."""

MAX_CERTAIN_SHARE = 0.05
EARLIER_SMALL = Mechanism(EARLIER_SMALL_TERMS, has_earlier_rule=True)
LARGER_CAP = Mechanism(
    replace(terms_for_size(30), total=build_terms(MONTH_WEEKS, 4, Fraction(11, 5)))
)
"""A large team's terms with four debriefs of a person in the total, and the same noise."""
PASSIVE_RATES = (0.5, 0.12)
"""How often the team files: one middling rate, and the one at which tables tell most."""


@dataclass(frozen=True)
class Observation:
    """One row: the unit's size, the habit, the years, and how often a guess may be right."""

    size: int
    quarterly_debriefs: float
    years: int
    max_share: float


PASSIVE = (
    Observation(9, 1, 2, 0.70),
    Observation(9, 2, 1, 0.75),
    Observation(9, 2, 2, 0.75),
    Observation(9, 3, 2, 0.80),
    Observation(9, 4, 2, 0.80),
    Observation(30, 2, 2, 0.77),
    Observation(30, 4 * MONTHLY, 2, 0.80),
    Observation(30, 5 * MONTHLY, 2, 0.80),
)
ACTIVE = (
    Observation(9, 1, 1, 0.70),
    Observation(9, 2, 1, 0.82),
    Observation(9, 4, 1, 0.85),
    Observation(30, 5 * MONTHLY, 1, 0.85),
)


def guess_passively(row: Observation, mechanism: Mechanism) -> MeanGuess:
    """Return the mean guess about the teams of *row*."""
    return observers.guess_passively(
        row.size,
        mechanism,
        Habit(row.quarterly_debriefs),
        row.years,
        PASSIVE_RATES,
    )


@pytest.mark.parametrize("row", PASSIVE, ids=str)
def test_a_passive_observer_stays_below_the_limit(row: Observation) -> None:
    """The tables of one or two years seldom tell a habit, and hardly ever with certainty."""
    guess = guess_passively(row, Mechanism(terms_for_size(row.size)))

    assert 0.5 < guess.right_share <= row.max_share
    assert guess.certain_share <= MAX_CERTAIN_SHARE


@pytest.mark.parametrize("row", ACTIVE, ids=str)
def test_accounts_of_the_attackers_stay_below_the_limit(row: Observation) -> None:
    """The same where the others' accounts are the attacker's and file what tells most."""
    guess = observers.guess_actively(
        row.size, Mechanism(terms_for_size(row.size)), Habit(row.quarterly_debriefs), row.years
    )

    assert 0.5 < guess.right_share <= row.max_share
    assert guess.certain_share <= MAX_CERTAIN_SHARE


def test_a_passive_observer_succeeds_with_a_larger_cap() -> None:
    """Under the terms of before, with four debriefs counted, the limit is exceeded."""
    row = Observation(9, 4, 2, 0.80)
    guess = guess_passively(row, EARLIER_SMALL)

    assert guess.right_share > row.max_share
    assert guess.certain_share > MAX_CERTAIN_SHARE


def test_accounts_of_the_attackers_succeed_with_a_larger_cap() -> None:
    """Under the terms of before the attacker's accounts tell a frequent filer nearly always."""
    guess = observers.guess_actively(9, EARLIER_SMALL, Habit(4), 1)

    assert guess.right_share > 0.90
    assert guess.certain_share > MAX_CERTAIN_SHARE


def test_a_passive_observer_of_a_large_team_succeeds_with_a_larger_cap() -> None:
    """Where the total of a large team counts four debriefs of a person, the limit is exceeded."""
    row = Observation(30, 5 * MONTHLY, 2, 0.80)
    guess = guess_passively(row, LARGER_CAP)

    assert guess.right_share > row.max_share
    assert guess.certain_share > MAX_CERTAIN_SHARE


def test_accounts_of_the_attackers_in_a_large_team_succeed_with_a_larger_cap() -> None:
    """The same where the others' accounts are the attacker's, within a year."""
    guess = observers.guess_actively(30, LARGER_CAP, Habit(5 * MONTHLY), 1)

    assert guess.right_share > 0.90
    assert guess.certain_share > MAX_CERTAIN_SHARE


def test_convolution_of_one_page_equals_its_enumeration() -> None:
    """Of one page the convolved guess is right as often as the best guess by enumeration."""
    terms = terms_for_size(9)
    (case,) = guessing_game.generate_histories(9, 2, terms)[0]
    (first_bands, first_tables), (second_bands, second_tables) = guessing_game.page_probabilities(
        case, terms
    )
    guess = observers.guess_from_tables(
        [((first_bands, second_bands), 1), ((first_tables, second_tables), 1)]
    )

    assert guess.right_share == pytest.approx(
        guessing_game.best_guess_share(case, terms), abs=0.005
    )

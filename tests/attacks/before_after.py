"""Every known attack under the terms and rules of before, and now.

Run with ``python -m tests.attacks.before_after``; arguments select rows by words in their names.
Guesses are exact for a made-up team; their standard error is that of the teams. Of set-ups nothing
is made up: their figures are those of one year of the bot, with and without today's rules.
"""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, TOTAL
from tests.attacks import accuracy, list_games, observers, set_up_games, test_mutations
from tests.attacks.earlier_odds import EARLIER_LEAD_SCALES
from tests.attacks.frontier import (
    EARLIER_LARGE_TERMS,
    EARLIER_SMALL_TERMS,
    GUESSED_RATES,
)
from tests.attacks.mechanisms import Mechanism, Pair
from tests.attacks.observers import Guess, Habit, HabitTable, MeanGuess
from tests.attacks.set_up_games import PEOPLE, PublishedPlace, SetUpGame
from tests.domain.counts import utility
from tests.domain.counts.utility import LedgerTerms, terms_for_size
from tests.sample_team import CLINICIANS, MARIE

TEAM_COUNT = 20
"""Made-up teams for each rate and mix of answers."""

EARLIER_TEAM_COUNTS = {9: 6, 30: 2}
"""The same for the tables of before, by size: they are enumerated more slowly."""

USE_TEAM_COUNT = 2000
"""Simulated teams with which bands and leaders are measured, for each rate and mix."""

HABITS: Mapping[int, Sequence[tuple[str, float]]] = {
    9: (("1 a quarter", 1), ("2 a quarter", 2), ("3 a quarter", 3), ("4 a quarter, the cap", 4)),
    30: (
        ("1 a quarter", 1),
        ("2 a quarter", 2),
        ("1 every four weeks", 13 / 4),
        ("4 every four weeks", 13),
        ("5 every four weeks, the cap", 65 / 4),
    ),
}
"""The habits that are guessed, by size of the team; each cap of either terms is among them."""

TABLE_HEADER = (
    f"{'attack':58} {'before: right':>16} {'certain':>7}  {'now: right':>16} {'certain':>7}"
)


@dataclass(frozen=True)
class GuessRow:
    """An attack by guessing: its name, and its guess by a mechanism and a number of teams."""

    name: str
    size: int
    guess: Callable[[Mechanism, int], MeanGuess]

    def render(self) -> str:
        """Return the row of the attack, before and now."""
        before = self.guess(build_earlier(self.size), EARLIER_TEAM_COUNTS[self.size])
        now = self.guess(Mechanism(terms_for_size(self.size)), TEAM_COUNT)
        return f"{self.name:58} {_format_guess(before)}  {_format_guess(now)}"


@dataclass(frozen=True)
class SetUpRow:
    """An attack by set-up: its name, its measurement, and the mutations that restore the past."""

    name: str
    measure: Callable[[Path], Awaitable[str]]
    mutations: Sequence[test_mutations.Mutation]

    async def render(self) -> str:
        """Return the row of the attack: what it yields without today's rules, and with them."""
        results = []
        for mutations in (self.mutations, ()):
            with (
                tempfile.TemporaryDirectory(prefix="attune-attack-") as folder,
                pytest.MonkeyPatch.context() as patch,
            ):
                for mutate in mutations:
                    mutate(patch)
                results.append(await self.measure(Path(folder)))
        return f"{self.name}\n    before: {results[0]}\n    now:    {results[1]}"


def build_earlier(size: int) -> Mechanism:
    """Build the terms and the rule of before, for a unit of *size*."""
    terms = EARLIER_SMALL_TERMS if size < LARGE_UNIT_SIZE else EARLIER_LARGE_TERMS
    return Mechanism(terms, EARLIER_LEAD_SCALES, has_earlier_rule=True)


def list_use_lines() -> Iterator[str]:
    """Yield how often bands and leaders are right in a unit of each size, before and now."""
    for size in utility.UNIT_SIZES:
        for name, mechanism in (
            ("before", build_earlier(size)),
            ("now", Mechanism(terms_for_size(size))),
        ):
            shares = accuracy.measure_accuracy(size, mechanism, USE_TEAM_COUNT)
            yield (
                f"use, {size} clinicians, {name}: band right {shares.band_share:.3f} +- "
                f"{shares.band_error:.3f}, at the worst rate {shares.worst_band_share:.3f}; leader "
                f"named {shares.named_share:.3f}, rightly {shares.leader_share:.3f} +- "
                f"{shares.leader_error:.3f}"
            )


def use_earlier_terms(patch: pytest.MonkeyPatch) -> None:
    """Open and publish periods under the terms of before."""
    for name, terms in (
        ("_SMALL_UNIT_TERMS", EARLIER_SMALL_TERMS),
        ("_LARGE_UNIT_TERMS", EARLIER_LARGE_TERMS),
    ):
        patch.setattr(release_rule, name, {TOTAL: terms.total, BREAKDOWN: terms.breakdown})


async def measure_tables(
    play: Callable[[SetUpGame], Awaitable[list[PublishedPlace]]], folder: Path
) -> str:
    """Measure a year of changed set-ups: the tables of the person who is in the most."""
    async with set_up_games.open_game(folder) as game:
        places = await play(game)
    of_one = max(
        ([place for place in places if place.person == person] for person in PEOPLE), key=len
    )
    last = max(place.closes for place in of_one)
    year = [place for place in of_one if place.closes > last - timedelta(weeks=52)]
    weeks = [(place.closes - place.opens).days // 7 for place in year if place.ledger == BREAKDOWN]
    counts = [sum(place.ledger == ledger for place in year) for ledger in (TOTAL, BREAKDOWN)]
    epsilon = float(set_up_games.find_largest_exposure(places))
    return (
        f"{counts[0]} totals and {counts[1]} breakdowns in 52 weeks, the shortest breakdown of "
        f"{min(weeks)} weeks; exposure {epsilon:.1f}; a habit at every cap is guessed right in "
        f"{guess_from_places(year).right_share:.3f}, actively"
    )


def guess_from_places(places: Sequence[PublishedPlace]) -> Guess:
    """Return the active guess whether a person filed to the cap of each of these tables."""
    return observers.guess_from_tables([(_find_pair(place), 1) for place in places])


def _find_pair(place: PublishedPlace) -> Pair:
    """Return what the table of *place* may tell most about a habit, under its own terms."""
    terms = next(
        terms
        for (ledger, _, _), terms in release_rule._RELEASED_TERMS.items()
        if (ledger, terms.epsilon) == (place.ledger, place.epsilon)
    )
    has_earlier_rule = (place.ledger, terms) in release_rule.EARLIER_TERMS
    mechanism = Mechanism(LedgerTerms(terms, terms), has_earlier_rule=has_earlier_rule)
    table = HabitTable(0, mechanism.question_of(0), terms.cap)
    return observers.find_active_pair(len(PEOPLE), mechanism, place.ledger, table)


async def measure_mover(folder: Path) -> str:
    """Measure in how many tables of a ledger somebody stands who was moved in mid-quarter."""
    async with list_games.play_mover(folder) as instance:
        units = await list_games.fetch_units_counting(instance, MARIE)
    count = sum(ledger == TOTAL for ledger, _ in units)
    return f"in {count} of two open tables of each ledger at once"


async def measure_shrunk_list(folder: Path) -> str:
    """Measure how many of nine people the table of a list counts that was shrunk to one."""
    async with list_games.play_shrunk_list(folder) as instance:
        units = await list_games.fetch_units_counting(instance, *CLINICIANS)
    return f"{sum(ledger == TOTAL for ledger, _ in units)} of 9 people count in the table"


async def measure_apps(folder: Path) -> str:
    """Measure what becomes of lists of one person and nineteen accounts of apps."""
    is_refused, bodies, _ = await list_games.play_apps(folder)
    published = sum(body != list_games.WITHHELD_BODY for body in bodies)
    return (
        f"{'refused' if is_refused else 'accepted'} in chat; "
        f"{published} tables published of such a list in a team file"
    )


def list_guess_rows() -> Iterator[GuessRow]:
    """Yield the attacks by guessing, one after the other, for each size."""
    guesses = (("passive", _guess_passively), ("active", _guess_actively))
    for size, habits in HABITS.items():
        yield GuessRow(
            f"one debrief, one table of each ledger, {size} clinicians",
            size,
            partial(_guess_one_debrief, size),
        )
        for (kind, guess), (name, quarterly), years in product(guesses, habits, (1, 2)):
            yield GuessRow(
                f"{kind}, {_YEARS[years]}, {size} clinicians, {name}",
                size,
                partial(guess, size, Habit(quarterly), years),
            )


SET_UP_ROWS = (
    SetUpRow(
        "list of 19 and of 20 in turn",
        partial(measure_tables, set_up_games.play_alternating_list),
        (
            use_earlier_terms,
            test_mutations.select_class_at_each_opening,
            test_mutations.remove_exposure_bound,
        ),
    ),
    SetUpRow(
        "the same people in new teams, a large one and two small ones in turn",
        partial(measure_tables, set_up_games.play_recreated_teams),
        (
            use_earlier_terms,
            test_mutations.select_class_at_each_opening,
            test_mutations.remove_exposure_bound,
        ),
    ),
    SetUpRow(
        "clinician moved in mid-quarter", measure_mover, (test_mutations.count_in_present_team,)
    ),
    SetUpRow(
        "list of nine shrunk to one after the opening",
        measure_shrunk_list,
        (test_mutations.count_in_present_team,),
    ),
    SetUpRow(
        "one person and 19 accounts of apps",
        measure_apps,
        (test_mutations.accept_any_account, test_mutations.count_closed_accounts),
    ),
)


async def main(words: Sequence[str]) -> None:
    """Print a line for each attack whose name has one of *words*, as soon as it is measured."""

    def is_selected(name: str) -> bool:
        return not words or any(word in name for word in words)

    logging.disable(logging.WARNING)  # the bot's own lines on accounts that are no people
    print_line(TABLE_HEADER)
    for row in list_guess_rows():
        if is_selected(row.name):
            print_line(row.render())
    if is_selected("use"):
        for line in list_use_lines():
            print_line(line)
    for set_up_row in SET_UP_ROWS:
        if is_selected(set_up_row.name):
            print_line(await set_up_row.render())


def print_line(line: str) -> None:
    """Print *line* and flush, so that a redirected output is complete at any time."""
    print(line, flush=True)  # noqa: T201 - the command's output


_YEARS = {1: "a year", 2: "two years"}


def _guess_passively(
    size: int, habit: Habit, years: int, mechanism: Mechanism, team_count: int
) -> MeanGuess:
    return observers.guess_passively(size, mechanism, habit, years, GUESSED_RATES, team_count)


def _guess_one_debrief(size: int, mechanism: Mechanism, team_count: int) -> MeanGuess:
    return observers.guess_one_debrief(size, mechanism, GUESSED_RATES, team_count)


def _guess_actively(
    size: int, habit: Habit, years: int, mechanism: Mechanism, _team_count: int
) -> MeanGuess:
    return MeanGuess(*observers.guess_actively(size, mechanism, habit, years))


def _format_guess(guess: MeanGuess) -> str:
    return f"{guess.right_share:5.3f} +- {guess.error:5.3f} {guess.certain_share:7.3f}"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

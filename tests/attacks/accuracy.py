"""How often the tables of a mechanism are right, over simulated teams.

The same as :mod:`tests.domain.counts.utility` measures of the release rule itself, by a faster
source of noise, for mechanisms that are not built. What is right is what a table without the
mechanism's yearly cap and random inclusion would count: what a reader takes it for.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import NamedTuple

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, _select_band
from tests.attacks.mechanisms import (
    STATUS_MIXES,
    Mechanism,
    draw_rate,
)
from tests.domain.counts import utility


class Accuracy(NamedTuple):
    """Shares of tables: band right on average and at the worst rate, leader named, and rightly.

    Each of the shares that are goals comes with its standard error.
    """

    band_share: float
    band_error: float
    worst_band_share: float
    named_share: float
    leader_share: float
    leader_error: float


@dataclass
class _Tally:
    """Tables that were compared, and how many of them were right."""

    tables: int = 0
    bands_right: int = 0
    breakdowns: int = 0
    named: int = 0
    leaders_right: int = 0


def measure_accuracy(size: int, mechanism: Mechanism, team_count: int) -> Accuracy:
    """Measure a mechanism over *team_count* teams of *size* for each rate and mix of answers."""
    tallies = {
        (rate, mix): _tally_teams(mechanism, size, rate, mix, team_count)
        for rate in utility.WEEKLY_RATES
        for mix in utility.FORM_MIXES
    }
    tables = sum(tally.tables for tally in tallies.values())
    named = sum(tally.named for tally in tallies.values())
    band_share = sum(tally.bands_right for tally in tallies.values()) / tables
    leader_share = sum(tally.leaders_right for tally in tallies.values()) / max(1, named)
    by_rate = [
        [tally for (rate, _), tally in tallies.items() if rate == one_rate]
        for one_rate in utility.WEEKLY_RATES
    ]
    return Accuracy(
        band_share,
        utility.binomial_error(band_share, tables),
        min(
            sum(tally.bands_right for tally in row) / sum(tally.tables for tally in row)
            for row in by_rate
        ),
        named / sum(tally.breakdowns for tally in tallies.values()),
        leader_share,
        utility.binomial_error(leader_share, named),
    )


def draw_noise(scale: float, generator: random.Random) -> int:
    """Draw discrete Laplace noise: the difference of two geometric counts."""
    first, second = (int(-scale * log(1 - generator.random())) for _ in range(2))
    return first - second


def _tally_teams(mechanism: Mechanism, size: int, rate: float, mix: str, team_count: int) -> _Tally:
    generator = random.Random(f"{size} {rate} {mix}")  # noqa: S311 - simulated teams
    tally = _Tally()
    for _ in range(team_count):
        for ledger in (TOTAL, BREAKDOWN):
            for number, people in enumerate(
                _draw_people_by_period(mechanism, ledger, size, rate, generator)
            ):
                if ledger == BREAKDOWN:
                    _tally_breakdown(tally, mechanism, people, mix, number, generator)
                elif not mechanism.is_one_draw:
                    _tally_total(tally, mechanism, people, generator)
    return tally


class _Person(NamedTuple):
    """How many debriefs of a person are published, and how many a reader takes it for."""

    published: int
    expected: int


def _draw_people_by_period(
    mechanism: Mechanism, ledger: str, size: int, rate: float, generator: random.Random
) -> list[list[_Person]]:
    """Draw the people of a period, of each one of a year with a yearly cap or two questions."""
    terms = mechanism.terms_of(ledger)
    is_whole_year = mechanism.yearly_caps is not None
    period_count = mechanism.tables_per_year(ledger) if is_whole_year else len(mechanism.questions)
    people: list[list[_Person]] = []
    for _ in range(size):
        personal_rate = draw_rate(rate, generator)
        filed = [
            utility.draw_count(personal_rate * terms.weeks, generator) for _ in range(period_count)
        ]
        people.append(
            [
                _Person(
                    count if generator.random() < mechanism.inclusion else 0,
                    min(terms.cap, debriefs),
                )
                for count, debriefs in zip(mechanism.cap_counts(ledger, filed), filed, strict=True)
            ]
        )
    return [list(period) for period in zip(*people, strict=True)]


def _tally_total(
    tally: _Tally, mechanism: Mechanism, people: Sequence[_Person], generator: random.Random
) -> None:
    noise = draw_noise(float(mechanism.terms.total.noise_scale), generator)
    noisy_count = round((sum(person.published for person in people) + noise) / mechanism.inclusion)
    _tally_band(tally, noisy_count, people)


def _tally_band(tally: _Tally, noisy_count: int, people: Sequence[_Person]) -> None:
    expected_count = sum(person.expected for person in people)
    tally.tables += 1
    tally.bands_right += _select_band(noisy_count) is _select_band(expected_count)


def _tally_breakdown(
    tally: _Tally,
    mechanism: Mechanism,
    people: Sequence[_Person],
    mix: str,
    number: int,
    generator: random.Random,
) -> None:
    question = mechanism.question_of(number)
    weights = (utility.FORM_MIXES if question == "form" else STATUS_MIXES)[mix]
    answers = range(len(ANSWER_CODES[question]))
    published, expected = [0] * len(answers), [0] * len(answers)
    for person in people:
        for place, answer in enumerate(
            generator.choices(answers, weights, k=max(person.published, person.expected))
        ):
            published[answer] += place < person.published
            expected[answer] += place < person.expected
    scale = mechanism.terms.breakdown.noise_scale
    noisy = [count + draw_noise(float(scale), generator) for count in published]
    second, first = sorted(noisy)[-2:]
    tally.breakdowns += 1
    if first - second >= mechanism.lead_scales * scale:
        tally.named += 1
        tally.leaders_right += expected[noisy.index(first)] == max(expected)
    if mechanism.is_one_draw:
        _tally_band(tally, sum(noisy), people)

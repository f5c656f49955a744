"""Run the guessing game on the real bot, or on its release rule alone, which is faster.

The rule is what the bot publishes: ``test_guesses.py`` compares the two byte for byte. In both
the attacker guesses from a page and nothing else.
"""

import secrets
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate, cycle
from typing import Any

from bot.conversation import Person
from bot.domain.codebook import FORM_CODES
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from tests.attacks import odds
from tests.attacks.environment import AttackEnvironment, AttackTeam, deal_forms
from tests.attacks.guessing_game import (
    CERTAIN_LOG_ODDS,
    PeriodCase,
    Score,
    TeamHistory,
    cached_band_probabilities,
    normalized_table_probabilities,
    page_log_odds,
)
from tests.attacks.odds import Probabilities
from tests.domain.counts.utility import LedgerTerms, Slips, terms_for_size

TARGET_TOKEN = b"the target"
_KEY_BYTES = 32
_RANDOM_RESOLUTION = 2**53

ReleasedPage = tuple[object, object]
"""A page: its band, and its breakdown as an attacker notes it."""


class Guesser:
    """An attacker who sees one page a period of several teams and guesses at the end of a game."""

    def __init__(self, histories: Sequence[TeamHistory], terms: LedgerTerms) -> None:
        """Know everything counted of the others in each of *histories*, and the terms."""
        self.histories, self.terms = histories, terms
        self.play_count = 0
        self.right_count = self.certain_count = 0.0
        self.begin_game()

    def begin_game(self) -> None:
        """Begin a game: choose at random in which of two worlds each team's target is."""
        self.true_worlds = [secrets.randbelow(2) for _ in self.histories]
        self.log_odds = [0.0 for _ in self.histories]

    def observe_page(self, team_index: int, case: PeriodCase, page: ReleasedPage) -> None:
        """Update the log odds with the page of the team at *team_index*."""
        self.log_odds[team_index] += page_log_odds(case, self.terms, page)

    def guess_worlds(self) -> None:
        """Guess for every team, compare with the truth, and begin the next game."""
        for truth, log_odds in zip(self.true_worlds, self.log_odds, strict=True):
            self.right_count += 0.5 if log_odds == 0 else (log_odds > 0) == truth
            self.certain_count += abs(log_odds) >= CERTAIN_LOG_ODDS
            self.play_count += 1
        self.begin_game()

    @property
    def score(self) -> Score:
        """Return the score so far."""
        return Score(
            self.play_count,
            self.right_count / self.play_count,
            self.certain_count / self.play_count,
        )


def publish_by_rule(case: PeriodCase, world_index: int, terms: LedgerTerms) -> ReleasedPage:
    """Return what the rule publishes for one period, under a fresh key, as every salt gives one."""
    slips = [
        *_other_slips(case),
        *[
            (TARGET_TOKEN, form)
            for form in (case.first_world_forms, case.second_world_forms)[world_index]
        ],
    ]
    total = release_rule.release_total(slips, terms.total, _create_generator())
    return odds.describe_table(total), odds.describe_table(
        release_rule.release_breakdown(slips, "form", terms.breakdown, _create_generator())
    )


def draw_page(case: PeriodCase, world_index: int, terms: LedgerTerms) -> ReleasedPage:
    """Return the same, drawn from the enumerated probabilities: for terms not in use."""
    total, cells = case.count_worlds(terms)[world_index]
    return (
        _draw_value(
            *_cumulative_probabilities(cached_band_probabilities, total, terms.total.noise_scale)
        ),
        _draw_value(
            *_cumulative_probabilities(
                normalized_table_probabilities, cells, terms.breakdown.noise_scale
            )
        ),
    )


@cache
def _cumulative_probabilities(
    probabilities_of: Callable[[Any, Fraction], Probabilities],
    form_counts: object,
    noise_scale: Fraction,
) -> tuple[tuple[object, ...], tuple[float, ...]]:
    chances = probabilities_of(form_counts, noise_scale)
    return tuple(chances), tuple(accumulate(chances.values()))


def _draw_value(values: tuple[object, ...], cumulative: tuple[float, ...]) -> object:
    sample = secrets.randbelow(_RANDOM_RESOLUTION) / _RANDOM_RESOLUTION * cumulative[-1]
    return values[min(bisect(cumulative, sample), len(values) - 1)]


def play_by_rule(
    histories: Sequence[TeamHistory],
    game_count: int,
    period_count: int,
    terms: LedgerTerms,
    publish: Callable[[PeriodCase, int, LedgerTerms], ReleasedPage] = publish_by_rule,
) -> Score:
    """Play *game_count* games of each history on the release rule."""
    guesser = Guesser(histories, terms)
    for _ in range(game_count):
        for index, history in enumerate(histories):
            for case in _iter_cases(history, period_count):
                guesser.observe_page(index, case, publish(case, guesser.true_worlds[index], terms))
        guesser.guess_worlds()
    return guesser.score


def _create_generator() -> NoiseGenerator:
    return NoiseGenerator(secrets.token_bytes(_KEY_BYTES))


def _other_slips(case: PeriodCase) -> Slips:
    """Return the others' slips: the colluders' debriefs, or the ones that make up the counts."""
    if case.colluder_counts:
        colluders = enumerate(case.colluder_counts)
        return [
            (b"colluder %d" % number, FORM_CODES[-1])
            for number, count in colluders
            for _ in range(count)
        ]
    return deal_forms(
        case.other_counts, [b"clinician %d" % number for number in range(max_people(case))]
    )


def max_people(case: PeriodCase) -> int:
    """Return how many people at most share the others' debriefs: as many as the total counts."""
    return max(1, case.total_count)


def _iter_cases(history: TeamHistory, period_count: int) -> Iterator[PeriodCase]:
    for case, _ in zip(cycle(history), range(period_count), strict=False):
        yield case


async def play_on_bot(
    environment: AttackEnvironment,
    histories: Sequence[TeamHistory],
    game_count: int,
    period_count: int = 1,
) -> Score:
    """Play *game_count* games of *period_count* periods with every team, guessing after each game.

    The target is in the same world for all periods of a game.
    """
    guesser = Guesser(histories, terms_for_size(len(environment.teams[0].clinicians)))
    for _ in range(game_count):
        for cases in zip(
            *(_iter_cases(history, period_count) for history in histories), strict=True
        ):
            for index, page in enumerate(
                await _play_period(environment, cases, guesser.true_worlds)
            ):
                guesser.observe_page(index, cases[index], page)
        guesser.guess_worlds()
    return guesser.score


async def _play_period(
    environment: AttackEnvironment, cases: Sequence[PeriodCase], true_worlds: Sequence[int]
) -> list[ReleasedPage]:
    rounds = list(zip(environment.teams, cases, true_worlds, strict=True))
    await environment.insert_slips(
        {team.team.id: deal_case(team, case) for team, case, _ in rounds}
    )
    await environment.file_concurrently(
        [
            (team.target, (case.first_world_forms, case.second_world_forms)[truth])
            for team, case, truth in rounds
        ]
    )
    await environment.file_concurrently(
        [
            (person, (FORM_CODES[-1],) * count)
            for team, case, _ in rounds
            for person, count in zip(team.others, case.colluder_counts, strict=False)
        ]
    )
    await environment.close_all_periods()
    return [await environment.read_release(team) for team in environment.teams]


def deal_case(team: AttackTeam, case: PeriodCase) -> list[tuple[Person, str]]:
    """Return what the others of *case* file, except what colluders file themselves."""
    people = team.others[: max_people(case)]
    return [] if case.colluder_counts else deal_forms(case.other_counts, people)

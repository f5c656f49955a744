"""Playing the guessing game: on the real bot, or on its release rule alone, which is quicker.

The rule is what the bot publishes: ``test_guesses.py`` holds the one to the other, byte for
byte. In both the attacker guesses from a page and nothing else.
"""

import secrets
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate, cycle
from typing import Any

from bot.conversation import Person
from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from tests.attacks import odds
from tests.attacks.field import AttackEnvironment, FieldTeam, deal_forms
from tests.attacks.games import (
    CERTAIN_LOG_ODDS,
    FORM_CODES,
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
    """Somebody who is told one page a period of several teams, and guesses at the end of a game."""

    def __init__(self, histories: Sequence[TeamHistory], terms: LedgerTerms) -> None:
        """Know all that is counted of the others in each of *lives*, and the terms."""
        self.histories, self.terms = histories, terms
        self.play_count = 0
        self.right_count = self.certain_count = 0.0
        self.begin_game()

    def begin_game(self) -> None:
        """Begin a game: somebody tosses for each team in which of two worlds its target is."""
        self.true_worlds = [secrets.randbelow(2) for _ in self.histories]
        self.log_odds = [0.0 for _ in self.histories]

    def observe_page(self, team_index: int, case: PeriodCase, page: ReleasedPage) -> None:
        """Look at the page of the team *at* that place."""
        self.log_odds[team_index] += page_log_odds(case, self.terms, page)

    def guess_worlds(self) -> None:
        """Guess of every team, be told the truth, and begin anew."""
        for truth, believed in zip(self.true_worlds, self.log_odds, strict=True):
            self.right_count += 0.5 if believed == 0 else (believed > 0) == truth
            self.certain_count += abs(believed) >= CERTAIN_LOG_ODDS
            self.play_count += 1
        self.begin_game()

    @property
    def score(self) -> Score:
        """How it went so far."""
        return Score(
            self.play_count,
            self.right_count / self.play_count,
            self.certain_count / self.play_count,
        )


def publish_by_rule(case: PeriodCase, world_index: int, terms: LedgerTerms) -> ReleasedPage:
    """What the rule publishes of one period, under a fresh key as every salt gives one."""
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
    """The same, drawn from the enumerated chances: for terms that are not in use."""
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
    fall = secrets.randbelow(_RANDOM_RESOLUTION) / _RANDOM_RESOLUTION * cumulative[-1]
    return values[min(bisect(cumulative, fall), len(values) - 1)]


def play_by_rule(
    histories: Sequence[TeamHistory],
    game_count: int,
    period_count: int,
    terms: LedgerTerms,
    publish: Callable[[PeriodCase, int, LedgerTerms], ReleasedPage] = publish_by_rule,
) -> Score:
    """Play so many games of each life on the release rule."""
    guesser = Guesser(histories, terms)
    for _ in range(game_count):
        for at, life in enumerate(histories):
            for case in _iter_cases(life, period_count):
                guesser.observe_page(at, case, publish(case, guesser.true_worlds[at], terms))
        guesser.guess_worlds()
    return guesser.score


def _create_generator() -> NoiseGenerator:
    return NoiseGenerator(secrets.token_bytes(_KEY_BYTES))


def _other_slips(case: PeriodCase) -> Slips:
    """What everybody else files: colluders what they stuff in, others what makes the counts."""
    if case.colluder_counts:
        stuffed = enumerate(case.colluder_counts)
        return [
            (b"colluder %d" % who, FORM_CODES[-1]) for who, many in stuffed for _ in range(many)
        ]
    return deal_forms(case.other_counts, [b"clinician %d" % who for who in range(max_people(case))])


def max_people(case: PeriodCase) -> int:
    """How many people at most share what the others file: as many as the total counts."""
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
    """Let every team of the field live *games*, each of so many *periods*, and guess after each.

    The target is in the same world for all periods of a game.
    """
    guesser = Guesser(histories, terms_for_size(len(environment.teams[0].clinicians)))
    for _ in range(game_count):
        for cases in zip(*(_iter_cases(life, period_count) for life in histories), strict=True):
            for at, seen in enumerate(await _play_period(environment, cases, guesser.true_worlds)):
                guesser.observe_page(at, cases[at], seen)
        guesser.guess_worlds()
    return guesser.score


async def _play_period(
    environment: AttackEnvironment, cases: Sequence[PeriodCase], true_worlds: Sequence[int]
) -> list[ReleasedPage]:
    told = list(zip(environment.teams, cases, true_worlds, strict=True))
    await environment.insert_slips({side.team.id: deal_case(side, case) for side, case, _ in told})
    await environment.file_concurrently(
        [
            (one.target, (case.first_world_forms, case.second_world_forms)[truth])
            for one, case, truth in told
        ]
    )
    await environment.file_concurrently(
        [
            (who, (FORM_CODES[-1],) * many)
            for side, case, _ in told
            for who, many in zip(side.others, case.colluder_counts, strict=False)
        ]
    )
    await environment.close_all_periods()
    return [await environment.read_release(side) for side in environment.teams]


def deal_case(team: FieldTeam, case: PeriodCase) -> list[tuple[Person, str]]:
    """What the others of *case* file, but for what colluders stuff in themselves."""
    people = team.others[: max_people(case)]
    return [] if case.colluder_counts else deal_forms(case.other_counts, people)

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
from bot.domain.counts.noise import Dice
from tests.attacks import odds
from tests.attacks.field import Field, Side, shared_out
from tests.attacks.games import CERTAIN, FORMS, Case, Life, Score, bands, belief, tables
from tests.attacks.odds import Chances
from tests.domain.counts.utility import Agreed, Slips, agreed

TARGET = b"the target"
_KEY_BYTES = 32
_FINE = 2**53

Seen = tuple[object, object]
"""A page: its band, and its breakdown as an attacker notes it."""


class Guesser:
    """Somebody who is told one page a period of several teams, and guesses at the end of a game."""

    def __init__(self, lives: Sequence[Life], on: Agreed) -> None:
        """Know all that is counted of the others in each of *lives*, and the terms."""
        self.lives, self.on = lives, on
        self.plays = 0
        self.right = self.certain = 0.0
        self.begin()

    def begin(self) -> None:
        """Begin a game: somebody tosses for each team in which of two worlds its target is."""
        self.truths = [secrets.randbelow(2) for _ in self.lives]
        self.beliefs = [0.0 for _ in self.lives]

    def told(self, at: int, case: Case, seen: Seen) -> None:
        """Look at the page of the team *at* that place."""
        self.beliefs[at] += belief(case, self.on, seen)

    def guess(self) -> None:
        """Guess of every team, be told the truth, and begin anew."""
        for truth, believed in zip(self.truths, self.beliefs, strict=True):
            self.right += 0.5 if believed == 0 else (believed > 0) == truth
            self.certain += abs(believed) >= CERTAIN
            self.plays += 1
        self.begin()

    @property
    def score(self) -> Score:
        """How it went so far."""
        return Score(self.plays, self.right / self.plays, self.certain / self.plays)


def ruled(case: Case, truth: int, on: Agreed) -> Seen:
    """What the rule publishes of one period, under a fresh key as every salt gives one."""
    slips = [*_others(case), *[(TARGET, form) for form in (case.one, case.other)[truth]]]
    total = release_rule.total(slips, on.total, _dice())
    return odds.noted(total), odds.noted(
        release_rule.breakdown(slips, "form", on.breakdown, _dice())
    )


def drawn(case: Case, truth: int, on: Agreed) -> Seen:
    """The same, drawn from the enumerated chances: for terms that are not in use."""
    total, cells = case.worlds(on)[truth]
    return (
        _fallen(*_ladder(bands, total, on.total.scale)),
        _fallen(*_ladder(tables, cells, on.breakdown.scale)),
    )


@cache
def _ladder(
    chances_of: Callable[[Any, Fraction], Chances], counted: object, scale: Fraction
) -> tuple[tuple[object, ...], tuple[float, ...]]:
    chances = chances_of(counted, scale)
    return tuple(chances), tuple(accumulate(chances.values()))


def _fallen(places: tuple[object, ...], ladder: tuple[float, ...]) -> object:
    fall = secrets.randbelow(_FINE) / _FINE * ladder[-1]
    return places[min(bisect(ladder, fall), len(places) - 1)]


def by_the_rule(
    lives: Sequence[Life],
    games: int,
    periods: int,
    on: Agreed,
    page: Callable[[Case, int, Agreed], Seen] = ruled,
) -> Score:
    """Play so many games of each life on the release rule."""
    guesser = Guesser(lives, on)
    for _ in range(games):
        for at, life in enumerate(lives):
            for case in _walk(life, periods):
                guesser.told(at, case, page(case, guesser.truths[at], on))
        guesser.guess()
    return guesser.score


def _dice() -> Dice:
    return Dice(secrets.token_bytes(_KEY_BYTES))


def _others(case: Case) -> Slips:
    """What everybody else files: colluders what they stuff in, others what makes the counts."""
    if case.stuffed:
        stuffed = enumerate(case.stuffed)
        return [(b"colluder %d" % who, FORMS[-1]) for who, many in stuffed for _ in range(many)]
    return shared_out(case.others, [b"clinician %d" % who for who in range(people_of(case))])


def people_of(case: Case) -> int:
    """How many people at most share what the others file: as many as the total counts."""
    return max(1, case.heads)


def _walk(life: Life, periods: int) -> Iterator[Case]:
    for case, _ in zip(cycle(life), range(periods), strict=False):
        yield case


async def on_the_bot(field: Field, lives: Sequence[Life], games: int, periods: int = 1) -> Score:
    """Let every team of the field live *games*, each of so many *periods*, and guess after each.

    The target is in the same world for all periods of a game.
    """
    guesser = Guesser(lives, agreed(len(field.sides[0].clinicians)))
    for _ in range(games):
        for cases in zip(*(_walk(life, periods) for life in lives), strict=True):
            for at, seen in enumerate(await _period(field, cases, guesser.truths)):
                guesser.told(at, cases[at], seen)
        guesser.guess()
    return guesser.score


async def _period(field: Field, cases: Sequence[Case], truths: Sequence[int]) -> list[Seen]:
    told = list(zip(field.sides, cases, truths, strict=True))
    await field.lay({side.team.id: dealt(side, case) for side, case, _ in told})
    await field.all_file([(one.target, (case.one, case.other)[truth]) for one, case, truth in told])
    await field.all_file(
        [
            (who, (FORMS[-1],) * many)
            for side, case, _ in told
            for who, many in zip(side.others, case.stuffed, strict=False)
        ]
    )
    await field.close()
    return [await field.seen(side) for side in field.sides]


def dealt(side: Side, case: Case) -> list[tuple[Person, str]]:
    """What the others of *case* file, but for what colluders stuff in themselves."""
    people = side.others[: people_of(case)]
    return [] if case.stuffed else shared_out(case.others, people)

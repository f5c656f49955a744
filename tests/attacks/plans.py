"""Every guessing attack there is: who guesses what of whom, and what is promised against it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.counts import release_rule
from tests.attacks import games, plays
from tests.attacks.field import field_of
from tests.attacks.games import Case, Life, Score
from tests.domain.counts.utility import agreed

QUARTERS, MONTHS = 4, 13
"""How many periods a year has for a small team, and for a large one."""

MADE_UP = 4
"""How many periods are made up for a team; a longer year goes through them again."""


TEAMS = 8
"""How many teams share a database when an attack is played on the bot."""


@dataclass(frozen=True)
class Attack:
    """One attack: its name, the size of the team, its lives, and the most that may be right.

    ``bar`` is for the mean over the lives, ``worst`` for the most telling of them, where a
    single look is all there is; a game is ``periods`` long.
    """

    name: str
    size: int
    lives: Callable[[], list[Life]]
    bar: float
    worst: float = 1.0
    periods: int = 1

    def __str__(self) -> str:
        """How the table names it."""
        return f"{self.name}, {self.size} clinicians"

    def played(self, many: int, last: int = 0) -> Score:
        """Play it at least so often by the release rule, as often with each of the *last* lives."""
        lives = self.lives()[-last:]
        return plays.by_the_rule(lives, -(-many // len(lives)), self.periods, agreed(self.size))

    async def played_on_the_bot(self, many: int, last: int = 0) -> Score:
        """Play it at least so often on the real bot, each life in a team of its own."""
        found = self.lives()[-last:]
        lives = found * (TEAMS // len(found))
        async with field_of(self.size, len(lives)) as field:
            return await plays.on_the_bot(field, lives, -(-many // len(lives)), self.periods)

    def best(self, last: int = 0) -> list[float]:
        """How often the best guess from one look is right, enumerated, for the *last* lives."""
        return [games.best(life[0], agreed(self.size)) for life in self.lives()[-last:]]


def informed(size: int, debriefs: int) -> Attack:
    """Somebody knows what everybody else filed, and asks whether one person filed at all."""
    name = f"informed, {'one debrief' if debriefs == 1 else 'three debriefs'}"
    bar, worst = (0.60, 0.63) if debriefs == 1 else (0.75, 0.75)
    return Attack(name, size, lambda: games.lives(size, debriefs, agreed(size)), bar, worst)


def habit(size: int) -> Attack:
    """The same, of somebody who files two in every period of a year, or none."""
    periods = QUARTERS if size < release_rule.LARGE else MONTHS
    return Attack(
        "habit of two a period, a year",
        size,
        lambda: games.lives(size, 2, agreed(size), MADE_UP),
        0.75,
        periods=periods,
    )


def coalition(many: int) -> Attack:
    """Colluders file ten each to bring the count to a band's edge; the others file nothing."""

    def lives() -> list[Life]:
        stuffed = _stuffed(many)
        counted = sum(min(4, one) for one in stuffed)
        return [
            (Case((0, 0, 0, counted), counted, stuffed=stuffed, other=(form,)),)
            for form in ("away", "unsure")
        ]

    return Attack(f"{many} colluder{'s' * (many > 1)}, one debrief", 9, lives, 0.70)


def _stuffed(many: int) -> tuple[int, ...]:
    """Ten of each colluder, as far as they count without going past nine."""
    return {1: (10,), 2: (10, 10), 4: (10, 10, 1, 0)}[many]


def leave() -> Attack:
    """Five of fifteen are at work, four of whom are known to have filed once."""
    lives: list[Life] = [(Case((3, 1, 0, 0), 4),), (Case((2, 1, 1, 0), 4),)]
    return Attack("leave: five of fifteen present", 15, lambda: lives, 0.60)


def rare(size: int) -> Attack:
    """Whether a person's one debrief has the answer that nobody else gave."""
    return Attack(
        "rare answer",
        size,
        lambda: [(_without_the_last(life[0]),) for life in games.lives(size, 1, agreed(size))],
        0.65,
    )


def _without_the_last(case: Case) -> Case:
    """*case* with an answer that none of the others gave, and a target who may have."""
    others = (*case.others[:3], 0)
    heads = min(case.heads, sum(others))
    return replace(case, others=others, heads=heads, one=("away",), other=("unsure",))


SIZES = (9, 15, 30)
INFORMED = tuple(informed(size, debriefs) for size in SIZES for debriefs in (1, 3))
HABITS = tuple(habit(size) for size in SIZES)
COALITIONS = tuple(coalition(many) for many in (1, 2, 4))
ONCE = (*INFORMED, *COALITIONS, leave(), rare(9), rare(30))
ATTACKS = (*ONCE, *HABITS)

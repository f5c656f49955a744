"""Every guessing attack there is: who guesses what of whom, and what is promised against it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.conversation import Person
from tests.attacks import games
from tests.attacks.field import Side, field_of, shared_out
from tests.attacks.games import Case, Score

QUARTERS, MONTHS = 4, 13
"""How many periods a year has for a small team, and for a large one."""


@dataclass(frozen=True)
class Attack:
    """One attack: its name, the size of the team, its cases, and the most that may be right.

    ``bar`` is for the mean over the cases, ``worst`` for the most telling of them, where a
    single look is all there is; a game is ``periods`` long.
    """

    name: str
    size: int
    cases: Callable[[], list[Case]]
    bar: float
    worst: float = 1.0
    periods: int = 1

    def __str__(self) -> str:
        """How the table names it."""
        return f"{self.name}, {self.size} clinicians"

    async def played(self, plays: int, folder: Path | None = None) -> Score:
        """Play it on the real bot, at least so many games, as many of each case."""
        cases = self.cases()
        async with field_of(self.size, len(cases), folder) as field:
            return await games.play(field, cases, -(-plays // len(cases)), self.periods)

    def best(self) -> float:
        """How often the best guess from one look is right, enumerated: the mean of its cases."""
        found = [games.best(case, self.size) for case in self.cases()]
        return sum(found) / len(found)


def informed(size: int, debriefs: int) -> Attack:
    """Somebody knows what everybody else filed, and asks whether one person filed at all."""
    name = f"informed, {'one debrief' if debriefs == 1 else 'three debriefs'}"
    bar, worst = (0.60, 0.60) if debriefs == 1 else (0.75, 0.75)
    return Attack(name, size, lambda: games.drawn(size, debriefs), bar, worst)


def habit(size: int) -> Attack:
    """The same, of somebody who files two in every period of a year, or none."""
    periods = QUARTERS if size < 20 else MONTHS
    return Attack(
        "habit of two a period, a year", size, lambda: games.drawn(size, 2), 0.75, periods=periods
    )


def coalition(many: int) -> Attack:
    """Colluders file ten each to bring the count to a band's edge; the others file nothing."""

    def cases() -> list[Case]:
        stuffed = _stuffed(many)
        counted = sum(min(4, one) for one in stuffed)
        return [
            Case((0, 0, 0, counted), stuffed=stuffed, other=(form,)) for form in ("away", "unsure")
        ]

    return Attack(f"{many} colluder{'s' * (many > 1)}, one debrief", 9, cases, 0.70)


def _stuffed(many: int) -> tuple[int, ...]:
    """Ten of each colluder, as far as they count without going past nine."""
    return {1: (10,), 2: (10, 10), 4: (10, 10, 1, 0)}[many]


def leave() -> Attack:
    """Five of fifteen are at work, four of whom are known to have filed once."""
    return Attack(
        "leave: five of fifteen present", 15, lambda: [Case((3, 1, 0, 0)), Case((2, 1, 1, 0))], 0.60
    )


def rare(size: int) -> Attack:
    """Whether a person's one debrief has the answer that nobody else gave."""

    def cases() -> list[Case]:
        return [
            Case((*case.others[:3], 0), one=("away",), other=("unsure",))
            for case in games.drawn(size, 1)
        ]

    return Attack("rare answer", size, cases, 0.65)


SIZES = (9, 15, 30)
INFORMED = tuple(informed(size, debriefs) for size in SIZES for debriefs in (1, 3))
HABITS = tuple(habit(size) for size in SIZES)
COALITIONS = tuple(coalition(many) for many in (1, 2, 4))
ONCE = (*INFORMED, *COALITIONS, leave(), rare(9), rare(30))
ATTACKS = (*ONCE, *HABITS)
SHORT = (INFORMED[0], INFORMED[3], COALITIONS[2], leave())


def dealt(side: Side, case: Case) -> list[tuple[Person, str]]:
    """What the others of *case* file, dealt so that nobody passes the cap."""
    return shared_out(case.others, side.others, cap=4)

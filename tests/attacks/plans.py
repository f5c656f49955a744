"""Every guessing attack there is: who guesses what of whom, and what is promised against it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.counts import release_rule
from tests.attacks import games, plays
from tests.attacks.field import open_environment
from tests.attacks.games import PeriodCase, Score, TeamHistory
from tests.domain.counts.utility import terms_for_size

QUARTERS_PER_YEAR, MONTHS_PER_YEAR = 4, 13
"""How many periods a year has for a small team, and for a large one."""

GENERATED_PERIODS = 4
"""How many periods are made up for a team; a longer year goes through them again."""


TEAMS_PER_DATABASE = 8
"""How many teams share a database when an attack is played on the bot."""


@dataclass(frozen=True)
class Attack:
    """One attack: its name, the size of the team, its lives, and the most that may be right.

    ``bar`` is for the mean over the lives, ``worst`` for the most telling of them, where a
    single look is all there is; a game is ``periods`` long.
    """

    name: str
    size: int
    build_histories: Callable[[], list[TeamHistory]]
    max_mean_share: float
    max_single_share: float = 1.0
    period_count: int = 1

    def __str__(self) -> str:
        """How the table names it."""
        return f"{self.name}, {self.size} clinicians"

    def play_by_rule(self, min_plays: int, history_count: int = 0) -> Score:
        """Play it at least so often by the release rule, as often with each of the *last* lives."""
        lives = self.build_histories()[-history_count:]
        return plays.play_by_rule(
            lives, -(-min_plays // len(lives)), self.period_count, terms_for_size(self.size)
        )

    async def play_on_bot(self, min_plays: int, history_count: int = 0) -> Score:
        """Play it at least so often on the real bot, each life in a team of its own."""
        found = self.build_histories()[-history_count:]
        lives = found * (TEAMS_PER_DATABASE // len(found))
        async with open_environment(self.size, len(lives)) as field:
            return await plays.play_on_bot(
                field, lives, -(-min_plays // len(lives)), self.period_count
            )

    def best_guess_shares(self, history_count: int = 0) -> list[float]:
        """How often the best guess from one look is right, enumerated, for the *last* lives."""
        return [
            games.best_guess_share(life[0], terms_for_size(self.size))
            for life in self.build_histories()[-history_count:]
        ]


def informed_attack(size: int, debriefs: int) -> Attack:
    """Somebody knows what everybody else filed, and asks whether one person filed at all."""
    name = f"informed, {'one debrief' if debriefs == 1 else 'three debriefs'}"
    bar, worst = (0.60, 0.63) if debriefs == 1 else (0.75, 0.75)
    return Attack(
        name,
        size,
        lambda: games.generate_histories(size, debriefs, terms_for_size(size)),
        bar,
        worst,
    )


def habit_attack(size: int) -> Attack:
    """The same, of somebody who files two in every period of a year, or none."""
    periods = QUARTERS_PER_YEAR if size < release_rule.LARGE_UNIT_SIZE else MONTHS_PER_YEAR
    return Attack(
        "habit of two a period, a year",
        size,
        lambda: games.generate_histories(size, 2, terms_for_size(size), GENERATED_PERIODS),
        0.75,
        period_count=periods,
    )


def coalition_attack(colluder_count: int) -> Attack:
    """Colluders file ten each to bring the count to a band's edge; the others file nothing."""

    def build_histories() -> list[TeamHistory]:
        stuffed = _colluder_debriefs(colluder_count)
        counted = sum(min(4, one) for one in stuffed)
        return [
            (
                PeriodCase(
                    (0, 0, 0, counted), counted, colluder_counts=stuffed, second_world_forms=(form,)
                ),
            )
            for form in ("away", "unsure")
        ]

    return Attack(
        f"{colluder_count} colluder{'s' * (colluder_count > 1)}, one debrief",
        9,
        build_histories,
        0.70,
    )


def _colluder_debriefs(colluder_count: int) -> tuple[int, ...]:
    """Ten of each colluder, as far as they count without going past nine."""
    return {1: (10,), 2: (10, 10), 4: (10, 10, 1, 0)}[colluder_count]


def leave_attack() -> Attack:
    """Five of fifteen are at work, four of whom are known to have filed once."""
    lives: list[TeamHistory] = [(PeriodCase((3, 1, 0, 0), 4),), (PeriodCase((2, 1, 1, 0), 4),)]
    return Attack("leave: five of fifteen present", 15, lambda: lives, 0.60)


def rare_answer_attack(size: int) -> Attack:
    """Whether a person's one debrief has the answer that nobody else gave."""
    return Attack(
        "rare answer",
        size,
        lambda: [
            (_drop_last_answer(life[0]),)
            for life in games.generate_histories(size, 1, terms_for_size(size))
        ],
        0.65,
    )


def _drop_last_answer(case: PeriodCase) -> PeriodCase:
    """*case* with an answer that none of the others gave, and a target who may have."""
    others = (*case.other_counts[:3], 0)
    heads = min(case.total_count, sum(others))
    return replace(
        case,
        other_counts=others,
        total_count=heads,
        first_world_forms=("away",),
        second_world_forms=("unsure",),
    )


UNIT_SIZES = (9, 15, 30)
INFORMED_ATTACKS = tuple(
    informed_attack(size, debriefs) for size in UNIT_SIZES for debriefs in (1, 3)
)
HABIT_ATTACKS = tuple(habit_attack(size) for size in UNIT_SIZES)
COALITION_ATTACKS = tuple(coalition_attack(many) for many in (1, 2, 4))
SINGLE_LOOK_ATTACKS = (
    *INFORMED_ATTACKS,
    *COALITION_ATTACKS,
    leave_attack(),
    rare_answer_attack(9),
    rare_answer_attack(30),
)
ATTACKS = (*SINGLE_LOOK_ATTACKS, *HABIT_ATTACKS)

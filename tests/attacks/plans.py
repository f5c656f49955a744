"""Every guessing attack: who guesses what about whom, and the limit it has to stay below."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.attacks import game_runner, guessing_game
from tests.attacks.environment import open_environment
from tests.attacks.guessing_game import PeriodCase, Score, TeamHistory
from tests.domain.counts.utility import terms_for_size

QUARTERS_PER_YEAR = 4
"""The number of periods in a year for a small team."""

GENERATED_PERIODS = 4
"""The number of periods generated for a team; a longer year repeats them."""


TEAMS_PER_DATABASE = 8
"""The number of teams that share a database when an attack is played on the bot."""


@dataclass(frozen=True)
class Attack:
    """One attack: its name, the team's size, its histories, and the limits of right guesses.

    ``max_mean_share`` is for the mean over the histories, ``max_single_share`` for the most
    revealing one, where a single page is published; a game is ``period_count`` periods long.
    """

    name: str
    size: int
    build_histories: Callable[[], list[TeamHistory]]
    max_mean_share: float
    max_single_share: float = 1.0
    period_count: int = 1

    def __str__(self) -> str:
        """Return the name in the table of results."""
        return f"{self.name}, {self.size} clinicians"

    def play_by_rule(self, min_plays: int, history_count: int = 0) -> Score:
        """Play at least *min_plays* by the release rule, evenly over the last histories."""
        histories = self.build_histories()[-history_count:]
        return game_runner.play_by_rule(
            histories, -(-min_plays // len(histories)), self.period_count, terms_for_size(self.size)
        )

    async def play_on_bot(self, min_plays: int, history_count: int = 0) -> Score:
        """Play at least *min_plays* on the real bot, each history in a team of its own."""
        distinct = self.build_histories()[-history_count:]
        histories = distinct * (TEAMS_PER_DATABASE // len(distinct))
        async with open_environment(self.size, len(histories)) as environment:
            return await game_runner.play_on_bot(
                environment, histories, -(-min_plays // len(histories)), self.period_count
            )

    def best_guess_shares(self, history_count: int = 0) -> list[float]:
        """Return how often the best guess from one page is right, for the last histories."""
        return [
            guessing_game.best_guess_share(history[0], terms_for_size(self.size))
            for history in self.build_histories()[-history_count:]
        ]


def informed_attack(size: int, debriefs: int) -> Attack:
    """The attacker knows what the others filed, and guesses whether one person filed at all."""
    name = f"informed, {'one debrief' if debriefs == 1 else 'three debriefs'}"
    max_mean, max_single = (0.60, 0.63) if debriefs == 1 else (0.75, 0.75)
    return Attack(
        name,
        size,
        lambda: guessing_game.generate_histories(size, debriefs, terms_for_size(size)),
        max_mean,
        max_single,
    )


def habit_attack(size: int) -> Attack:
    """The same for a person who files two in every quarter of a year, or none.

    Only for units whose ledgers have the same periods: :mod:`tests.attacks.observers` has the rest.
    """
    return Attack(
        "habit of two a period, a year",
        size,
        lambda: guessing_game.generate_histories(size, 2, terms_for_size(size), GENERATED_PERIODS),
        0.75,
        period_count=QUARTERS_PER_YEAR,
    )


def coalition_attack(colluder_count: int) -> Attack:
    """Colluders file ten each to bring the count towards a band's edge; the others file nothing."""

    def build_histories() -> list[TeamHistory]:
        debrief_counts = _colluder_debriefs(colluder_count)
        terms = terms_for_size(9)
        total_count, breakdown_count = (
            sum(min(cap, count) for count in debrief_counts)
            for cap in (terms.total.cap, terms.breakdown.cap)
        )
        return [
            (
                PeriodCase(
                    (0, 0, 0, breakdown_count),
                    total_count,
                    colluder_counts=debrief_counts,
                    second_world_forms=(form,),
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
    """Return ten debriefs for each colluder: of four, eight count, the most below a band's edge."""
    return (10,) * colluder_count


def leave_attack() -> Attack:
    """Five of fifteen are at work, four of whom are known to have filed once."""
    histories: list[TeamHistory] = [(PeriodCase((3, 1, 0, 0), 4),), (PeriodCase((2, 1, 1, 0), 4),)]
    return Attack("leave: five of fifteen present", 15, lambda: histories, 0.60)


def rare_answer_attack(size: int) -> Attack:
    """Guess whether a person's one debrief has the answer that no other person gave."""
    return Attack(
        "rare answer",
        size,
        lambda: [
            (_drop_last_answer(history[0]),)
            for history in guessing_game.generate_histories(size, 1, terms_for_size(size))
        ],
        0.65,
    )


def _drop_last_answer(case: PeriodCase) -> PeriodCase:
    """Return *case* with an answer that no other person gave, and a target who may have."""
    other_counts = (*case.other_counts[:3], 0)
    total_count = min(case.total_count, sum(other_counts))
    return replace(
        case,
        other_counts=other_counts,
        total_count=total_count,
        first_world_forms=("away",),
        second_world_forms=("unsure",),
    )


UNIT_SIZES = (9, 15, 30)
INFORMED_ATTACKS = tuple(
    informed_attack(size, debriefs) for size in UNIT_SIZES for debriefs in (1, 3)
)
HABIT_ATTACKS = tuple(habit_attack(size) for size in (9, 15))
COALITION_ATTACKS = tuple(coalition_attack(count) for count in (1, 2, 4))
SINGLE_LOOK_ATTACKS = (
    *INFORMED_ATTACKS,
    *COALITION_ATTACKS,
    leave_attack(),
    rare_answer_attack(9),
    rare_answer_attack(30),
)
ATTACKS = (*SINGLE_LOOK_ATTACKS, *HABIT_ATTACKS)

"""The attacks on copies of twenty nights: what the attacker holds, and what chance would give."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from tests.attacks import night_attackers, nights, noise_redraw, record_sizes
from tests.attacks.guessing_game import Score
from tests.attacks.nights import PlanNumber, TwentyNights
from tests.doubles import PEPPERS
from tests.sample_team import CLINICIANS

Measure = Callable[[Sequence[TwentyNights], Sequence[bytes]], Score]


@dataclass(frozen=True)
class NightClaim:
    """One attack: the plan that its runs follow, what the attacker holds, and chance."""

    name: str
    plan: str
    measure: Measure
    chance: float
    secrets: tuple[bytes, ...] = ()

    def __str__(self) -> str:
        """Return the name in the table of results."""
        return self.name


_MEASURES: Sequence[tuple[str, str, Measure, float]] = (
    ("exact counts", "known person", night_attackers.score_breakdown, 0.0),
    ("filed or only read", "known person", night_attackers.score_days, 1 / 2),
    ("one debrief known", "known person", night_attackers.score_known_debrief, 1 / 2),
    ("rota alone", "single filer", night_attackers.score_rota, 1 / len(CLINICIANS)),
)

_SIZE_MEASURES: Sequence[tuple[str, str, Measure, float]] = (
    ("record sizes: filed or read", "known person", record_sizes.score_filing_days, 1 / 2),
    ("record sizes and rota", "single filer", record_sizes.score_filer, 1 / len(CLINICIANS)),
)
"""Attacks on what any copy shows, for which no secret is of use."""

CLAIMS = (
    *(
        NightClaim(f"{name}{suffix}", plan, measure, chance, secrets)
        for suffix, secrets in (("", ()), (", with the pepper", PEPPERS))
        for name, plan, measure, chance in _MEASURES
    ),
    *(NightClaim(*measured) for measured in _SIZE_MEASURES),
)

MAX_CHANCE_PROBABILITY = 1 / 10_000
"""An attack whose score chance reaches less often than this is better than chance."""

EARLY_CHANCE_PROBABILITY = MAX_CHANCE_PROBABILITY / 5
"""The same for a measurement before the last one: one of nine named in five runs of five."""


def exceeds_chance(
    claim: NightClaim, score: Score, max_probability: float = MAX_CHANCE_PROBABILITY
) -> bool:
    """Whether chance alone reaches *score* less often than *max_probability* (binomial)."""
    right_count = round(score.right_share * score.play_count)
    reached = sum(
        comb(score.play_count, count)
        * claim.chance**count
        * (1 - claim.chance) ** (score.play_count - count)
        for count in range(right_count, score.play_count + 1)
    )
    return reached < max_probability


async def measure_until_success(
    claims: Sequence[NightClaim], numbers: Sequence[int], run_counts: Sequence[int]
) -> dict[NightClaim, Score]:
    """Play as :func:`measure_claims` does until every attack of *claims* is better than chance.

    The attacks are measured after each of *run_counts* runs, and after all of *numbers*. To stop
    early asks for more than the last measurement, as chance has more than one opportunity.
    """
    plans = sorted({claim.plan for claim in claims})
    runs: dict[str, list[TwentyNights]] = {plan: [] for plan in plans}
    for run_count in (*run_counts, len(numbers)):
        for plan in plans:
            runs[plan] += await nights.run_some_nights(plan, numbers[len(runs[plan]) : run_count])
        scores = score_claims(claims, runs)
        if all(exceeds_chance(claim, scores[claim], EARLY_CHANCE_PROBABILITY) for claim in claims):
            break
    return scores


async def measure_claims(
    claims: Sequence[NightClaim], numbers: Sequence[PlanNumber]
) -> dict[NightClaim, Score]:
    """Play a run of each of *numbers* for each plan of *claims*, and measure every attack."""
    runs = {
        plan: await nights.run_some_nights(plan, numbers)
        for plan in sorted({claim.plan for claim in claims})
    }
    return score_claims(claims, runs)


def score_claims(
    claims: Sequence[NightClaim], runs: Mapping[str, Sequence[TwentyNights]]
) -> dict[NightClaim, Score]:
    """Measure every attack of *claims* on the runs of its plan."""
    return {claim: claim.measure(runs[claim.plan], claim.secrets) for claim in claims}


async def measure_redraw(play_count: int) -> Score:
    """Measure how often an old copy, the pepper and the published table tell who filed."""
    return await noise_redraw.play_redraws(-(-play_count // noise_redraw.TEAM_COUNT))


async def measure_day_counts(run_count: int) -> Score:
    """Measure how often the number of forms of a day is read from the copies."""
    runs = await nights.run_some_nights("known person", [None] * run_count)
    return night_attackers.score_day_counts(runs)


async def measure_single_sender(run_count: int) -> Score:
    """Measure how often the rota names the one person who sends a form every day at work."""
    runs = await nights.run_some_nights("single sender", [None] * run_count)
    return night_attackers.score_rota(runs, rate=night_attackers.SENDER_RATE)


RESIDUALS: Mapping[str, Callable[[int], Awaitable[Score]]] = {
    "residual: number of forms of a day": measure_day_counts,
    "residual: who alone sends a form daily, by the rota": measure_single_sender,
}
"""What the documents say that copies tell."""

"""The attacks on copies of twenty nights: what the attacker holds, and what chance would give."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.attacks import night_attackers, nights, noise_redraw
from tests.attacks.guessing_game import Score
from tests.attacks.nights import TwentyNights
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

CLAIMS = tuple(
    NightClaim(f"{name}{suffix}", plan, measure, chance, secrets)
    for suffix, secrets in (("", ()), (", with the pepper", PEPPERS))
    for name, plan, measure, chance in _MEASURES
)


async def measure_claims(claims: Sequence[NightClaim], run_count: int) -> dict[NightClaim, Score]:
    """Play *run_count* runs of each plan of *claims*, and measure every attack on them."""
    runs = {
        plan: await nights.run_many_nights(plan, run_count)
        for plan in sorted({claim.plan for claim in claims})
    }
    return {claim: claim.measure(runs[claim.plan], claim.secrets) for claim in claims}


async def measure_redraw(play_count: int) -> Score:
    """Measure how often an old copy, the pepper and the published table tell who filed."""
    return await noise_redraw.play_redraws(-(-play_count // noise_redraw.TEAM_COUNT))


async def measure_day_counts(run_count: int) -> Score:
    """Measure how often the number of forms of a day is read from the copies."""
    runs = await nights.run_many_nights("known person", run_count)
    return night_attackers.score_day_counts(runs)


async def measure_single_sender(run_count: int) -> Score:
    """Measure how often the rota names the one person who sends a form every day at work."""
    runs = await nights.run_many_nights("single sender", run_count)
    return night_attackers.score_rota(runs, rate=night_attackers.SENDER_RATE)


RESIDUALS: Mapping[str, Callable[[int], Awaitable[Score]]] = {
    "residual: number of forms of a day": measure_day_counts,
    "residual: who alone sends a form daily, by the rota": measure_single_sender,
}
"""What the documents say that copies tell."""

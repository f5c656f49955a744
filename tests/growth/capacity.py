"""The size of machine that a number of clinics needs, computed from the measured costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]

CLINIC_COUNTS = (10, 50, 100, 250, 500, 1000, 2000)

_FAN_OUT_MINUTES = 15.0
"""Within how many minutes all check-ins of one minute are sent in the computed table."""

_CLOSE_MINUTES = 10.0
_MAX_BUSY_SHARE = 0.7
"""The share of the processors that may be busy: what is above lengthens every wait."""


@dataclass(frozen=True)
class Costs:
    """Processor seconds of the bot and its database, without the stand-in and the simulation.

    ``message`` and ``lock_message`` are for one message: all its processor time, and the time for
    which the writer lock is held, longer where its holder waits for a processor or the disk.
    ``team_close`` is for a team's two periods, closed and opened again, and ``request`` for a
    request. A minute in which nothing is due costs ``minute`` for all processes, and
    ``minute_of_person`` for each clinician.
    """

    people_per_clinic: int
    teams_per_clinic: int
    message: float
    lock_message: float
    team_close: float
    request: float
    minute: float
    minute_of_person: float
    install: float


def measure_costs(figures: Figures) -> Costs:
    """Return the costs that a simulation measured.

    What the processes use while nothing happens is subtracted, in proportion to the time.
    """
    plan = figures["plan"]
    empty_rate, rest_rate = (
        _sum_cpu(figures[name]) / float(figures[name]["seconds"]) for name in ("empty", "resting")
    )
    idle = figures["idle"]
    request = max(0.0, _sum_cpu(idle) - rest_rate * float(idle["seconds"])) / _count_answers(idle)

    def net_cpu(phase: Figures) -> float:
        requests = request * _count_answers(phase) if "answers" in phase else 0.0
        return max(0.0, _sum_cpu(phase) - rest_rate * float(phase["seconds"]) - requests)

    fan_out, closing = figures["fan_out"], figures["closing"]
    lock_seconds = fan_out["writer_lock_held_share"] * fan_out["seconds"]
    return Costs(
        plan["people_per_clinic"],
        plan["teams_per_clinic"],
        message=net_cpu(fan_out) / fan_out["messages"],
        lock_message=lock_seconds / fan_out["messages"],
        team_close=(net_cpu(closing) + net_cpu(closing["opening"])) / plan["team_count"],
        request=request,
        minute=empty_rate * 60,
        minute_of_person=max(0.0, rest_rate - empty_rate) * 60 / plan["people_count"],
        install=net_cpu(figures["installing"]) / plan["clinic_count"],
    )


def compute_processors(costs: Costs, clinic_count: int) -> dict[str, float]:
    """Return how many processors each load of *clinic_count* clinics keeps busy, computed.

    ``fan_out`` is for check-ins that are all due in one minute and sent in a quarter of an hour,
    ``close`` for all periods closed in ten minutes, and ``ticks`` for the minutes in which nothing
    is due. ``lock`` is the share of the quarter of an hour in which the writer lock is held.
    """
    people_count = clinic_count * costs.people_per_clinic
    ticks = (costs.minute + costs.minute_of_person * people_count) / 60
    fan_out = costs.message * people_count / (_FAN_OUT_MINUTES * 60)
    close = costs.team_close * clinic_count * costs.teams_per_clinic / (_CLOSE_MINUTES * 60)
    lock = costs.lock_message * people_count / (_FAN_OUT_MINUTES * 60)
    return {"ticks": ticks, "fan_out": fan_out + ticks, "close": close + ticks, "lock": lock}


def format_capacity(costs: Costs) -> Iterator[str]:
    """Yield the costs, and the computed table of processors by number of clinics."""
    yield (
        f"CPU of a message {costs.message * 1000:.1f} ms, of a request {costs.request * 1000:.1f}"
        f" ms, of a team's close {costs.team_close * 1000:.0f} ms, of an installation"
        f" {costs.install * 1000:.0f} ms, of a minute without messages {costs.minute:.2f} s and"
        f" {costs.minute_of_person * 1e6:.0f} microseconds a clinician; writer lock"
        f" {costs.lock_message * 1000:.1f} ms a message"
    )
    yield "computed, not measured: processors busy with"
    yield "clinics  ticks  check-ins in 15 min  close in 10 min  share of the writer lock"
    for clinic_count in CLINIC_COUNTS:
        processors = compute_processors(costs, clinic_count)
        yield (
            f"{clinic_count:7}  {processors['ticks']:5.2f}  {processors['fan_out']:19.2f}"
            f"  {processors['close']:15.2f}  {processors['lock']:8.0%}"
        )


def _sum_cpu(phase: Figures) -> float:
    """Return the processor time of the bot and of its database in *phase*."""
    return sum(
        float(seconds)
        for name, seconds in phase["cpu_seconds"].items()
        if name.startswith(("web", "worker", "postgresql"))
    )


def _count_answers(phase: Figures) -> float:
    answers = phase["answers"]
    return float(answers["tip_count"] + answers["save_count"])

"""The bars: what is measured, the limit, and whether a figure meets it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from tests.bench.figures import Figure


class Direction(Enum):
    """Whether a figure may be at most or has to be at least the limit."""

    AT_MOST = "<="
    AT_LEAST = ">="


class Verdict(Enum):
    """Whether a bar is met."""

    MET = "met"
    NOT_MET = "not met"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Bar:
    """A limit for one figure, in each column in which it was measured."""

    id: str
    claim: str
    figure: str
    limit: float
    direction: Direction = Direction.AT_MOST

    def judge(self, figure: Figure) -> Verdict:
        """Return whether the median of *figure* meets the bar."""
        is_met = (
            figure.median <= self.limit
            if self.direction is Direction.AT_MOST
            else figure.median >= self.limit
        )
        return Verdict.MET if is_met else Verdict.NOT_MET


@dataclass(frozen=True)
class Assessment:
    """A bar with a figure of one column; without a figure if nothing was measured."""

    bar: Bar
    figure: Figure | None

    @property
    def verdict(self) -> Verdict:
        """Whether the bar is met in this column."""
        return Verdict.NOT_MEASURED if self.figure is None else self.bar.judge(self.figure)


def assess_bars(bars: Iterable[Bar], figures: Iterable[Figure]) -> list[Assessment]:
    """Return each bar with each figure of its name, or once without one."""
    figures_by_name: dict[str, list[Figure]] = {}
    for figure in figures:
        figures_by_name.setdefault(figure.name, []).append(figure)
    return [
        Assessment(bar, figure)
        for bar in bars
        for figure in figures_by_name.get(bar.figure, [None])
    ]


_AT_LEAST = Direction.AT_LEAST

BARS = (
    Bar("G1", "submission p50 / bolt", "submission_p50_by_bolt", 0.25),
    Bar("G1", "submission p99 / bolt", "submission_p99_by_bolt", 0.5),
    Bar("G1", "submission p50 / pbr", "submission_p50_by_pbr", 3),
    Bar("G1", "submission p99 / pbr", "submission_p99_by_pbr", 2.5),
    Bar("G2", "acknowledged debriefs lost by kills", "lost_after_kill", 0),
    Bar("G2", "debriefs counted twice by retries", "counted_twice", 0),
    Bar("G3", "submission throughput / bolt", "submission_rate_by_bolt", 0.8, _AT_LEAST),
    Bar("G3", "/tip throughput / bolt", "tip_rate_by_bolt", 1.5, _AT_LEAST),
    Bar("G3", "submission CPU / pbr", "submission_cpu_by_pbr", 2),
    Bar("G3", "/tip CPU / pbr", "tip_cpu_by_pbr", 1.5),
    Bar("G4", "CPU with 100 commands / with 1", "routing_cpu_bot", 1.1),
    Bar("G5", "seconds of a fan-out / rate limit", "sending_seconds_by_limit", 1.02),
    Bar("G5", "messages refused by the limit", "sending_refused", 0),
    Bar("G5", "growth in a fan-out, MB", "sending_growth_mb", 10),
    Bar("G5", "messages lost in a fan-out", "sending_lost", 0),
    Bar("G5", "messages sent twice in a fan-out", "sending_twice", 0),
    Bar("G6", "messages lost by a kill half-way", "killed_lost", 0),
    Bar("G6", "messages sent twice by a kill", "killed_twice", 0),
    Bar("G7", "report CPU / over a tenth", "report_cpu_by_tenth", 1.3),
    Bar("G7", "report latency / over a tenth", "report_latency_by_tenth", 1.3),
    Bar("G8", "growth while all are due, MB", "planning_growth_mb", 5),
    Bar("G8", "rows of the largest write", "planning_rows", 1000),
    Bar("G8", "check-ins planned again", "planning_again", 0),
    Bar("G9", "memory at start / bolt", "memory_by_bolt", 1.5),
    Bar("G9", "start-up time / bolt", "start_seconds_by_bolt", 1.7),
    Bar("G9", "growth over N requests / bolt", "growth_by_bolt", 2),
    Bar("G10", "answers' p99 in a fan-out / idle", "answers_p99_by_idle", 1.5),
    Bar("G11", "longest wait of a save at a close, s", "closing_wait_seconds", 0.5),
    Bar("G11", "saves refused at a close", "closing_refused", 0),
    Bar("G11", "seconds until all are closed", "closing_seconds", 600),
    Bar("G11", "longest wait of a save at opening, s", "opening_wait_seconds", 0.5),
    Bar("G11", "saves refused at opening", "opening_refused", 0),
    Bar("G11", "seconds until all are open", "opening_seconds", 600),
    Bar("G11", "longest wait of a save in apply, s", "applying_wait_seconds", 0.5),
    Bar("G11", "saves refused in apply", "applying_refused", 0),
    Bar("G11", "seconds until all are applied", "applying_seconds", 600),
    Bar("G12", "submission CPU, all teams / one", "growth_by_teams", 1.1),
    Bar("G12", "submission CPU, full / empty period", "growth_by_slips", 1.1),
    Bar("Teams", "Slack's answers beside Teams / alone", "answer_beside_ratio", 1.1),
    Bar("Teams", "the same while Teams' keys are late", "answer_slowly_ratio", 1.1),
)
"""The bars in the order of their ids; ``bolt`` and ``pbr`` are described in ``floors.py``."""

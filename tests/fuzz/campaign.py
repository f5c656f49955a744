"""Fuzz one target in rounds, and collect the smallest input of each finding."""

import itertools
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import HypothesisException, HypothesisWarning

from tests.fuzz import target as targets
from tests.fuzz.target import Execute, LogCapture, Outcome, Target

T = TypeVar("T")

MAX_MINIMISING_EXECUTIONS = 150
"""Executions of a new problem in one round, after which its input is minimised no further."""

SAMPLES_PER_ROUND = 500
"""Inputs after which the fuzzed part is built again, with an empty store."""


class _FindingError(AssertionError):
    """Raised for an input with a new problem, so that Hypothesis minimises it."""


@dataclass
class Report:
    """The counts of a campaign.

    ``findings`` are the smallest inputs by problem, ``handled_errors`` those by an exception that
    the bot caught: the person receives an apology, which a client's own input may deserve.
    """

    execution_count: int = 0
    responses: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Any] = field(default_factory=dict)
    handled_errors: dict[str, Any] = field(default_factory=dict)


def run_campaign(
    target: Target[T],
    seed: int,
    is_over: Callable[[Report], bool],
    samples_per_round: int = SAMPLES_PER_ROUND,
) -> Report:
    """Execute inputs of *target*, which follow from *seed*, until *is_over*."""
    report = Report()
    with targets.capture_logs() as log:
        for number in itertools.count():
            settings = hypothesis.settings(_ROUND_SETTINGS, max_examples=samples_per_round)
            with target.open() as execute:
                judge = partial(_judge_sample, target, execute, log)
                recorder = _Recorder(judge, report, is_over)
                test = settings(hypothesis.given(target.samples)(recorder.judge_and_record))
                _run_test(hypothesis.seed(1_000_000 * seed + number)(test))
            if is_over(report):
                break
    return report


_ROUND_SETTINGS = hypothesis.settings(
    database=None,
    derandomize=False,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
    print_blob=False,
)


def _judge_sample(target: Target[T], execute: Execute[T], log: LogCapture, sample: T) -> Outcome:
    return targets.judge_sample(execute, sample, log, target.private_words)


class _Recorder(Generic[T]):
    """Judges the inputs of one round, in which each new problem is minimised."""

    def __init__(
        self,
        judge: Callable[[T], Outcome],
        report: Report,
        is_over: Callable[[Report], bool],
    ) -> None:
        self._judge, self._report, self._is_over = judge, report, is_over
        self._known_problems = frozenset(report.findings)
        self._new_problems: Counter[str] = Counter()

    def judge_and_record(self, sample: T) -> None:
        """Execute *sample* and record its outcome; raises for a problem to be minimised."""
        if self._is_over(self._report):
            return
        outcome = self._judge(sample)
        self._report.execution_count += 1
        self._report.responses[outcome.response] += 1
        for error in outcome.handled_errors:
            _record_smallest(self._report.handled_errors, error, sample)
        if outcome.problem:
            _record_smallest(self._report.findings, outcome.problem, sample)
            self._new_problems[outcome.problem] += 1
            is_minimised = self._new_problems[outcome.problem] > MAX_MINIMISING_EXECUTIONS
            if outcome.problem not in self._known_problems and not is_minimised:
                raise _FindingError(outcome.problem)


def _run_test(test: Callable[[], None]) -> None:
    """Run one round; its problems are recorded already.

    A problem that depends on the state of the store is no failure of Hypothesis.
    """
    with (
        suppress(_FindingError, HypothesisException, ExceptionGroup),
        warnings.catch_warnings(action="ignore", category=HypothesisWarning),  # of long inputs
    ):
        test()


def _record_smallest(samples: dict[str, Any], name: str, sample: object) -> None:
    previous = samples.get(name)
    if previous is None or _measure_size(sample) < _measure_size(previous):
        samples[name] = sample


def _measure_size(sample: object) -> tuple[int, str]:
    """Return an order of inputs: by length, then by content."""
    return len(repr(sample)), repr(sample)

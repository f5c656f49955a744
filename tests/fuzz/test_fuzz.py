"""A short, deterministic part of the fuzzing that ``python -m tests.fuzz`` runs for minutes."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.chat.slack.web_api import ApiCall
from tests.fuzz.__main__ import TARGETS
from tests.fuzz.campaign import run_campaign
from tests.fuzz.hostile import CANARY
from tests.fuzz.target import BrokenRuleError, Execute, capture_logs, judge_sample
from tests.fuzz.tenants_target import describe_touched

SAMPLE_COUNT = 200
SAMPLE_COUNTS = {"tenants": 100}
"""Other numbers of inputs, of targets that take long to judge."""

SEED = 20_261_129


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_rule(name: str) -> None:
    """No input raises, gets a server error, takes a second of CPU time, or reaches a log."""
    sample_count = SAMPLE_COUNTS.get(name, SAMPLE_COUNT)
    report = run_campaign(
        TARGETS[name](), SEED, lambda report: report.execution_count >= sample_count, sample_count
    )

    assert report.findings == {}
    assert report.execution_count == sample_count
    assert len(report.responses) > 10


class FragileTarget:
    """A target that fails for some numbers, to test what a campaign finds."""

    private_words = (CANARY,)
    samples: SearchStrategy[int] = st.integers(0, 1_000)

    def __init__(self, fail: Callable[[], None]) -> None:
        """Call *fail* for every number from 500."""
        self._fail = fail
        self.executed_samples: list[int] = []

    @contextmanager
    def open(self) -> Iterator[Execute[int]]:
        """Execute numbers."""

        def execute(sample: int) -> str:
            self.executed_samples.append(sample)
            if sample >= 500:
                self._fail()
            return "small"

        yield execute


def raise_value_error() -> None:
    """Raise what a parser lets escape."""
    raise ValueError


def break_rule() -> None:
    """Raise what a server error becomes."""
    raise BrokenRuleError("status 500")


def log_canary() -> None:
    """Log a word of the input."""
    logging.getLogger("attune.fuzz").info(CANARY.title())


def fail_in_event_loop() -> None:
    """Log what the event loop logs about the exception of a task that nothing awaits."""
    logging.getLogger("asyncio").error("Task exception was never retrieved")


def spend_cpu_time() -> None:
    """Take more than a hundredth of a second of CPU time."""
    started_at = time.process_time()
    while time.process_time() - started_at < 0.02:
        pass


@pytest.mark.parametrize(
    ("fail", "problem"),
    [
        (raise_value_error, "ValueError escapes"),
        (break_rule, "status 500"),
        (log_canary, "a word of the input in the log"),
        (fail_in_event_loop, "an exception in the event loop"),
    ],
)
def test_finding_is_reported_with_its_smallest_input(
    fail: Callable[[], None], problem: str
) -> None:
    """An exception, a broken rule and a logged word are found, and their input is minimised."""
    report = run_campaign(
        FragileTarget(fail), SEED, lambda report: report.execution_count >= SAMPLE_COUNT, 100
    )

    assert report.findings == {problem: 500}


def test_same_seed_executes_the_same_inputs() -> None:
    """Two campaigns with one seed execute the same inputs in the same order."""
    targets = [FragileTarget(raise_value_error) for _ in range(2)]
    for target in targets:
        run_campaign(target, SEED, lambda report: report.execution_count >= SAMPLE_COUNT, 20)

    assert len(set(targets[0].executed_samples)) > 20
    assert targets[0].executed_samples == targets[1].executed_samples


def test_input_that_takes_too_long_is_a_finding() -> None:
    """An input that takes more than the permitted CPU time twice is a finding."""
    with capture_logs() as log, FragileTarget(spend_cpu_time).open() as execute:
        assert judge_sample(execute, 500, log, (CANARY,), 0.01).problem == "too much CPU time"


@pytest.mark.parametrize(("place", "changed"), [("E1GROUP", "T1CLINIC"), ("T2CLINIC", "T3CLINIC")])
def test_request_that_touches_two_tenants_breaks_a_rule(place: str, changed: str) -> None:
    """Rows of one and the token of another are a finding; of an organisation's workspace not."""
    call = ApiCall("views.open", {}, f"xoxb-{place}")

    with pytest.raises(BrokenRuleError):
        describe_touched([call], {changed})
    assert describe_touched([call], {"T3CLINIC"} if place == "E1GROUP" else {place})

"""What keeps a process from serving people, and what keeps the whole from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import health
from bot.domain.health import DatabaseState, HealthFault, SharedState

NOW = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)
HEALTHY = SharedState(last_tick=NOW)


@pytest.mark.parametrize("state", sorted(set(DatabaseState) - {DatabaseState.READABLE}))
def test_process_without_its_database_names_the_database(state: DatabaseState) -> None:
    """The state of the database is the fault, whatever the socket's state is."""
    for is_connected in (True, False):
        fault = health.find_process_fault(state, is_connected=is_connected)
        assert fault == state.value


def test_process_without_its_socket_is_disconnected() -> None:
    """A readable database does not help if no payload arrives."""
    fault = health.find_process_fault(DatabaseState.READABLE, is_connected=False)

    assert fault is HealthFault.DISCONNECTED


def test_process_that_can_answer_has_no_fault() -> None:
    """A readable database and an open socket suffice."""
    assert health.find_process_fault(DatabaseState.READABLE, is_connected=True) is None


def test_whole_without_fault_is_served() -> None:
    """A recent tick, keys, tokens and a database that can be written are all that is needed."""
    assert health.find_shared_faults(HEALTHY, NOW) == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"is_writable": False}, HealthFault.UNWRITABLE),
        ({"refused_products": ("slack",)}, HealthFault.TOKEN),
        ({"last_tick": None}, HealthFault.WORKER),
        ({"failed_runs": {"retention": 3}}, HealthFault.DUTY),
        ({"has_keys": False}, HealthFault.KEYS),
        ({"lost_key_count": 1}, HealthFault.KEYS),
        ({"suspended_count": 1}, HealthFault.SUSPENDED),
    ],
)
def test_each_shared_fault_is_found_alone(change: dict[str, object], fault: HealthFault) -> None:
    """One changed field is one fault and no other."""
    assert health.find_shared_faults(replace(HEALTHY, **change), NOW) == (fault,)  # type: ignore[arg-type]  # fields of several types


@given(seconds=st.integers(-(10**8), 10**8))
def test_tick_is_recent_within_three_minutes_of_either_side(seconds: int) -> None:
    """A tick in the future was recorded by a clock that was set back since."""
    last_tick = NOW - timedelta(seconds=seconds)

    assert health.is_tick_recent(last_tick, NOW) == (abs(seconds) <= 180)


@given(seconds=st.integers(-(10**8), 10**8))
def test_tick_age_is_never_negative(seconds: int) -> None:
    """The age is the seconds since the last tick, 0 for one in the future."""
    age = health.measure_tick_age(NOW - timedelta(seconds=seconds), NOW)

    assert age == max(0, seconds)


def test_there_is_no_age_before_the_first_tick() -> None:
    """A database on which no worker ever ran has no tick."""
    assert health.measure_tick_age(None, NOW) is None
    assert not health.is_tick_recent(None, NOW)


@given(failed_runs=st.dictionaries(st.text(max_size=3), st.integers(0, 9)))
def test_duty_fails_from_its_third_failure_in_a_row_on(failed_runs: dict[str, int]) -> None:
    """A duty that failed once or twice may have met a short outage."""
    failing = health.list_failing_duties(failed_runs)

    assert failing == tuple(sorted(name for name, count in failed_runs.items() if count > 2))

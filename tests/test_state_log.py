"""A fault that lasts is logged when it begins, changes and ends."""

import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from bot.content import log_texts
from bot.state_log import StateLog, read_database_code

EVENT = "store.commit_failed"


@pytest.fixture
def state_log(caplog: pytest.LogCaptureFixture) -> StateLog:
    """A state log of the project, at every level."""
    caplog.set_level(logging.DEBUG, "attune.tests")
    return StateLog(logging.getLogger("attune.tests"))


def list_records(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    """Return level, state and subject of the records."""
    return [
        (record.levelname, vars(record).get("state", ""), vars(record).get("subject", ""))
        for record in caplog.records
    ]


def test_repeating_fault_is_logged_once(
    state_log: StateLog, caplog: pytest.LogCaptureFixture
) -> None:
    """A loop that fails every second writes one line."""
    for _ in range(100):
        state_log.report_fault(EVENT, OSError())

    assert list_records(caplog) == [("ERROR", "", "")]


def test_changed_cause_is_logged(state_log: StateLog, caplog: pytest.LogCaptureFixture) -> None:
    """Another exception is another cause, and needs another remedy."""
    for error in (OSError(), TimeoutError(), TimeoutError(), OSError()):
        state_log.report_fault(EVENT, error)

    assert [vars(record)["error"] for record in caplog.records] == [
        "OSError",
        "TimeoutError",
        "OSError",
    ]


def test_end_of_a_fault_is_logged_once(
    state_log: StateLog, caplog: pytest.LogCaptureFixture
) -> None:
    """A success after a success is no change; a fault after the end is a new one."""
    state_log.report_recovery(EVENT)
    state_log.report_fault(EVENT, OSError())
    state_log.report_recovery(EVENT)
    state_log.report_recovery(EVENT)
    state_log.report_fault(EVENT, OSError())

    assert list_records(caplog) == [("ERROR", "", ""), ("INFO", "ended", ""), ("ERROR", "", "")]


def test_each_subject_has_a_state_of_its_own(
    state_log: StateLog, caplog: pytest.LogCaptureFixture
) -> None:
    """A duty that recovers says nothing about another one."""
    state_log.report_fault("duty.failed", OSError(), "retention")
    state_log.report_fault("duty.failed", OSError(), "daily_tip")
    state_log.report_recovery("duty.failed", "retention")
    state_log.report_fault("duty.failed", OSError(), "daily_tip")

    assert list_records(caplog) == [
        ("ERROR", "", "retention"),
        ("ERROR", "", "daily_tip"),
        ("INFO", "ended", "retention"),
    ]


def test_remedy_is_that_of_the_database_code(
    state_log: StateLog, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """A read-only file and a full disk are one exception of the library, with two remedies."""
    file = tmp_path / "database"
    sqlite3.connect(file).close()
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(OperationalError) as caught, engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    engine.dispose()

    state_log.report_fault(EVENT, caught.value)

    (record,) = caplog.records
    assert read_database_code(caught.value) == "SQLITE_READONLY"
    assert vars(record)["code"] == "SQLITE_READONLY"
    assert vars(record)["remedy"] == log_texts.get_remedy(EVENT, "SQLITE_READONLY")
    assert vars(record)["remedy"] != log_texts.get_remedy(EVENT)


def test_event_without_a_remedy_is_logged_without_one(
    state_log: StateLog, caplog: pytest.LogCaptureFixture
) -> None:
    """No empty field is written."""
    state_log.report_fault("other.event", OSError())

    assert "remedy" not in vars(caplog.records[0])
    assert "code" not in vars(caplog.records[0])


def test_cause_that_cannot_be_seen_has_not_ended(
    state_log: StateLog, caplog: pytest.LogCaptureFixture
) -> None:
    """While the database cannot be read, what it showed before neither ends nor begins again."""
    state_log.report_causes("health.fault", ("suspended",))
    state_log.report_causes("health.fault", ("unreadable",), is_complete=False)
    state_log.report_causes("health.fault", ("suspended",))

    assert [
        (vars(record)["cause"], vars(record).get("state", "")) for record in caplog.records
    ] == [("suspended", ""), ("unreadable", ""), ("unreadable", "ended")]

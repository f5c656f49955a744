"""Log records are JSON lines, and no library's message or exception text is logged."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs

CANARY = "canary-of-the-logs"


@pytest.fixture
def log_output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The stream to which logging writes, configured at DEBUG."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    previous_handlers = logging.getLogger().handlers[:]
    logs.configure_logging("DEBUG")
    yield stream
    logging.getLogger().handlers[:] = previous_handlers


def raise_canary() -> None:
    """Raise an exception whose message must not be logged."""
    raise ValueError(CANARY)


def test_record_is_one_json_line_with_its_extra_fields(log_output: io.StringIO) -> None:
    """A record of this project is logged with its event name, level and extra fields."""
    logging.getLogger("attune.periods").info("periods.closed", extra={"count": 2})

    line = json.loads(log_output.getvalue())
    assert (line["event"], line["count"], line["level"]) == ("periods.closed", 2, "INFO")


@pytest.mark.parametrize("name", ["slack_bolt.App", "slack_sdk.web", "uvicorn.error", "any.other"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL])
def test_library_messages_are_redacted_at_every_level(
    log_output: io.StringIO, name: str, level: int
) -> None:
    """Neither a library's message nor its exception's text is logged at any level."""
    try:
        raise_canary()
    except ValueError:
        logging.getLogger(name).log(level, "body %s", CANARY, exc_info=True, stack_info=True)

    assert CANARY not in log_output.getvalue()


def test_library_warning_is_logged_with_its_exception_type(log_output: io.StringIO) -> None:
    """The logger's name and the exception's type of a library's record are logged."""
    try:
        raise_canary()
    except ValueError:
        logging.getLogger("slack_bolt.App").exception(CANARY)

    line = json.loads(log_output.getvalue())
    assert (line["name"], line["error"]) == ("slack_bolt.App", "ValueError")


def test_error_is_logged_with_its_location_and_without_its_message(log_output: io.StringIO) -> None:
    """An exception is logged by type and location, without its message."""
    try:
        raise_canary()
    except ValueError as error:
        logs.log_error(logging.getLogger("attune.middleware"), "middleware.handler_failed", error)

    line = json.loads(log_output.getvalue())
    assert line["error"] == "ValueError"
    assert line["where"].startswith("raise_canary:")
    assert CANARY not in log_output.getvalue()

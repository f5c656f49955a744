"""What an operator may read of the bot's doings, and what nobody can."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs

CANARY = "canary-of-the-logs"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that logging writes, at the most talkative level."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    before = logging.getLogger().handlers[:]
    logs.configure_logging("DEBUG")
    yield stream
    logging.getLogger().handlers[:] = before


def speak_up() -> None:
    """Fail with words that nobody should read in a log."""
    raise ValueError(CANARY)


def test_an_event_is_one_line_with_its_facts(written: io.StringIO) -> None:
    """What this project says keeps its name and its facts, as JSON."""
    logging.getLogger("attune.periods").info("periods.closed", extra={"count": 2})

    line = json.loads(written.getvalue())
    assert (line["event"], line["count"], line["level"]) == ("periods.closed", 2, "INFO")


@pytest.mark.parametrize("name", ["slack_bolt.App", "slack_sdk.web", "uvicorn.error", "any.other"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL])
def test_a_librarys_words_are_dropped_at_every_level(
    written: io.StringIO, name: str, level: int
) -> None:
    """A library's sentence may hold a body, so neither it nor its error's words are written."""
    try:
        speak_up()
    except ValueError:
        logging.getLogger(name).log(level, "body %s", CANARY, exc_info=True, stack_info=True)

    assert CANARY not in written.getvalue()


def test_a_librarys_warning_still_tells_that_something_happened(written: io.StringIO) -> None:
    """Name and kind of error remain, so that an operator knows where to look."""
    try:
        speak_up()
    except ValueError:
        logging.getLogger("slack_bolt.App").exception(CANARY)

    line = json.loads(written.getvalue())
    assert (line["name"], line["error"]) == ("slack_bolt.App", "ValueError")


def test_trouble_names_the_place_and_not_the_words(written: io.StringIO) -> None:
    """An exception's own words stay out; its kind and place are told."""
    try:
        speak_up()
    except ValueError as error:
        logs.log_error(logging.getLogger("attune.front"), "front.handler_failed", error)

    line = json.loads(written.getvalue())
    assert line["error"] == "ValueError"
    assert line["where"].startswith("speak_up:")
    assert CANARY not in written.getvalue()

"""Filing and releasing debriefs over HTTP, with a fake of Slack other than the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.stdlib_slack import Json, StdlibFakeSlack, run_fake_slack

START = "2026-06-29T09:00:00-04:00"
AFTER_CLOSE = "2026-07-06T08:00:00-04:00"
"""The quarter from 2026-04-06 ends on Monday 2026-07-06 in the team's zone."""


@pytest.fixture
def slack() -> Iterator[StdlibFakeSlack]:
    """A fake of Slack other than the sandbox."""
    with run_fake_slack() as running:
        yield running


@pytest.fixture
def bot(slack: StdlibFakeSlack, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot as a process, with a team of nine declared."""
    process = BotProcess(tmp_path, slack.api_url, clock_time=START)
    process.declare_team()
    process.start()
    slack.bot_url = process.base_url
    yield process
    process.kill()


def file_debrief(
    slack: StdlibFakeSlack, number: int, form: str = "away", status: str = "touched"
) -> Json:
    """File a debrief as the clinician of that *number*, with Slack's payloads."""
    open_count = len(slack.calls_of("views.open"))
    assert (
        slack.send_command(clinician_id(number), "/rupture", trigger=f"t.{number}.{open_count}")
        == {}
    )
    view: Json = slack.wait_for_call("views.open", open_count + 1)["view"]
    answers = {"form": form, "status": status}
    return slack.submit_view(clinician_id(number), view, f"V{number}.{open_count}", answers)


def test_debrief_returns_its_guide_and_the_period_its_table(
    slack: StdlibFakeSlack, bot: BotProcess
) -> None:
    """From `/rupture` to the published table, over signed HTTP and nothing else."""
    messages = [slack.wait_for_call("chat.postMessage")]
    answers = [file_debrief(slack, number) for number in range(9)]
    assert slack.calls_of("chat.postMessage") == messages, "a filed debrief never sends a message"
    bot.move_clock(AFTER_CLOSE)
    slack.send_command("U0SUPER", "/debriefs", trigger="t.s")
    agreement = slack.wait_for_call("views.open", 10)["view"]

    table = slack.submit_view("U0SUPER", agreement, "V.s", {})

    assert {answer["response_action"] for answer in answers} == {"update"}
    assert "submit" not in answers[0]["view"]
    assert "Jul 5, 2026" in str(table)
    assert {call["channel"] for call in slack.calls_of("chat.postMessage")} == {"C0OTHER"}


def test_log_contains_no_person_and_no_code(slack: StdlibFakeSlack, bot: BotProcess) -> None:
    """At DEBUG, filing, a command and a close leave no person's id and no answer in the log."""
    slack.send_command(clinician_id(1), "/rupture", "canary-typed-after-the-command")
    file_debrief(slack, 1)
    bot.move_clock(AFTER_CLOSE)
    bot.stop()
    log_text = bot.read_log()
    bot.start()

    for word in (clinician_id(1), "canary", "away", "touched", "xoxb", "U0SUPER"):
        assert word not in log_text

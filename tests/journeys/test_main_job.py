"""The main job over HTTP, against a stand-in for Slack that is not the practice workspace."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.otherslack import Json, StdlibFakeSlack, run_fake_slack

START = "2026-06-29T09:00:00-04:00"
AFTER_CLOSE = "2026-07-06T08:00:00-04:00"
"""The quarter from 2026-04-06 ends on Monday 2026-07-06 in the team's zone."""


@pytest.fixture
def slack() -> Iterator[StdlibFakeSlack]:
    """Another Slack than the practice workspace."""
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


def filed(slack: StdlibFakeSlack, number: int, form: str = "away", status: str = "touched") -> Json:
    """File a debrief as the clinician of that *number*, as Slack would carry it."""
    opened = len(slack.calls_of("views.open"))
    assert (
        slack.send_command(clinician_id(number), "/rupture", trigger=f"t.{number}.{opened}") == {}
    )
    view: Json = slack.wait_for_call("views.open", opened + 1)["view"]
    chosen = {"form": form, "status": status}
    return slack.submit_view(clinician_id(number), view, f"V{number}.{opened}", chosen)


def button(view: Json, name: str) -> Json:
    """The button of *view* with that name."""
    found: list[Json] = [
        element
        for block in view["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element.get("action_id") == name
    ]
    return found[0]


def test_a_debrief_is_answered_with_its_guide_and_the_period_with_a_table(
    slack: StdlibFakeSlack, bot: BotProcess
) -> None:
    """From `/rupture` to the published table, over signed HTTP and nothing else."""
    before = [slack.wait_for_call("chat.postMessage")]
    answers = [filed(slack, number) for number in range(9)]
    assert slack.calls_of("chat.postMessage") == before, "a filed debrief never causes a message"
    bot.move_clock(AFTER_CLOSE)
    slack.send_command("U0SUPER", "/debriefs", trigger="t.s")
    agreement = slack.wait_for_call("views.open", 10)["view"]

    table = slack.submit_view("U0SUPER", agreement, "V.s", {})

    assert {answer["response_action"] for answer in answers} == {"update"}
    assert "submit" not in answers[0]["view"]
    assert "July 6" in str(table)
    assert {call["channel"] for call in slack.calls_of("chat.postMessage")} == {"C0OTHER"}


def test_twenty_kills_right_after_an_acknowledged_debrief_lose_none(
    slack: StdlibFakeSlack, bot: BotProcess
) -> None:
    """What was acknowledged is on disk: twenty power cuts, no debrief lost."""
    for kill in range(20):
        assert filed(slack, kill % 9)["response_action"] == "update"
        bot.kill()
        bot.start()

    with closing(sqlite3.connect(bot.database_file)) as database:
        count = database.execute("select count(*) from slip where ledger = 'total'").fetchone()
    assert count == (20,)


def test_no_log_line_quotes_a_person_or_a_code(slack: StdlibFakeSlack, bot: BotProcess) -> None:
    """At DEBUG, filing, a wrong signature and a broken body leave no name and no answer."""
    slack.send_command(clinician_id(1), "/rupture", "canary-typed-after-the-command")
    filed(slack, 1)
    bot.move_clock(AFTER_CLOSE)
    bot.stop()
    written = bot.read_log()
    bot.start()

    for word in (clinician_id(1), "canary", "away", "touched", "xoxb", "U0SUPER"):
        assert word not in written

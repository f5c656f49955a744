"""A bot that workspaces install from its link, and what a journey does with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox.process.loopback_server import free_port
from tests.journeys import clinic_browser
from tests.journeys.botprocess import BotProcess
from tests.journeys.clinic_browser import ClinicBrowser, Page
from tests.journeys.installable_slack import (
    CLIENT_ID,
    CLIENT_SECRET,
    InstallableSlack,
    run_installable_slack,
)

NORTH, SOUTH, STRANGER, EAST, CLINICS = "T0NORTH", "T0SOUTH", "T0OTHER", "T0EAST", "E0CLINICS"


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack from which the app can be installed."""
    with run_installable_slack() as running:
        yield running


@pytest.fixture
def bot(slack: InstallableSlack, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot without a token, which workspaces install from its link."""
    port = free_port()
    environment = {
        "SLACK_BOT_TOKEN": "",
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    process = BotProcess(tmp_path, slack.api_url, port=port, extra_environment=environment)
    process.start()
    yield process
    process.kill()


def install(slack: InstallableSlack, bot: BotProcess, place: str) -> Page:
    """Install the app in *place* as its admin, and return the last page."""
    browser = ClinicBrowser(bot.base_url)
    return browser.visit(slack.consent(browser.visit_install_page().button_url, place))


def ask_for_debrief(bot: BotProcess, workspace: str, trigger: str, **parts: str) -> str:
    """Type `/rupture` in *workspace*, and return the text of an answer that is not a form."""
    status, answer = clinic_browser.post_command(
        bot.base_url, workspace, "/rupture", trigger, **parts
    )
    assert status == 200
    return str(answer.get("text", ""))


def read_suspension(bot: BotProcess, workspace: str) -> str:
    """Return why a workspace is suspended, ``""`` if it is not."""
    with closing(sqlite3.connect(bot.database_file)) as connection:
        row = connection.execute(
            "select suspended from workspace where id = ?", [f"slack:{workspace}"]
        ).fetchone()
    return str(row[0]) if row else ""

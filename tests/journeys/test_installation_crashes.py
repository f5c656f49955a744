"""The bot is killed in the middle of an installation, and of the renewal of a token."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress

from tests.journeys.botprocess import BotProcess
from tests.journeys.clinic_browser import ClinicBrowser
from tests.journeys.installable_slack import InstallableSlack
from tests.journeys.installing import NORTH, ask_for_debrief, bot, install, read_suspension, slack

__all__ = ["bot", "slack"]

LATE_SECONDS = 5.0
"""Seconds after which Slack answers: the process is dead by then."""


def kill_during(bot: BotProcess, act: Callable[[], object], has_begun: Callable[[], bool]) -> None:
    """Kill the bot once what *act* starts has begun, and start it again."""

    def act_on_dying_bot() -> None:
        with suppress(OSError, AssertionError):
            act()

    thread = threading.Thread(target=act_on_dying_bot)
    thread.start()
    deadline = time.monotonic() + 20
    while not has_begun():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    bot.kill()
    thread.join(timeout=40)
    bot.start()


def test_an_installation_that_a_crash_ended_can_be_repeated(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """Nothing is installed by half: the link says that it was used, and a new one installs."""
    browser = ClinicBrowser(bot.base_url)
    return_url = slack.consent(browser.visit_install_page().button_url, NORTH)
    slack.exchange_seconds = LATE_SECONDS
    kill_during(bot, lambda: browser.visit(return_url), lambda: slack.is_code_exchanged(return_url))
    slack.exchange_seconds = 0.0
    refusal = ask_for_debrief(bot, NORTH, "1.1")
    repeated = browser.visit(return_url)
    installed = install(slack, bot, NORTH)
    ask_for_debrief(bot, NORTH, "2.1")

    assert "not installed here" in refusal
    assert repeated.title == "This link has been used already"
    assert installed.title == "Attune is installed"
    assert [use.arguments["trigger_id"] for use in slack.wait_for_uses("views.open", 1)] == ["2.1"]


def test_a_renewal_that_a_crash_ended_stops_nothing_before_the_expiry(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """The new pair is lost with the process; the token in force serves until it expires."""
    slack.rotates, slack.token_seconds = True, 3600
    install(slack, bot, NORTH)
    (first_token,) = slack.places_by_token
    slack.renewal_seconds = LATE_SECONDS
    kill_during(bot, lambda: ask_for_debrief(bot, NORTH, "1.1"), lambda: slack.renewals == [NORTH])
    ask_for_debrief(bot, NORTH, "2.1")
    uses = slack.wait_for_uses("views.open", 1)

    assert [(use.arguments["trigger_id"], use.token) for use in uses] == [("2.1", first_token)]


def test_a_start_takes_back_a_mark_whose_check_a_crash_ended(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """A late event marks a workspace; the process dies before it has checked the token."""
    install(slack, bot, NORTH)
    bot.kill()
    with closing(sqlite3.connect(bot.database_file)) as connection, connection:
        connection.execute(
            "insert or replace into workspace (id, suspended, uninstalled) values (?, ?, ?)",
            [f"slack:{NORTH}", "app_uninstalled", int(time.time())],
        )
    assert read_suspension(bot, NORTH) == "app_uninstalled"
    bot.start()
    deadline = time.monotonic() + 20
    while read_suspension(bot, NORTH):
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""The log says once what is served, and each change of the health of the whole."""

import asyncio
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.admin.health_monitor import HealthMonitor
from tests.admin.monitored import Seconds, open_idle_bot

SECRET = SecretStr("0badc0de" * 4)


def list_log(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, object]]]:
    """Return level and fields of the lines about health."""
    names = ("cause", "state", "served", "products", "database", "teams")
    return [
        (record.levelname, {n: vars(record)[n] for n in names if n in vars(record)})
        for record in caplog.records
        if record.name == "attune.health"
    ]


async def test_start_says_once_what_is_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line at INFO: products, kind of the database, number of teams."""
    async with open_idle_bot(tmp_path, slack_signing_secret=SECRET) as (bot, _):
        await bot.run_duties_and_deliver()
        monitor = HealthMonitor(bot.context, bot.chat_adapters)
        caplog.clear()
        caplog.set_level(logging.INFO, "attune.health")
        task = asyncio.create_task(monitor.run_forever())
        while not list_log(caplog):  # noqa: ASYNC110 - the log has no event
            await asyncio.sleep(0.05)
        task.cancel()

    facts = {"served": True, "products": "slack", "database": "sqlite", "teams": 1}
    assert list_log(caplog) == [("INFO", facts)]


async def test_each_change_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A fault that lasts is one line when it begins and one when it ends."""
    async with open_idle_bot(tmp_path, slack_signing_secret=SECRET) as (bot, api):
        await bot.run_duties_and_deliver()
        seconds = Seconds()
        monitor = HealthMonitor(bot.context, bot.chat_adapters, monotonic=seconds)
        caplog.clear()
        caplog.set_level(logging.INFO, "attune.health")
        api.plan_error("auth.test", "invalid_auth")
        for _ in range(3):
            await monitor.refresh()
            seconds.seconds += 15
        del api.planned_answers["auth.test"]
        for _ in range(3):
            await monitor.refresh()
            seconds.seconds += 15

    assert list_log(caplog) == [
        ("WARNING", {"cause": "token"}),
        ("INFO", {"cause": "token", "state": "ended"}),
    ]
    assert all("remedy" in vars(r) for r in caplog.records if r.levelname == "WARNING")

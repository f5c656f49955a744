"""Health of the whole application, as `/readyz` and `/servez` report it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.admin.health_monitor import HealthMonitor
from bot.app import Bot
from bot.clock import Clock
from bot.settings import Settings
from bot.store.keys.folder_key_store import FolderKeyStore
from tests.chat import asgi
from tests.key_folders import list_period_keys
from tests.sample_team import set_up_team


def build_settings(tmp_path: Path) -> Settings:
    """Settings of a bot in *tmp_path*."""
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{tmp_path}/attune.sqlite"),
        keys=SecretStr(str(tmp_path / "keys")),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
        slack_signing_secret=SecretStr("0badc0de" * 4),
    )


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Bot]:
    """A process that receives requests, with open periods, and figures that are not cached."""
    bot = Bot(build_settings(tmp_path), Clock(), receives=True, runs_ticker=False)
    bot.context.store.migrate()
    bot.health_monitor = HealthMonitor(bot.context, bot.chat_adapters, cache_seconds=0)
    await set_up_team(bot.context)
    await bot.run_duties_and_deliver()
    yield bot
    await bot.context.store.close()


async def fetch_faults(web: Bot) -> tuple[int, int, list[str]]:
    """Return the status of `/readyz` and of `/servez`, and the latter's faults."""
    readiness = await asgi.send_request(web.asgi, "GET", "/readyz")
    service = await asgi.send_request(web.asgi, "GET", "/servez")
    return readiness.status, service.status, service.json["faults"]


async def test_process_with_its_keys_serves_people(web: Bot) -> None:
    """Database, schema, key store and a tick are there, and no key is lost."""
    assert await fetch_faults(web) == (200, 200, [])


async def test_lost_key_is_a_fault_of_the_whole(web: Bot) -> None:
    """The process answers people without the key of a period."""
    for stored_key in list_period_keys(web.context.store):
        web.context.store.key_store.delete(stored_key)

    assert await fetch_faults(web) == (200, 503, ["keys"])
    assert (await web.check_deployment())["lost_keys"] == 1


async def test_missing_key_folder_is_a_fault_of_the_whole(web: Bot) -> None:
    """Until the volume is mounted again every form is answered, with "busy"."""
    assert isinstance(web.context.store.key_store, FolderKeyStore)
    folder = web.context.store.key_store.folder
    away = folder.rename(folder.with_suffix(".away"))

    assert await fetch_faults(web) == (200, 503, ["keys"])
    away.rename(folder)
    assert await fetch_faults(web) == (200, 200, [])


async def test_process_without_endpoint_of_people_serves_its_health(tmp_path: Path) -> None:
    """A worker has the four endpoints of monitoring, and none that a product could call."""
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{tmp_path}/attune.sqlite"),
        keys=SecretStr(str(tmp_path / "keys")),
        slack_signing_secret=SecretStr("0badc0de" * 4),
    )
    worker = Bot(settings, Clock(), receives=False, runs_ticker=True)
    worker.context.store.migrate()

    statuses = {
        path: (await asgi.send_request(worker.asgi, "GET", path)).status
        for path in ("/healthz", "/readyz", "/servez", "/metrics", "/slack/events")
    }

    assert statuses == {
        "/healthz": 200,
        "/readyz": 200,
        "/servez": 503,
        "/metrics": 200,
        "/slack/events": 404,
    }
    await worker.context.store.close()


class CountingWorker:
    """A delivery worker that sends nothing and counts how often it is woken."""

    start_count = 0

    async def trigger_sending(self) -> None:
        """Count the wake-up."""
        self.start_count += 1

    def begin_stop(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""


async def run_other_tasks() -> None:
    """Let the other tasks run until each waits for something."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_wake_up_before_the_first_tick_sends_nothing(tmp_path: Path) -> None:
    """A form wakes no worker of a process that has not looked for a restore of the database."""
    bot = Bot(build_settings(tmp_path), Clock(), receives=True, runs_ticker=True)
    bot.context.store.migrate()
    worker = bot.delivery_worker = CountingWorker()
    loop_task = asyncio.create_task(bot._deliver_on_wakeup())
    bot._delivery_wakeup.set()
    await run_other_tasks()
    assert worker.start_count == 0

    await bot._on_tick()
    await run_other_tasks()
    assert worker.start_count == 1
    loop_task.cancel()
    await bot.context.store.close()

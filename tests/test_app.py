"""Readiness of the whole application, as `/readyz` reports it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.admin.metrics import Metrics
from bot.app import Bot
from bot.clock import Clock
from bot.settings import Settings
from bot.store.keys.folder_key_store import FolderKeyStore
from tests.key_folders import list_period_keys
from tests.sample_team import set_up_team


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Bot]:
    """A process that receives requests, with open periods, and figures that are not cached."""
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{tmp_path}/attune.sqlite"),
        keys=SecretStr(str(tmp_path / "keys")),
        pepper=SecretStr("made-up-pepper-of-more-than-32-characters"),
    )
    bot = Bot(settings, Clock(), receives=True, runs_ticker=False)
    bot.context.store.migrate()
    bot.delivery_metrics = Metrics(bot.context, cache_seconds=0)
    await set_up_team(bot.context)
    yield bot
    await bot.context.store.close()


async def read_readiness(web: Bot) -> tuple[bool, bool, int]:
    """Return whether the process is ready and has its keys, and how many of them are lost."""
    readiness = await web.check_readiness()
    return readiness["ready"], readiness["keys"], readiness["lost_keys"]


async def test_process_with_its_keys_is_ready(web: Bot) -> None:
    """Database, schema and key store are there, and no key is lost."""
    assert await read_readiness(web) == (True, True, 0)


async def test_lost_key_is_reported_and_changes_no_readiness(web: Bot) -> None:
    """Everything else goes on without the key of a period."""
    for stored_key in list_period_keys(web.context.store):
        web.context.store.key_store.delete(stored_key)

    assert await read_readiness(web) == (True, True, 1)


async def test_process_without_its_key_folder_is_not_ready(web: Bot) -> None:
    """Until the volume is mounted again no form can be answered."""
    assert isinstance(web.context.store.key_store, FolderKeyStore)
    folder = web.context.store.key_store.folder
    away = folder.rename(folder.with_suffix(".away"))

    assert await read_readiness(web) == (False, False, 0)
    away.rename(folder)
    assert await read_readiness(web) == (True, True, 0)

"""Persistence of rotated Slack tokens."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.chat.slack import TokenPair
from bot.settings import Settings
from bot.slack_token_store import SlackTokenStore, build_token_rotator
from bot.store.store import Store
from tests.doubles import PEPPERS

PAIR = TokenPair("xoxe.xoxb-new", "xoxe-1-new", 2_000_000_000)


async def test_saved_pair_is_loaded_until_the_refresh_token_changes(
    tmp_path: Path,
) -> None:
    """After a reinstallation the pair that descends from the previous token is not loaded."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", PEPPERS)
    store.migrate()
    await SlackTokenStore(store, "xoxe-1-first").save(PAIR)

    assert await SlackTokenStore(store, "xoxe-1-first").load() == PAIR
    assert await SlackTokenStore(store, "xoxe-1-second").load() is None
    await store.close()


@pytest.mark.parametrize("refresh", [None, "xoxe-1-first"])
async def test_only_an_expiring_token_is_rotated(tmp_path: Path, refresh: str | None) -> None:
    """A token without a refresh token has no rotator."""
    store = Store.open(f"sqlite:///{tmp_path}/attune.sqlite", PEPPERS)
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr("xoxe.xoxb-first"),
        slack_refresh_token=SecretStr(refresh) if refresh else None,
        slack_client_id="1.2",
        slack_client_secret=SecretStr("shh"),
    )

    assert (build_token_rotator(settings, store) is not None) == (refresh is not None)
    await store.close()

"""Persistence of rotated Slack tokens."""

from pathlib import Path

from bot.chat.slack import TokenPair
from bot.slack_token_store import SlackTokenStore
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS
from tests.key_folders import open_test_store

PAIR = TokenPair("xoxe.xoxb-new", "xoxe-1-new", 2_000_000_000)


async def test_saved_pair_is_loaded_until_the_refresh_token_changes(
    tmp_path: Path,
) -> None:
    """After a reinstallation the pair that descends from the previous token is not loaded."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", PEPPERS)
    await SlackTokenStore(store, "xoxe-1-first").save(PAIR)

    assert await SlackTokenStore(store, "xoxe-1-first").load() == PAIR
    assert await SlackTokenStore(store, "xoxe-1-second").load() is None
    await store.close()

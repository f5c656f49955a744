"""Rotations as actions of a process that is killed."""

from pathlib import Path

from sqlalchemy import event

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.open_key_store import resolve_peppers
from bot.store.pepper_source import PepperSource
from bot.store.store import Store
from bot.workflows.secret_rotation import rotate_installation_key, rotate_pepper
from tests.schedules.crash_steps import StepCounter
from tests.store.sample_counts import NOW

NORTH = "slack:T0NORTH"


def open_generated(folder: Path, counter: StepCounter | None = None) -> Store:
    """Open the store in *folder* with its generated pepper; with a counter its steps are counted.

    Opening is no part of them.
    """
    keys = folder / "keys"
    peppers = resolve_peppers((), FolderKeyStore(keys))
    key_store = FolderKeyStore(keys, counter.synchronize) if counter else FolderKeyStore(keys)
    source = PepperSource(peppers, key_store)
    store = Store.open(f"sqlite:///{folder}/attune.sqlite", source, key_store)
    if counter:
        for name in ("before_cursor_execute", "commit"):
            event.listen(store._engines.writer, name, counter.count_step)
    return store


async def rotate_generated(store: Store) -> None:
    """Replace the generated pepper."""
    _, counts = await rotate_pepper(store, NOW, is_configured=False, destruction_delay_seconds=0)
    assert not counts.outdated_count


async def rotate_north(store: Store) -> None:
    """Replace the key of one of the installations."""
    assert await rotate_installation_key(store, NORTH, NOW, destruction_delay_seconds=0)

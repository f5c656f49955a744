"""The state of a store that many tests begin with: it is prepared once in a test process."""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from bot.context import Context
from bot.store.store import Store


@dataclass(frozen=True)
class FirstStates:
    """Where the first state of a store is copied from: its folder, an empty database, templates."""

    folder: Path
    empty_database: Path
    templates: Path

    def is_empty(self) -> bool:
        """Return whether the store has the bytes of the empty database, no log and no key."""
        database = self.folder / "attune.sqlite"
        log, keys = database.with_name("attune.sqlite-wal"), database.with_suffix(".keys")
        has_log = log.exists() and log.stat().st_size > 0
        has_keys = keys.exists() and any(keys.iterdir())
        return not (has_log or has_keys) and _have_same_bytes(database, self.empty_database)


_FIRST_STATES: WeakKeyDictionary[Store, FirstStates] = WeakKeyDictionary()
"""The stores of tests that begin with the same states as other tests, and need no keys of their
own."""


def share_first_states(store: Store, first_states: FirstStates) -> None:
    """Let :func:`prepare_first_state` copy the states that *store* begins with."""
    _FIRST_STATES[store] = first_states


async def prepare_first_state(
    context: Context, name: str, prepare: Callable[[Context], Awaitable[None]]
) -> None:
    """Bring the store of *context* to the state *name*: by a copy, if it is empty and shared."""
    first_states = _FIRST_STATES.get(context.store)
    if first_states is None or not first_states.is_empty():
        await prepare(context)
    else:
        template = first_states.templates / name
        await prepare_store(context, first_states.folder, template, prepare)


async def prepare_store(
    context: Context, folder: Path, template: Path, prepare: Callable[[Context], Awaitable[None]]
) -> Context:
    """Bring the empty store of *context*, with its files in *folder*, to a state, and return it.

    The first call executes *prepare* and copies the files, keys included, to *template*; later ones
    copy them from there, which takes a tenth of the time.
    """
    if _copy_files(template, folder):
        return context
    await prepare(context)
    await context.store.checkpoint()
    _copy_files(folder, template)
    return context


def _have_same_bytes(first: Path, second: Path) -> bool:
    return first.stat().st_size == second.stat().st_size and (
        first.read_bytes() == second.read_bytes()
    )


def _copy_files(source: Path, target: Path) -> bool:
    """Copy the content of the database and the keys; return whether there are any in *source*.

    The file of the database remains, which an open store has checked to be its own.
    """
    if not source.exists():
        return False
    target.mkdir(exist_ok=True)
    paths = [folder / "attune.sqlite" for folder in (source, target)]
    with closing(sqlite3.connect(paths[0])) as origin, closing(sqlite3.connect(paths[1])) as copy:
        origin.backup(copy)
    shutil.copytree(source / "attune.keys", target / "attune.keys", dirs_exist_ok=True)
    return True

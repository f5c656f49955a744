"""The state of a store that many tests begin with: it is prepared once in a test process."""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from bot.context import Context


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

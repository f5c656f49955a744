"""A context on an empty database of its own, for each example of a property test."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.content import catalogue
from bot.context import Context
from bot.outlet import Outlet
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS, FakeClock
from tests.key_folders import open_test_store


@contextmanager
def open_context(
    clock: FakeClock, outlet: Outlet | None = None
) -> Iterator[tuple[Context, asyncio.Runner, Path]]:
    """Open a context with *outlet* as its Slack, if any, with a loop and a folder."""
    with TemporaryDirectory(prefix="attune-example-") as name, asyncio.Runner() as runner:
        folder = Path(name)
        copy_empty_database(folder)
        store = open_test_store(f"sqlite:///{folder / 'attune.sqlite'}", PEPPERS)
        outlets = {"slack": outlet} if outlet else {}
        try:
            yield Context(store, catalogue.load_catalogue(), clock, outlets), runner, folder
        finally:
            runner.run(store.close())

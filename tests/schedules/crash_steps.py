"""Kill a process at any step of opening, filing, closing, and creating or removing a key.

A step is a statement or a commit of the database's writer, or a synchronization of the key folder.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import event

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person, Request
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.form_submission import FormContext, submit_form
from schedules import close_periods, reseal_records
from tests.killed_processes import get_fork_context

CODES = {"form": "away", "status": "touched"}
KILLED = 9
"""Exit code of a process that reached its step."""

Action = Callable[[Store], Coroutine[Any, Any, None]]


OpenStore = Callable[[Path, "StepCounter"], Store]
"""Opens the store in a folder and counts its steps."""


class StepCounter:
    """Counts steps and ends the process at one of them, without any cleanup."""

    def __init__(self, last_step: int) -> None:
        """End the process at *last_step*, counted from 1."""
        self._remaining = last_step

    def count_step(self, *_: object) -> None:
        """Count a step; at the last one the process ends at once."""
        self._remaining -= 1
        if not self._remaining:
            os._exit(KILLED)

    def synchronize(self, descriptor: int) -> None:
        """Count a step before and one after the synchronization of a file or folder."""
        self.count_step()
        os.fsync(descriptor)
        self.count_step()


def open_store(folder: Path, counter: StepCounter | None = None) -> Store:
    """Open the store in *folder*; with a counter its steps are counted."""
    url, keys = f"sqlite:///{folder}/attune.sqlite", folder / "keys"
    if counter is None:
        return Store.open(url, (b"p" * 32,), FolderKeyStore(keys))
    store = Store.open(url, (b"p" * 32,), FolderKeyStore(keys, counter.synchronize))
    for name in ("before_cursor_execute", "commit"):
        event.listen(store._engines.writer, name, counter.count_step)
    return store


async def run_duty(store: Store, now: datetime, batch_size: int = 20) -> None:
    """Run the duty that closes and opens periods, which needs no catalogue."""
    context = Context(store, cast("Catalogue", None), lambda: now, {})
    await close_periods.run(context, batch_size=batch_size)


async def cover_teams(store: Store, now: datetime) -> None:
    """Run the complete pass, one team per transaction."""
    await reseal_records.run(Context(store, cast("Catalogue", None), lambda: now, {}), batch_size=1)


async def submit_debrief(store: Store, person: Person, now: datetime) -> None:
    """Submit a debrief, always with the same idempotency key of this person."""
    request = Request(person, "debrief", f"only request of {person.id}")

    def file_once(repos: Repositories, form: FormContext) -> None:
        if form.is_first:
            assert repos.ledger.file_debrief(form.contributor, CODES).withdrawable_until

    await store.across_workspaces.write(
        lambda repos: submit_form(repos, request, now, lambda form: file_once(repos, form))
    )


def run_in_process(
    folder: Path, action: Action, last_step: int, opener: OpenStore = open_store
) -> bool:
    """Run *action* in a process that ends at *last_step*; return whether it came that far.

    *opener* opens the store whose steps are counted.
    """
    process = get_fork_context().Process(
        target=_run_action, args=(folder, action, last_step, opener)
    )
    process.start()
    process.join()
    assert process.exitcode in {0, KILLED}
    return process.exitcode == KILLED


def _run_action(folder: Path, action: Action, last_step: int, opener: OpenStore) -> None:
    store = opener(folder, StepCounter(last_step))
    asyncio.run(action(store))
    os._exit(0)

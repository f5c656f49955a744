"""The server that forks processes to be killed: it has imported what they execute.

A test process has one such server, started with the first of them, whichever test that is of.
"""

import multiprocessing
from multiprocessing.context import ForkServerContext

_PRELOADED = (
    "tests.schedules.crash_steps",
    "tests.schedules.test_purge_crashes",
    "tests.store.keys.test_folder_crashes",
    "tests.store.keys.test_key_store",
    "tests.store.test_durability",
)
"""Modules that each process would import anew otherwise, which takes five times as long as it."""


def get_fork_context() -> ForkServerContext:
    """Return the context whose processes are forks of that server."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    return context

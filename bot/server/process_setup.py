"""Settings of the process itself, made once everything is loaded."""

import gc
from contextlib import suppress


def prepare_process() -> None:
    """Exclude what is loaded from garbage collections, and allow as many files as possible.

    The catalogues and libraries are never freed, yet scanning them paused the event loop for
    an eighth of a second every few seconds while messages were sent and requests handled. No
    collection precedes: it would find next to nothing, and delay the start as long.
    """
    gc.freeze()
    _raise_file_limit()


def _raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one, for a burst of connections.

    The system closes evicted connections later than it accepts new ones. Systems without such
    limits, and those that refuse the change, keep theirs.
    """
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - does not exist on Windows

        _soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))

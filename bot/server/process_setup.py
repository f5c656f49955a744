"""Settings of the process: garbage collection and the limit of open files, after all imports."""

import gc
from contextlib import suppress


def prepare_process() -> None:
    """Exclude the loaded objects from garbage collection, and raise the limit of open files.

    Catalogues and libraries are never freed, yet scanning them blocked the event loop for an eighth
    of a second every few seconds while messages were sent and requests handled. No collection
    precedes: it would free next to nothing, and delay the start by the same time.
    """
    gc.freeze()
    _raise_file_limit()


def _raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one, for a burst of connections.

    The operating system closes evicted connections later than it accepts new ones. Without such
    limits, or if the change is refused, nothing changes.
    """
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - does not exist on Windows

        _soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))

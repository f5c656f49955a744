"""Probe of whether the database can be written: a row that nothing reads, committed to disk."""

from datetime import datetime

from bot.store.store import Store

PROBE_TIMEOUT_SECONDS = 5.0
"""Timeout of the write in seconds; a form waits two for other writers, a scrape of metrics ten."""


async def can_write(
    store: Store, now: datetime, timeout_seconds: float = PROBE_TIMEOUT_SECONDS
) -> bool:
    """Return whether a transaction can be committed: the disk has room and no lock outlasts it.

    A rolled back transaction would prove nothing, as a full disk shows at the commit. Raises
    nothing.
    """
    try:
        await store.across_workspaces.write(
            lambda repos: repos.duty_runs.record_write_probe(now),
            timeout_seconds=timeout_seconds,
        )
    except Exception:  # noqa: BLE001 - each driver has its own errors, and each means the same
        return False
    return True

"""Intervals and timeouts of workers that share one queue."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerTimings:
    """Intervals, grace period and timeout of a shared worker, in seconds.

    The defaults are production's.
    """

    lease_check_seconds: float = 5.0
    """Interval of the heartbeat that renews the worker's lease and scans for orphaned workflows."""

    orphan_grace_seconds: float = 30.0
    """Seconds without a lease after which a worker's workflows are resumed by the others.

    Several heartbeats: in an outage of PostgreSQL all workers lose their lease at once, and a
    worker that took the others for crashed would resume workflows that are still running.
    """

    enqueue_interval_seconds: float = 60.0
    """Interval in which a workspace is enqueued once; its number is part of the workflow's id."""

    queue_poll_seconds: float = 1.0
    """Interval between two polls of the queue."""

    shutdown_timeout_seconds: int = 6
    """Timeout for the workflows in flight at a shutdown, of the ten seconds that it may take."""

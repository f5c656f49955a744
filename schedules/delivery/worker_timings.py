"""Timings of the shared workers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerTimings:
    """Intervals, grace period and timeout of a shared worker, each in seconds."""

    lease_check_seconds: float
    """Between two renewals of the own lease and checks for orphaned workflows."""

    orphan_grace_seconds: float
    """How long a worker has to be missing before others resume its workflows.

    Many checks long: in an outage of PostgreSQL all workers lose their lease at once, and a
    worker that took the others for dead at that moment would resume workflows that are still
    running.
    """

    enqueue_interval_seconds: float
    """The interval in which a workspace is enqueued once, however many workers tick."""

    queue_poll_seconds: float
    """Between two polls of the queue."""

    shutdown_timeout_seconds: int
    """How long a stopping worker waits for the messages in flight."""

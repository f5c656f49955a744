"""Timings of the shared workers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerTimings:
    """Intervals, grace period and timeout of a shared worker, in seconds.

    The defaults are production's.
    """

    lease_check_seconds: float = 5.0
    """Between two renewals of the own lease and checks for orphaned workflows."""

    orphan_grace_seconds: float = 30.0
    """How long a worker has to be missing before others resume its workflows.

    Many checks long: in an outage of PostgreSQL all workers lose their lease at once, and a
    worker that took the others for dead at that moment would resume workflows that are still
    running.
    """

    enqueue_interval_seconds: float = 60.0
    """The interval in which a workspace is enqueued once, however many workers tick."""

    queue_poll_seconds: float = 1.0
    """Between two polls of the queue."""

    shutdown_timeout_seconds: int = 6
    """How long a stopping worker waits for the messages in flight, of its ten seconds."""

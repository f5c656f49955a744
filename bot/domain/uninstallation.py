"""When a workspace that uninstalled the app is purged: all of its rows and keys are deleted."""

from datetime import datetime, timedelta

from bot.domain.reachability import SuspensionKind, classify_suspension

PURGE_GRACE = timedelta(hours=24)
"""Time after an uninstallation for which everything stays, so that a mistake can be undone."""

_FINAL_REFUSALS = frozenset({"account_inactive", "token_revoked"})
"""Error codes of a bot token's calls that mean, by Slack's documentation, that the app is removed.

Neither ``invalid_auth``, which also follows from a wrong setting or an IP address, nor any code of
the Bot Connector says so: an unknown state is not a permanent one.
https://docs.slack.dev/reference/methods/auth.test#errors
"""


def proves_uninstallation(reason: str) -> bool:
    """Return whether a suspension for *reason* means that the app was removed."""
    is_reported = classify_suspension(reason) is SuspensionKind.UNINSTALLED
    return is_reported or reason in _FINAL_REFUSALS


def find_purge_time(reason: str, uninstalled_at: datetime | None) -> datetime | None:
    """Return when a workspace is purged; ``None`` for one that is not going to be.

    *reason* is that of its present suspension, ``""`` for none, and *uninstalled_at* the first
    proof of its uninstallation, which ends with the suspension.
    """
    return uninstalled_at + PURGE_GRACE if reason and uninstalled_at else None


def is_purge_due(reason: str, uninstalled_at: datetime | None, now: datetime) -> bool:
    """Return whether a workspace is purged at *now*; see :func:`find_purge_time`.

    A purge that has begun goes on, also where the clock was set back.
    """
    if classify_suspension(reason) is SuspensionKind.PURGING:
        return True
    purge_time = find_purge_time(reason, uninstalled_at)
    return purge_time is not None and purge_time <= now

"""When a workspace that uninstalled the app is purged: all of its rows and keys are deleted."""

from datetime import datetime, timedelta
from enum import Enum

from bot.domain.reachability import Evidence, SuspensionKind, classify_suspension, may_resume
from bot.outlet import InstallationStatus

PURGE_GRACE = timedelta(hours=24)
"""Time after an uninstallation for which everything stays, so that a mistake can be undone."""

_FINAL_REFUSALS = frozenset({"account_inactive", "token_revoked"})
"""Error codes of a bot token's calls that mean, by Slack's documentation, that the app is removed.

Neither ``invalid_auth``, which also follows from a wrong setting or an IP address, nor any code of
the Bot Connector says so: an unknown state is not a permanent one.
https://docs.slack.dev/reference/methods/auth.test#errors
"""


_ACCESS_REFUSAL = "team_access_not_granted"
"""The error code after an organisation took the app out of one workspace; its token still works."""


class PurgeDecision(Enum):
    """What becomes of a workspace whose purge is due and has not begun."""

    BEGIN = "begin"
    RESUME = "resume"
    """The app is installed: the events were late ones, or a later installation went unnoticed."""
    WAIT = "wait"
    """Nothing proves that the app is removed now; the product is asked again."""


def proves_uninstallation(reason: str, *, is_own_token: bool) -> bool:
    """Return whether a suspension for *reason* means that the app was removed.

    A refused call means it only where the token is the workspace's own (*is_own_token*), from an
    installation by the link. The one token of the settings is also refused when an operator has
    revoked it, and then for every workspace.
    """
    is_reported = classify_suspension(reason) is SuspensionKind.UNINSTALLED
    is_refused = ends_token(reason) or reason == _ACCESS_REFUSAL
    return is_reported or (is_own_token and is_refused)


def ends_token(reason: str) -> bool:
    """Return whether a call that was refused for *reason* had a token that is revoked for good."""
    return reason in _FINAL_REFUSALS


def disproves_uninstallation(reason: str, evidence: Evidence) -> bool:
    """Return whether *evidence* from a workspace suspended for *reason* ends an earlier proof.

    A call that succeeds and an installation do. A restart and a payload end the suspension alone:
    nobody has used the token yet, so the time goes on from the first proof if it is refused again.
    """
    is_accepted = evidence in {Evidence.PROBE, Evidence.INSTALLATION}
    return is_accepted and (not reason or may_resume(reason, evidence))


def decide_purge(reason: str, status: InstallationStatus) -> PurgeDecision:
    """Return whether the purge of a workspace suspended for *reason* begins, now that it is due.

    *status* is the product's present answer. With a token that says nothing about this workspace,
    such as that of another one after a move of the deployment, the event of the uninstallation is
    the proof, and a refused call is none.
    """
    if status is InstallationStatus.INSTALLED:
        return PurgeDecision.RESUME
    is_reported = classify_suspension(reason) is SuspensionKind.UNINSTALLED
    is_removed = status is InstallationStatus.REMOVED or (
        status is InstallationStatus.UNPROVEN and is_reported
    )
    return PurgeDecision.BEGIN if is_removed else PurgeDecision.WAIT


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

"""Which reasons end messages to a person or a workspace, and which evidence resumes them."""

from enum import Enum

from bot.affiliation import Affiliation

DEACTIVATED = "deactivated"
"""The unreachable reason of a closed account, whatever reported it."""

EXTERNAL = "external"
"""The unreachable reason of a person who now acts from another organisation.

They are refused the form in which a check-in is answered, so they are sent none.
"""

_DEACTIVATION_CODES = frozenset(
    {
        DEACTIVATED,
        "account_inactive",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
"""Error codes of a send that mean what a deactivated profile means: there is no open account.

The profile request of the same person fails with the same codes, or returns a closed account.
"""

_UNINSTALL_REASONS = frozenset({"app_uninstalled", "tokens_revoked", "team_access_revoked"})
"""Suspension reasons that report an uninstallation, each an event of Slack.

Slack sends the first two in any order. The last bot token is revoked by an uninstallation alone.
The third is about one workspace of an organisation, whose token goes on to work.
"""

PURGING = "purging"
"""The suspension reason of a workspace whose rows and keys are being deleted."""


class SuspensionKind(Enum):
    """Kind of a workspace's suspension; it decides which evidence resumes the workspace."""

    UNINSTALLED = "uninstalled"
    """The app was removed from the workspace."""
    REFUSED = "refused"
    """A call was refused for the whole workspace, for any reason."""
    PURGING = "purging"
    """Its rows are being deleted; nothing resumes it, and it has no row when that is done."""


class Evidence(Enum):
    """Evidence that a suspended workspace accepts messages again."""

    PAYLOAD = "payload"
    """The workspace sent an authentic payload, which may be a late or retried one."""
    PROBE = "probe"
    """A call that posts nothing succeeded."""
    RESTART = "restart"
    """The process started, perhaps with other credentials."""
    INSTALLATION = "installation"
    """The app was installed anew."""


def classify_suspension(reason: str) -> SuspensionKind:
    """Return the kind of a suspension with the stored *reason*."""
    if reason == PURGING:
        return SuspensionKind.PURGING
    is_uninstalled = reason in _UNINSTALL_REASONS
    return SuspensionKind.UNINSTALLED if is_uninstalled else SuspensionKind.REFUSED


def may_resume(reason: str, evidence: Evidence) -> bool:
    """Return whether *evidence* ends a suspension with *reason*; ``""`` is no suspension.

    Only a new installation ends the suspension of an uninstalled workspace: the signing secret
    stays valid after an uninstallation, so a payload proves nothing. Nothing ends that of a
    workspace whose rows are being deleted.
    """
    kind = classify_suspension(reason)
    if not reason or kind is SuspensionKind.PURGING:
        return False
    return evidence is Evidence.INSTALLATION or kind is SuspensionKind.REFUSED


def merge_suspension_reasons(current: str, reported: str) -> str:
    """Return the reason to store when *reported* arrives at a workspace suspended for *current*.

    The first reason stays, except that an uninstallation replaces a refusal: the refused send
    often precedes the event. ``""`` as *current* is no suspension.
    """
    is_upgrade = (
        classify_suspension(reported) is SuspensionKind.UNINSTALLED
        and classify_suspension(current) is SuspensionKind.REFUSED
    )
    return reported if is_upgrade or not current else current


def is_deactivated(reason: str) -> bool:
    """Return whether the unreachable *reason* of a person is that of a closed account."""
    return reason in _DEACTIVATION_CODES


def has_working_account(reason: str) -> bool:
    """Return whether a person unreachable for *reason* can be on a list; ``""`` is reachable.

    Closed accounts, accounts that are no person's, and those of another organisation cannot.
    """
    return reason != EXTERNAL and not is_deactivated(reason)


def unreachable_reason_after_request(current: str, affiliation: Affiliation) -> str:
    """Return the reason to store after a request of a person who is unreachable for *current*.

    A member's request proves that they are reachable. A person of another organisation stays
    unreachable, or becomes so, until they act as a member again. A request of unknown affiliation
    proves neither.
    """
    if affiliation is Affiliation.UNKNOWN:
        return current
    return "" if affiliation is Affiliation.MEMBER else current or EXTERNAL


def is_ended_by_activity(reason: str) -> bool:
    """Return whether an activity of unknown affiliation ends the unreachable *reason*."""
    return reason not in {"", EXTERNAL}


def merge_unreachable_reasons(current: str, reported: str) -> str:
    """Return the reason to store when *reported* arrives at a person unreachable for *current*.

    Every code of a closed account becomes :data:`DEACTIVATED`, which replaces any other reason,
    so that the order of an event, a refresh and a failed send does not matter. Otherwise the
    first reason stays. ``""`` as *current* is a reachable person.
    """
    if is_deactivated(reported) or is_deactivated(current):
        return DEACTIVATED
    return current or reported

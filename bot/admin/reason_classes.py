"""Classes of the reasons of deliveries: few enough for a metric, whatever a product answers."""

from bot.chat.msteams.outbound import error_table as teams_errors
from bot.chat.slack.outbound import error_table as slack_errors
from bot.domain.checkins.scheduling import REASON_LATE, Blocker

_BLOCKERS = frozenset(Blocker)


def classify_reason(reason: str) -> str:
    """Return the class of a delivery's *reason*; ``""`` without one.

    ``late``, ``time_off`` for a day without check-ins, the subject of a product's error code
    (``person``, ``chat``, ``request``, ``workspace``, ``passing``), ``other`` for all else.
    """
    if not reason or reason == REASON_LATE:
        return reason
    if reason in _BLOCKERS:
        return "time_off"
    subject = slack_errors.SUBJECT_BY_CODE.get(reason) or teams_errors.SUBJECT_BY_CODE.get(reason)
    return subject.value if subject else "other"

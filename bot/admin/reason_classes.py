"""Map the reasons of deliveries to few classes, which bounds the values of a metric's label."""

from bot.chat.msteams.outbound import error_table as teams_errors
from bot.chat.slack.outbound import error_table as slack_errors
from bot.domain.checkins.scheduling import REASON_LATE, Blocker

_BLOCKERS = frozenset(Blocker)


def classify_reason(reason: str) -> str:
    """Return the class of a delivery's *reason*: the metric's label ``reason_class``.

    ``""`` without a reason; ``late``; ``time_off`` for a day without check-ins; the subject of a
    product's error code (``person``, ``chat``, ``request``, ``workspace``, ``passing``), looked up
    in the error tables of both products; else the default ``other``.
    """
    if not reason or reason == REASON_LATE:
        return reason
    if reason in _BLOCKERS:
        return "time_off"
    subject = slack_errors.SUBJECT_BY_CODE.get(reason) or teams_errors.SUBJECT_BY_CODE.get(reason)
    return subject.value if subject else "other"

"""Results of probes, classified like those of messages."""

from bot.conversation import SendResult, SendStatus
from bot.outlet import ProbeResult, ProbeStatus

_STATUS_BY_SEND_STATUS = {
    SendStatus.RETRY_LATER: ProbeStatus.UNAVAILABLE,
    SendStatus.UNKNOWN: ProbeStatus.UNAVAILABLE,
    SendStatus.REJECTED_BY_WORKSPACE: ProbeStatus.REFUSED,
}


def build_probe_result(result: SendResult) -> ProbeResult:
    """Return the probe result for a call that a message's rules classify as *result*.

    A refusal that does not concern the whole workspace is a definite answer: the product is
    available, and the next message gets a definite result too.
    """
    status = _STATUS_BY_SEND_STATUS.get(result.status, ProbeStatus.AVAILABLE)
    return ProbeResult(status, result.reason, result.retry_after_seconds)

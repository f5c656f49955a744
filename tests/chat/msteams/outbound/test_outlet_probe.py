"""Probes of a tenant: requests that post nothing."""

import pytest

from bot.conversation import Address
from bot.outlet import ProbeStatus
from tests.chat.msteams.activities import CHANNEL_ID, CHAT_ID, MARIE
from tests.chat.msteams.microsoft import PlannedAnswer
from tests.chat.msteams.outbound.test_outlet import MARIE_ADDRESS, marie_route, record_service_url
from tests.chat.msteams.testbed import WORKSPACE, AdapterBench

PROBE_ANSWERS = {
    "": (PlannedAnswer(200, {"members": []}), ProbeStatus.AVAILABLE),
    "ConversationNotFound": (
        PlannedAnswer(404, {"error": {"code": "ConversationNotFound"}}),
        ProbeStatus.AVAILABLE,
    ),
    "http_502": (PlannedAnswer(502), ProbeStatus.UNAVAILABLE),
    "http_429": (PlannedAnswer(429, headers={"Retry-After": "7"}), ProbeStatus.UNAVAILABLE),
    "TenantNotAllowed": (
        PlannedAnswer(403, {"error": {"code": "TenantNotAllowed"}}),
        ProbeStatus.REFUSED,
    ),
}


@pytest.mark.parametrize(("reason", "answer"), PROBE_ANSWERS.items(), ids=PROBE_ANSWERS.keys())
async def test_a_probe_posts_nothing(
    bench: AdapterBench, reason: str, answer: tuple[PlannedAnswer, ProbeStatus]
) -> None:
    """A probe reads a page of the members of the chat, and its result is a status."""
    planned_answer, status = answer
    bench.ms.planned_answers["pagedMembers"] = [planned_answer]
    result = await bench.adapter.outlet.probe(Address(WORKSPACE, MARIE, route=marie_route(bench)))

    assert (result.status, result.reason) == (status, reason)
    assert [(call.method, call.path) for call in bench.ms.calls] == [
        ("GET", f"/v3/conversations/{CHAT_ID}/pagedMembers")
    ]


async def test_a_probe_of_a_channel_needs_no_route(bench: AdapterBench) -> None:
    """A suspended tenant is probed in a team's channel."""
    await record_service_url(bench)
    result = await bench.adapter.outlet.probe(Address(WORKSPACE, channel=CHANNEL_ID))

    assert result.status is ProbeStatus.AVAILABLE
    assert [call.method for call in bench.ms.calls] == ["GET"]


async def test_a_probe_without_a_conversation_creates_none(bench: AdapterBench) -> None:
    """For a person without a chat only the access token is requested."""
    await record_service_url(bench)
    result = await bench.adapter.outlet.probe(MARIE_ADDRESS)

    assert result.status is ProbeStatus.AVAILABLE
    assert bench.ms.calls == []

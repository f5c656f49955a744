"""Probes of a workspace: `auth.test`, which posts nothing."""

import pytest

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.outlet import ProbeResult, ProbeStatus
from tests.chat.slack.outbound.test_outlet import MARIE, outlet
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

__all__ = ["outlet"]

PROBE_ANSWERS = {
    "": (PlannedAnswer({"ok": True}), ProbeStatus.AVAILABLE),
    "method_deprecated": (
        PlannedAnswer({"ok": False, "error": "method_deprecated"}),
        ProbeStatus.AVAILABLE,
    ),
    "http_502": (PlannedAnswer("<html>", 502), ProbeStatus.UNAVAILABLE),
    "ServerDisconnectedError": (PlannedAnswer(drops_connection=True), ProbeStatus.UNAVAILABLE),
    "ratelimited": (
        PlannedAnswer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}),
        ProbeStatus.UNAVAILABLE,
    ),
    "token_revoked": (
        PlannedAnswer({"ok": False, "error": "token_revoked"}),
        ProbeStatus.REFUSED,
    ),
}


@pytest.mark.parametrize(("reason", "answer"), PROBE_ANSWERS.items(), ids=PROBE_ANSWERS.keys())
async def test_probe_posts_nothing(
    api: FakeWebApi, outlet: SlackOutlet, reason: str, answer: tuple[PlannedAnswer, ProbeStatus]
) -> None:
    """A probe is one call of auth.test with the workspace's token, and its result a status."""
    api.planned_answers["auth.test"], status = answer
    result = await outlet.probe(MARIE)

    assert (result.status, result.reason) == (status, reason)
    assert result.retry_after_seconds == (7 if reason == "ratelimited" else 0)
    assert [(call.method, call.token) for call in api.calls] == [("auth.test", "xoxb-slack:T1")]


async def test_probe_of_an_unreachable_product_asks_for_a_delay() -> None:
    """Without a connection the product is unavailable, and the reason says so."""

    async def get_token(_workspace: str) -> str:
        return "xoxb-1"

    api_client = ApiClient("http://127.0.0.1:9/api/", get_token)
    result = await SlackOutlet(api_client).probe(MARIE)
    await api_client.close()

    assert result == ProbeResult(ProbeStatus.UNAVAILABLE, "unreachable", 30.0)

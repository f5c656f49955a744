import pytest

from bot.conversation import ChatEvent, Profile
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

HERE, MARIE = f"slack:{payloads.TEAM}", payloads.MARIE


def changed(**user: object) -> payloads.Payload:
    """Return what Slack sends when a member's data change."""
    return payloads.build_event("user_change", user={"id": MARIE, **user})


TOLD = {
    "another zone": (
        changed(tz="America/Vancouver", locale="fr-CA"),
        ChatEvent("profile", HERE, MARIE, profile=Profile("fr-CA", "America/Vancouver")),
    ),
    "a closed account": (
        changed(deleted=True),
        ChatEvent("profile", HERE, MARIE, profile=Profile(is_person=False)),
    ),
    "an uninstall": (
        payloads.build_event("app_uninstalled"),
        ChatEvent("closed", HERE, reason="app_uninstalled"),
    ),
    "revoked tokens": (
        payloads.build_event("tokens_revoked", tokens={"bot": ["U0"]}),
        ChatEvent("closed", HERE, reason="tokens_revoked"),
    ),
}


@pytest.mark.parametrize(("payload", "news"), TOLD.values(), ids=TOLD.keys())
async def test_what_slack_tells_unasked_is_kept_before_it_is_acknowledged(
    bench: AdapterBench, payload: payloads.Payload, news: ChatEvent
) -> None:
    """A member who changed and a workspace that closed reach the house as news, and no call."""
    answer = await bench.send_payload(payload)

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.events == [news]
    assert bench.api.event_order == ["kept", "answered"]


async def test_news_that_cannot_be_kept_are_acknowledged_all_the_same(bench: AdapterBench) -> None:
    """Slack stops telling a bot that often fails; the next call finds out what was missed."""
    bench.handlers.replies["news"] = LookupError()

    assert (await bench.send_payload(changed(tz="UTC"))).status == 200


@pytest.mark.parametrize("user", [MARIE, None, []])
async def test_an_event_of_another_shape_is_no_news(bench: AdapterBench, user: object) -> None:
    """A change that does not say whose it is changes nothing."""
    assert (await bench.send_payload(payloads.build_event("user_change", user=user))).status == 200
    assert bench.handlers.events == []

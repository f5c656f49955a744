import pytest

from bot.conversation import ChatEvent, Person, Profile, ProfileChanged, WorkspaceDisconnected
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

WORKSPACE, MARIE = f"slack:{payloads.TEAM}", payloads.MARIE


def build_user_change(**user: object) -> payloads.Payload:
    """Return the payload of a changed user."""
    return payloads.build_event("user_change", user={"id": MARIE, **user})


CHAT_EVENTS = {
    "another zone": (
        build_user_change(tz="America/Vancouver", locale="fr-CA"),
        ProfileChanged(Person(WORKSPACE, MARIE), Profile("fr-CA", "America/Vancouver")),
    ),
    "a closed account": (
        build_user_change(deleted=True),
        ProfileChanged(Person(WORKSPACE, MARIE), Profile(is_person=False)),
    ),
    "an uninstall": (
        payloads.build_event("app_uninstalled"),
        WorkspaceDisconnected(WORKSPACE, "app_uninstalled"),
    ),
    "revoked tokens": (
        payloads.build_event("tokens_revoked", tokens={"bot": ["U0"]}),
        WorkspaceDisconnected(WORKSPACE, "tokens_revoked"),
    ),
}


@pytest.mark.parametrize(("payload", "event"), CHAT_EVENTS.values(), ids=CHAT_EVENTS.keys())
async def test_event_is_handled_before_it_is_acknowledged(
    bench: AdapterBench, payload: payloads.Payload, event: ChatEvent
) -> None:
    """A changed user and a closed workspace reach the event handler, without any API call."""
    response = await bench.send_payload(payload)

    assert (response.status, response.body) == (200, b"")
    assert bench.handlers.events == [event]
    assert bench.api.event_order == ["kept", "answered"]


async def test_failed_event_is_acknowledged(bench: AdapterBench) -> None:
    """Slack disables events of an app that often fails, so a failed one is acknowledged too."""
    bench.handlers.replies["news"] = LookupError()

    assert (await bench.send_payload(build_user_change(tz="UTC"))).status == 200


@pytest.mark.parametrize("user", [MARIE, None, []])
async def test_malformed_user_change_is_ignored(bench: AdapterBench, user: object) -> None:
    """A user change without a user object is ignored."""
    assert (await bench.send_payload(payloads.build_event("user_change", user=user))).status == 200
    assert bench.handlers.events == []

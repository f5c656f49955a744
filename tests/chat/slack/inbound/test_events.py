import pytest

from bot.conversation import (
    Address,
    AddressReachable,
    ChatEvent,
    OrganisationAccessChanged,
    PayloadReceived,
    Person,
    Profile,
    ProfileChanged,
    WorkspaceDisconnected,
)
from bot.errors import StoreBusyError
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

WORKSPACE, MARIE = f"slack:{payloads.TEAM}", payloads.MARIE


def build_user_change(**user: object) -> payloads.Payload:
    """Return the payload of a changed user."""
    return payloads.build_event("user_change", user={"id": MARIE, **user})


BOT_JOINED_CHANNEL = {
    **payloads.build_event("member_joined_channel", user="U0BOT", channel=payloads.CHANNEL),
    "authorizations": [{"team_id": payloads.TEAM, "user_id": "U0BOT", "is_bot": True}],
}

ACCESS_REVOKED = {
    **payloads.build_event("team_access_revoked", team_ids=["T0EAST", "E0OTHER", None, "T0WEST"]),
    "authorizations": [{"team_id": payloads.TEAM, "enterprise_id": "E0CLINICS"}],
}

CHAT_EVENTS = {
    "workspaces that an organisation took the app out of": (
        ACCESS_REVOKED,
        OrganisationAccessChanged(
            "slack:E0CLINICS", ("slack:T0EAST", "slack:T0WEST"), is_granted=False
        ),
    ),
    "the bot's return to a channel": (
        BOT_JOINED_CHANNEL,
        AddressReachable(Address(WORKSPACE, channel=payloads.CHANNEL)),
    ),
    "another zone": (
        build_user_change(tz="America/Vancouver", locale="fr-CA"),
        ProfileChanged(Person(WORKSPACE, MARIE), Profile("fr-CA", "America/Vancouver")),
    ),
    "a closed account": (
        build_user_change(deleted=True),
        ProfileChanged(Person(WORKSPACE, MARIE), Profile(is_active_person=False, is_closed=True)),
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


async def test_event_that_cannot_be_stored_is_retried(bench: AdapterBench) -> None:
    """While the store is busy the response is 503, so that Slack sends the event again."""
    bench.handlers.replies["news"] = StoreBusyError()
    payload = build_user_change(tz="UTC")

    assert (await bench.send_payload(payload)).status == 503
    del bench.handlers.replies["news"]
    assert (await bench.send_payload(payload)).status == 200


async def test_unstored_evidence_delays_no_acknowledgement(bench: AdapterBench) -> None:
    """A payload without a handler is acknowledged while the store is busy; the next one counts."""
    bench.handlers.replies["news"] = StoreBusyError()

    assert (await bench.send_payload(payloads.build_event(tab="messages"))).status == 200


RECEIVED_PAYLOADS = {
    "an unknown form that was closed": (payloads.build_view_closed("unknown"), MARIE),
    "an opened messages tab": (payloads.build_event(tab="messages"), MARIE),
    "another member's arrival": (payloads.build_event("member_joined_channel"), ""),
}


@pytest.mark.parametrize(
    ("payload", "person_id"), RECEIVED_PAYLOADS.values(), ids=RECEIVED_PAYLOADS.keys()
)
async def test_payload_without_a_handler_is_reported(
    bench: AdapterBench, payload: payloads.Payload, person_id: str
) -> None:
    """A payload that no handler serves still proves the workspace, and the user who acted."""
    await bench.send_payload(payload)

    assert bench.handlers.events == [PayloadReceived(WORKSPACE, person_id)]


UNKNOWN_CONTROLS = {
    "a button": payloads.build_button_press("unknown"),
    "a command": payloads.build_command("/unknown"),
    "a form": payloads.build_submission("unknown"),
    "a shortcut": payloads.build_shortcut("unknown"),
}


@pytest.mark.parametrize("payload", UNKNOWN_CONTROLS.values(), ids=UNKNOWN_CONTROLS.keys())
async def test_unknown_control_is_a_request_of_its_user(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """An unknown control is handled as one request of its user, which proves both reachable."""
    await bench.send_payload(payload)

    assert [request.person for request in bench.handlers.requests] == [Person(WORKSPACE, MARIE)]


@pytest.mark.parametrize("user", [MARIE, None, []])
async def test_malformed_user_change_is_ignored(bench: AdapterBench, user: object) -> None:
    """A user change without a user object changes no user."""
    assert (await bench.send_payload(payloads.build_event("user_change", user=user))).status == 200
    assert bench.handlers.events == [PayloadReceived(WORKSPACE)]

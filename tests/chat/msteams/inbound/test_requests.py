"""The command of a message, and the affiliation of its sender."""

import pytest

from bot.affiliation import Affiliation
from bot.chat.msteams.inbound import requests
from bot.conversation import Channel
from bot.keywords import Keywords
from tests.chat.msteams import activities
from tests.chat.msteams.activities import MARIE
from tests.chat.msteams.microsoft import TENANT_ID
from tests.chat.msteams.testbed import WORKSPACE, AdapterBench

COMMAND_TEXTS: dict[str, tuple[str, str]] = {
    "after a mention": ("<at>Attune</at> tip", "tip"),
    "after two mentions": ("<at>Attune</at> <at>Marie D.</at> tip", "tip"),
    "beyond the length that is read": (" " * 1000 + "tip", ""),
    "after open tags": ("<at>" * 20_000 + "</at> tip", ""),
}


@pytest.mark.parametrize(("text", "name"), COMMAND_TEXTS.values(), ids=COMMAND_TEXTS.keys())
def test_a_command_is_read_near_the_start_of_the_text(text: str, name: str) -> None:
    """A command follows any mentions within the length that is read; later text is ignored."""
    service_url = "https://service.example"
    activity = activities.build_message(service_url, text)

    interaction = requests.parse_message(activity, service_url, {"tip": Keywords()})

    assert interaction.action.name == name


OTHER_TENANT_ID = "99999999-2222-4333-8444-555555555555"
MARIE_ACCOUNT = {"id": f"29:{MARIE}", "aadObjectId": MARIE}

EXTERNAL_PARTS: dict[str, dict[str, object]] = {
    "no account": {"from": {"id": "29:visitor"}},
    "another tenant of the channel data": {"channelData": {"tenant": {"id": OTHER_TENANT_ID}}},
    "another tenant of the sender": {"from": {**MARIE_ACCOUNT, "tenantId": OTHER_TENANT_ID}},
    "a guest": {"from": {**MARIE_ACCOUNT, "userRole": "Guest"}},
    "an anonymous user": {"from": {**MARIE_ACCOUNT, "userRole": "anonymous"}},
    "an invited account": {
        "from": {**MARIE_ACCOUNT, "userPrincipalName": "a_b.example#EXT#@clinic.example"}
    },
}


@pytest.mark.parametrize("parts", EXTERNAL_PARTS.values(), ids=EXTERNAL_PARTS.keys())
def test_a_sender_of_another_organisation_is_external(parts: dict[str, object]) -> None:
    """Guests, federated users and senders without an account are external."""
    activity = {**activities.build_message("https://service.example", "tip"), **parts}

    assert requests.parse_affiliation(activity) is Affiliation.EXTERNAL
    assert requests.parse_workspace(activity) == WORKSPACE


MEMBER_PARTS: dict[str, dict[str, object]] = {
    "an ordinary activity": {},
    "no channel data": {"channelData": None},
    "the same tenant in upper case": {"channelData": {"tenant": {"id": TENANT_ID.upper()}}},
    "a user": {"from": {**MARIE_ACCOUNT, "userRole": "user", "tenantId": TENANT_ID}},
}


@pytest.mark.parametrize("parts", MEMBER_PARTS.values(), ids=MEMBER_PARTS.keys())
def test_a_sender_of_the_tenant_is_a_member(parts: dict[str, object]) -> None:
    """A sender with an account of the conversation's tenant is a member."""
    activity = {**activities.build_message("https://service.example", "tip"), **parts}

    assert requests.parse_affiliation(activity) is Affiliation.MEMBER


async def test_a_sender_without_an_account_is_answered(bench: AdapterBench) -> None:
    """A message and a button of a sender without an account reach their handlers as external."""
    bench.handlers.replies |= {"tip": None, "tip.next": None}
    data = activities.button_data("tip.next")

    for activity in (
        activities.build_message(bench.ms.service_url, "tip"),
        activities.build_card_action(bench.ms.service_url, data),
    ):
        await bench.send_activity({**activity, "from": {"id": "29:visitor"}})

    assert [(request.person.id, request.affiliation) for request in bench.handlers.requests] == [
        ("29:visitor", Affiliation.EXTERNAL)
    ] * 2


def test_a_command_in_a_channel_states_the_channel() -> None:
    """A private command in a channel has its id, without the thread; a private chat has none."""
    service_url = "https://service.example"
    in_channel = activities.build_targeted_command(service_url, "tip")
    in_chat = activities.build_message(service_url, "tip")

    channels = [
        requests.parse_message(activity, service_url, {"tip": Keywords()}).request.command_channel
        for activity in (in_channel, in_chat)
    ]

    assert [channel and channel.id for channel in channels] == [activities.CHANNEL_ID, None]


def test_a_channel_without_a_name_gets_the_known_one() -> None:
    """The name that an earlier activity stated completes an activity without names."""
    service_url = "https://service.example"
    activity = activities.build_targeted_command(service_url, "tip")
    interaction = requests.parse_message(activity, service_url, {"tip": Keywords()})

    named = requests.add_channel_names(interaction, {activities.CHANNEL_ID: "Clinic North"}).request

    assert named.command_channel == Channel(activities.CHANNEL_ID, "Clinic North")
    assert named.listed_channels == frozenset({activities.CHANNEL_ID})

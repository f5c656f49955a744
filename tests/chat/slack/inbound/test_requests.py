import pytest

from bot.affiliation import Affiliation
from bot.chat.slack.inbound import affiliation
from bot.conversation import Channel, RequestStep, Surface
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

REQUESTED = RequestStep.REQUESTED

SURFACES = {
    "a command": (payloads.build_command(), Surface.COMMAND, REQUESTED),
    "a button in a message": (payloads.build_button_press("rupture"), Surface.MESSAGE, REQUESTED),
    "a form": (payloads.build_submission("rupture"), Surface.FORM, RequestStep.SUBMITTED),
    "a closed form": (payloads.build_view_closed("rupture"), Surface.FORM, RequestStep.CLOSED),
    "a shortcut": (payloads.build_shortcut("rupture"), Surface.SHORTCUT, REQUESTED),
    "the Home tab": (payloads.build_event(), Surface.HOME, REQUESTED),
}


@pytest.mark.parametrize(("payload", "surface", "step"), SURFACES.values(), ids=SURFACES.keys())
async def test_a_request_states_its_surface_and_step(
    bench: AdapterBench, payload: payloads.Payload, surface: Surface, step: RequestStep
) -> None:
    """Each kind of payload becomes a request of its own surface and step."""
    bench.handlers.replies["rupture"] = None

    await bench.send_payload(payload)

    (request,) = bench.handlers.requests
    assert (request.surface, request.step) == (surface, step)


COMMAND_CHANNELS = {
    "a public channel": ("C1", "team-north", Channel("C1", "team-north")),
    "a private channel": ("C2", "privategroup", Channel("C2", "")),
    "an old private channel": ("G3", "privategroup", Channel("G3", "")),
    "a group chat": ("C4", "mpdm-ada--bea-1", None),
    "a private chat": ("D5", "directmessage", None),
    "no channel": ("", "", None),
}


@pytest.mark.parametrize(
    ("channel_id", "name", "channel"), COMMAND_CHANNELS.values(), ids=COMMAND_CHANNELS.keys()
)
async def test_a_command_states_the_channel_it_was_typed_in(
    bench: AdapterBench, channel_id: str, name: str, channel: Channel | None
) -> None:
    """Slack names public channels only, and a chat is no channel of a team."""
    bench.handlers.replies["rupture"] = None

    await bench.send_payload(payloads.build_command(channel_id=channel_id, channel_name=name))

    (request,) = bench.handlers.requests
    assert request.command_channel == channel


EXTERNAL_USER = {"id": "U9EXTERNAL", "team_id": "T9ELSEWHERE"}
EXTERNAL_TEAM = {"id": "T9ELSEWHERE", "domain": "elsewhere"}
SHARED_VIEW = payloads.build_view(app_installed_team_id=payloads.TEAM)

EXTERNAL_PAYLOADS = {
    "a button": {**payloads.build_button_press(), "user": EXTERNAL_USER},
    "a button, with the user's workspace": {
        **payloads.build_button_press(message={"team": payloads.TEAM}),
        "user": EXTERNAL_USER,
        "team": EXTERNAL_TEAM,
    },
    "a form": {
        **payloads.build_submission(),
        "user": EXTERNAL_USER,
        "team": EXTERNAL_TEAM,
        "view": SHARED_VIEW,
    },
    "a button in a form": {
        **payloads.build_view_press(SHARED_VIEW, "rupture.deeper"),
        "user": EXTERNAL_USER,
        "team": EXTERNAL_TEAM,
    },
    "a shortcut": {**payloads.build_shortcut(), "user": EXTERNAL_USER},
    "the Home tab": {
        **payloads.build_event(user_team="E9ELSEWHERE"),
        "team_id": "T9ELSEWHERE",
        "is_ext_shared_channel": True,
    },
    "the Home tab, by its view": payloads.build_event(view={"team_id": "T9ELSEWHERE"}),
}


@pytest.mark.parametrize("payload", EXTERNAL_PAYLOADS.values(), ids=EXTERNAL_PAYLOADS.keys())
async def test_a_user_of_another_organisation_is_external(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """A Slack Connect user is external, in the workspace where the bot is installed."""
    bench.handlers.replies |= dict.fromkeys(("tip.next", "debrief", "rupture.deeper"))

    await bench.send_payload(payload)

    (request,) = bench.handlers.requests
    assert request.affiliation is Affiliation.EXTERNAL
    assert request.person.workspace == f"slack:{payloads.TEAM}"


MEMBER_PAYLOADS = {
    "a command": payloads.build_command(),
    "a button": payloads.build_button_press(),
    "a form": payloads.build_submission(),
    "a shortcut": payloads.build_shortcut(),
    "the Home tab": payloads.build_event(user_team=payloads.TEAM),
    "a user without a workspace": {**payloads.build_button_press(), "user": {"id": "U1"}},
    "a user named by the organisation": {
        **payloads.build_event(user_team="E1CLINIC"),
        "enterprise_id": "E1CLINIC",
    },
    "a button with the organisation": {
        **payloads.build_button_press(enterprise={"id": "E1CLINIC"}),
        "user": {"id": "U1", "team_id": "E1CLINIC"},
    },
}


@pytest.mark.parametrize("payload", MEMBER_PAYLOADS.values(), ids=MEMBER_PAYLOADS.keys())
def test_a_user_of_the_workspace_is_a_member(payload: payloads.Payload) -> None:
    """A user of the workspace is a member, guest accounts of that workspace included."""
    assert affiliation.parse_affiliation(payload) is Affiliation.MEMBER


def test_an_organisation_is_no_workspace() -> None:
    """Where a message names an organisation, the workspace is read from the next field."""
    payload = payloads.build_button_press(message={"team": "E1CLINIC"})

    assert affiliation.parse_workspace(payload) == f"slack:{payloads.TEAM}"

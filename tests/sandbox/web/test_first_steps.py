from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.web.first_steps import BOT_CHAT, FirstStep, list_first_steps
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.personas import BOT_USER_ID, NEW_TEAM_CHANNEL_ID
from tests.sandbox.workspace.test_time_travel import CHECKIN_BLOCKS


def find_step(engine: SandboxEngine, name: str) -> FirstStep:
    """Return the thing to try with this name."""
    steps = list_first_steps(engine.workspace, engine.time_travel)
    return next(step for step in steps if step.name == name)


def test_five_things_can_be_tried(engine: SandboxEngine) -> None:
    """Each has a role, and either a command to send or a jump of the clock."""
    steps = list_first_steps(engine.workspace, engine.time_travel)

    assert [(step.name, step.persona.role, step.line or step.jump) for step in steps] == [
        ("tip", "clinician", "/tip"),
        ("rupture", "clinician", "/rupture"),
        ("checkin", "clinician", "checkin"),
        ("debriefs", "supervisor", "/debriefs"),
        ("setup", "admin", "/supervision"),
    ]


def test_each_step_is_in_a_room_of_its_persona(engine: SandboxEngine) -> None:
    """A room is the chat with the bot, or a channel of which the persona is a member."""
    for step in list_first_steps(engine.workspace, engine.time_travel):
        visible = engine.workspace.visible_conversations(step.persona.id)

        assert step.room_id in {BOT_CHAT, *(conversation.id for conversation in visible)}


async def test_checkin_is_tried_by_a_person_who_receives_it(
    engine: SandboxEngine, client: AsyncWebClient
) -> None:
    """The first clinician with a check-in answers the next; by default the first one."""
    first = find_step(engine, "checkin").persona
    await client.chat_postMessage(channel="U0CLIN03", text="x", blocks=CHECKIN_BLOCKS)

    assert first.id == "U0CLIN01"
    assert find_step(engine, "checkin").persona.id == "U0CLIN03"


def test_team_is_set_up_in_a_channel_without_the_bot(engine: SandboxEngine) -> None:
    """The channel has the people who are on no list, and the bot has to be invited."""
    channel = engine.workspace.conversations[find_step(engine, "setup").room_id]
    unlisted_ids = {person.id for person in engine.workspace.people.values() if person.is_unlisted}

    assert unlisted_ids < set(channel.members)
    assert BOT_USER_ID not in channel.members


def test_step_without_its_channel_is_left_out(engine: SandboxEngine) -> None:
    """A workspace without the channel of a step does not offer that step."""
    del engine.workspace.conversations[NEW_TEAM_CHANNEL_ID]

    names = [step.name for step in list_first_steps(engine.workspace, engine.time_travel)]

    assert names == ["tip", "rupture", "checkin", "debriefs"]

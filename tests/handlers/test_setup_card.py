"""The introduction card of a set-up: posted at once, or with the step that is left."""

import pytest

from bot.context import Context
from bot.conversation import (
    Channel,
    DeferredReply,
    Person,
    Profile,
    SendResult,
    SendStatus,
)
from bot.elements import Button, ChannelField, ChoiceField, Form, Message, NameField
from bot.errors import NotTheirTeamError
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import (
    NEW_TEAM_ANSWERS,
    load_teams,
    resolve_reply,
    submit_setup,
)
from tests.sample_team import (
    ADMIN,
    CHANNEL,
    OTHER_CHANNEL,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_channel_command,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

REFUSED_RESULT = SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="not_in_channel")
SENT_RESULT = SendResult(SendStatus.SENT, reference="1.000002")


@pytest.fixture(autouse=True)
def _admin_profile(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(zone="America/Vancouver", is_admin=True)


async def set_up_refused_team(context: Context, outlet: RecordingOutlet) -> str:
    """Set a team up as the admin while the bot is not in its channel, and return the team's id."""
    outlet.send_result = REFUSED_RESULT
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    outlet.send_result = SENT_RESULT
    (team,) = await load_teams(context)
    return team.id


async def press_button(context: Context, person: Person, name: str, team_id: str) -> object:
    """Press a button of the team, and resolve its reply."""
    return await resolve_reply(await BUTTONS[name](build_request(person, data=team_id), context))


async def test_saving_is_stored_before_the_card_is_posted(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The first answer says that the set-up is saved, with the team stored and nothing posted."""
    request = build_request(ADMIN, data="new", answers=NEW_TEAM_ANSWERS)
    admin_check = await FORMS["setup"](request, context)
    assert isinstance(admin_check, DeferredReply)

    saving = await admin_check.continuation()

    assert isinstance(saving, DeferredReply)
    assert saving.waiting_text == "Saving \N{HORIZONTAL ELLIPSIS}"
    assert len(await load_teams(context)) == 1
    assert outlet.sent_messages == []


async def test_a_refused_card_shows_the_step_that_is_left(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Where the bot is not in the channel, the form has the invitation, tries again, and undoes."""
    outlet.send_result = REFUSED_RESULT

    reply = await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)

    assert "/invite @Attune" in reply_text(reply)
    assert set(steps_by_name(reply)) == {"supervision.card", "supervision.undo"}


async def test_the_admin_posts_the_card_after_inviting_the_bot(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The admin, whose team has a supervisor now, may still try again, and the card is there."""
    team_id = await set_up_refused_team(context, outlet)

    reply = await press_button(context, ADMIN, "supervision.card", team_id)

    (sent,) = outlet.sent_messages
    assert ADMIN.id in reply_text(sent.message)
    assert f"The introduction card is in #{{{OTHER_CHANNEL}}}" in reply_text(reply)


async def test_a_card_that_is_there_is_not_posted_again(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Pressing the button once more posts nothing, and says that the card is there."""
    team_id = await set_up_refused_team(context, outlet)
    await press_button(context, ADMIN, "supervision.card", team_id)

    reply = await press_button(context, ADMIN, "supervision.card", team_id)

    assert len(outlet.sent_messages) == 1
    assert "The introduction card is in" in reply_text(reply)


async def test_a_rejected_card_is_tried_again_at_once(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A card that waits for its next attempt in an hour is posted by the button."""
    outlet.send_result = SendResult(SendStatus.FAILED, reason="restricted_action")
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    outlet.send_result = SENT_RESULT
    (team,) = await load_teams(context)

    await press_button(context, ADMIN, "supervision.card", team.id)

    assert len(outlet.sent_messages) == 1


@pytest.mark.parametrize("name", ["supervision.card", "supervision.introduce"])
async def test_the_admins_right_ends_after_a_day(
    context: Context, outlet: RecordingOutlet, clock: FakeClock, name: str
) -> None:
    """From the next day on the team is its supervisors' alone."""
    team_id = await set_up_refused_team(context, outlet)
    clock.advance(days=1)

    with pytest.raises(NotTheirTeamError):
        await press_button(context, ADMIN, name, team_id)


async def test_another_person_has_no_such_right(context: Context, outlet: RecordingOutlet) -> None:
    """A person who did not set the team up cannot make the bot post."""
    team_id = await set_up_refused_team(context, outlet)

    with pytest.raises(NotTheirTeamError):
        await press_button(context, STRANGER, "supervision.card", team_id)


async def test_the_card_is_posted_again_once_a_day(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A supervisor posts the card again, which names them; a second time on a day posts none."""
    await set_up_team(context)

    await press_button(context, SUPERVISOR, "supervision.introduce", TEAM.id)
    await press_button(context, SUPERVISOR, "supervision.introduce", TEAM.id)

    (sent,) = outlet.sent_messages
    assert f"Posted again by @{{{SUPERVISOR.id}}}" in reply_text(sent.message)


async def test_a_workspace_at_rest_gets_the_card_later(
    context: Context, outlet: RecordingOutlet
) -> None:
    """After a rate limit the card stays queued, and the form offers to look again."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=30)

    reply = await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)

    assert "as soon as messages get through" in reply_text(reply)
    assert "Look again" in reply_text(reply)


async def test_a_set_up_in_a_channel_knows_its_channel_and_name(context: Context) -> None:
    """Typed in a channel, the form has that channel and a name made of the channel's."""
    request = build_channel_command(ADMIN, Channel(OTHER_CHANNEL, "friday-team"))

    fields = fields_by_id(
        await resolve_reply(await COMMANDS["supervision"].handle_request(request, context))
    )

    channel, name = fields["channel"], fields["name"]
    assert isinstance(channel, ChannelField)
    assert isinstance(name, NameField)
    assert (channel.initial, name.initial) == (OTHER_CHANNEL, "Friday team")


async def test_the_chooser_passes_the_channel_on(context: Context) -> None:
    """A new team that is chosen in a list has the channel in which the command was typed."""
    await set_up_team(context, supervisors=())
    request = build_channel_command(ADMIN, Channel(OTHER_CHANNEL, "friday-team"))
    chooser = await resolve_reply(await COMMANDS["supervision"].handle_request(request, context))
    assert isinstance(chooser, Form)

    choice = build_request(ADMIN, data=chooser.data, answers={"which": "new"})
    form = await resolve_reply(await FORMS["which"](choice, context))

    channel = fields_by_id(form)["channel"]
    assert isinstance(channel, ChannelField)
    assert channel.initial == OTHER_CHANNEL


async def open_in_taken_channel(context: Context, person: Person) -> object:
    """Type the command in the channel of the Monday team, which its supervisor edits."""
    request = build_channel_command(person, Channel(CHANNEL, "monday-team"))
    return await resolve_reply(await COMMANDS["supervision"].handle_request(request, context))


async def test_an_admin_reads_that_the_channels_team_is_set_up(context: Context) -> None:
    """Instead of a form without values they get what they can do: another team, and to oversee."""
    await set_up_team(context)

    reply = await open_in_taken_channel(context, ADMIN)

    assert isinstance(reply, Message)
    assert f"**{TEAM.name}** is set up in this channel." in reply_text(reply)
    assert {"supervision.new", "supervision.name"} <= set(steps_by_name(reply))


async def test_a_channel_of_another_team_is_no_default(context: Context) -> None:
    """The button of that reply opens a new team's form, with the admin's zone and no channel."""
    await set_up_team(context)
    button = steps_by_name(await open_in_taken_channel(context, ADMIN))["supervision.new"]
    assert isinstance(button, Button)

    form = await resolve_reply(
        await BUTTONS[button.name](build_request(ADMIN, data=button.data), context)
    )

    fields = fields_by_id(form)
    channel, zone = fields["channel"], fields["zone"]
    assert isinstance(channel, ChannelField)
    assert isinstance(zone, ChoiceField)
    assert (channel.initial, zone.initial) == ("", ("America/Vancouver",))


async def test_an_admin_who_edits_another_team_chooses_it(context: Context) -> None:
    """The list of teams says on top that the team of the channel is its supervisors'."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=(), supervisors=())

    reply = await open_in_taken_channel(context, ADMIN)

    assert f"**{TEAM.name}** is set up in this channel." in reply_text(reply)
    assert set(fields_by_id(reply)) == {"which"}

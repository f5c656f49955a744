"""Sharing a question, a report or the plan of an hour with the team's channel."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person, SendResult, SendStatus
from bot.elements import Button, Form, Text
from bot.errors import NotTheirTeamError, UnknownAnswerError
from handlers import BUTTONS, COMMANDS, FORMS
from schedules import COMPOSERS, close_periods
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.conftest import OTHER_SUPERVISOR
from tests.sample_team import (
    ADMIN,
    CLINICIANS,
    DIRECTOR,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_body,
    reply_text,
    set_up_team,
    steps_by_name,
)

run_command = COMMANDS["debriefs"].handle_request
open_share, show_status = BUTTONS["debriefs.share"], BUTTONS["debriefs.shared"]
submit_share = FORMS["share"]
REFUSED = [MARIE, STRANGER, ADMIN, DIRECTOR, OTHER_SUPERVISOR]


async def preview(context: Context, data: str = TEAM.id) -> Form:
    """Open the preview of a share."""
    form = await open_share(build_request(SUPERVISOR, data=data), context)
    assert isinstance(form, Form)
    return form


async def post(context: Context, form: Form, idempotency_key: str = "act 1") -> Form:
    """Submit the preview of a share."""
    request = build_request(SUPERVISOR, data=form.data, answers={}, idempotency_key=idempotency_key)
    reply = await submit_share(request, context)
    assert isinstance(reply, Form)
    return reply


async def close_quarter(context: Context, clock: FakeClock) -> None:
    """Let every clinician file once, and close the period."""
    answers = {"form": "away", "status": "touched"}
    for person in CLINICIANS:
        request = build_request(person, answers=answers, idempotency_key=person.id)
        await FORMS["debrief"](request, context)
    clock.advance(days=8)
    await close_periods.run(context)


@pytest.mark.parametrize("person", REFUSED)
async def test_other_people_preview_nothing(agreed_context: Context, person: Person) -> None:
    """Nobody but a supervisor of the team opens the preview, not even a director."""
    with pytest.raises(NotTheirTeamError):
        await open_share(build_request(person, data=f"{TEAM.id}:30"), agreed_context)


@pytest.mark.parametrize("person", REFUSED)
async def test_other_people_post_nothing(
    agreed_context: Context, outlet: RecordingOutlet, person: Person
) -> None:
    """Nobody but a supervisor of the team posts, not even with a form of the supervisor's."""
    form = await preview(agreed_context)

    with pytest.raises(NotTheirTeamError):
        await submit_share(build_request(person, data=form.data, answers={}), agreed_context)
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()
    assert outlet.sent_messages == []


@pytest.mark.parametrize("person", REFUSED)
async def test_other_people_check_nothing(agreed_context: Context, person: Person) -> None:
    """Nobody but a supervisor of the team reads whether a message was posted."""
    with pytest.raises(NotTheirTeamError):
        await show_status(build_request(person, data=f"{TEAM.id}:slot"), agreed_context)


async def test_a_forged_share_posts_nothing(agreed_context: Context) -> None:
    """A form with unknown content is refused."""
    with pytest.raises(UnknownAnswerError):
        await submit_share(
            build_request(SUPERVISOR, data=f"{TEAM.id}:everything:2026-06-29:", answers={}),
            agreed_context,
        )


@pytest.mark.parametrize("content", ["", ":30", ":50"])
async def test_the_preview_is_what_is_posted(
    agreed_context: Context, outlet: RecordingOutlet, content: str
) -> None:
    """Nothing is posted before the button; then the channel gets what the preview showed, once."""
    form = await preview(agreed_context, f"{TEAM.id}{content}")
    sender = DeliverySender(agreed_context, COMPOSERS)
    await sender.send_all_due()
    sent_before = list(outlet.sent_messages)
    for _ in range(3):
        await post(agreed_context, form)
        await sender.send_all_due()

    (sent,) = outlet.sent_messages
    assert sent_before == []
    assert sent.address.channel == TEAM.channel
    assert form.body[-len(sent.message.body) :] == sent.message.body


async def test_a_second_preview_is_posted_again(
    agreed_context: Context, outlet: RecordingOutlet
) -> None:
    """A double click posts once; another form is another message."""
    for key in ("first", "first", "second"):
        await post(agreed_context, await preview(agreed_context), key)
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()

    assert len(outlet.sent_messages) == 2


async def test_a_period_that_closes_meanwhile_changes_nothing(
    agreed_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A table that is published after the preview is not in what is posted."""
    await set_up_team(agreed_context, replace(TEAM, open_to_team=True))
    form = await preview(agreed_context)
    await close_quarter(agreed_context, clock)
    await post(agreed_context, form)
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()

    sent = outlet.sent_messages[-1]
    assert form.body[-len(sent.message.body) :] == sent.message.body


async def test_an_opened_report_is_shared(
    agreed_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Where the team opened its tables, the channel gets the report that each of it may read.

    The question has a heading that introduces it to the channel, instead of the report's own.
    """
    await set_up_team(agreed_context, replace(TEAM, open_to_team=True))
    await close_quarter(agreed_context, clock)
    await post(agreed_context, await preview(agreed_context))
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()

    report = await run_command(build_request(MARIE), agreed_context)
    posted = reply_text(outlet.sent_messages[-1].message)
    heading = agreed_context.catalogue.get_pack("en").translate("debriefs.discuss.heading")
    sentences = [
        element.text.removeprefix(f"**{heading}**\n")
        for element in reply_body(report)
        if isinstance(element, Text)
    ]
    assert len(sentences) > 3
    assert [sentence for sentence in sentences if sentence not in posted] == []
    assert SUPERVISOR.id in posted


@pytest.mark.parametrize(
    ("result", "key"),
    [
        (SendResult(SendStatus.SENT), "posted"),
        (SendResult(SendStatus.FAILED, reason="invalid_blocks"), "failed"),
        (SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="channel_not_found"), "failed"),
        (SendResult(SendStatus.RETRY_LATER, retry_after_seconds=60), "waiting"),
        (SendResult(SendStatus.UNKNOWN), "waiting"),
    ],
)
async def test_the_form_states_what_became_of_it(
    agreed_context: Context, outlet: RecordingOutlet, result: SendResult, key: str
) -> None:
    """The form's button states whether the channel has the message."""
    planned = await post(agreed_context, await preview(agreed_context))
    step = steps_by_name(planned)["debriefs.shared"]
    assert isinstance(step, Button)
    outlet.send_result = result
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()

    status = await show_status(build_request(SUPERVISOR, data=step.data), agreed_context)
    words = agreed_context.catalogue.get_pack("en")
    sentence = words.translate(f"hour.share.{key}", channel=f"#{{{TEAM.channel}}}")
    assert sentence in reply_text(status)


async def test_a_message_in_doubt_is_said_to_be_so(
    agreed_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Where the product cannot tell whether the message was posted, the form says so."""
    planned = await post(agreed_context, await preview(agreed_context))
    step = steps_by_name(planned)["debriefs.shared"]
    assert isinstance(step, Button)
    outlet.send_result = SendResult(SendStatus.UNKNOWN)
    sender = DeliverySender(agreed_context, COMPOSERS)
    await sender.send_all_due()
    clock.advance(hours=1)
    await sender.send_all_due()

    status = await show_status(build_request(SUPERVISOR, data=step.data), agreed_context)
    assert "may be in" in reply_text(status)


async def test_a_closed_channel_is_said_on_the_form(
    agreed_context: Context, outlet: RecordingOutlet
) -> None:
    """Where the channel takes no messages, the form says so instead of a preview or a promise."""
    form = await preview(agreed_context)
    await agreed_context.store.across_workspaces.write(
        lambda repos: repos.teams.mark_unreachable(
            TEAM.workspace, TEAM.channel, "channel_not_found"
        )
    )

    replies = [await preview(agreed_context), await post(agreed_context, form)]
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()
    assert all("takes no messages" in reply_text(reply) for reply in replies)
    assert outlet.sent_messages == []


async def test_a_lost_message_is_said_on_the_next_preview(
    agreed_context: Context, outlet: RecordingOutlet
) -> None:
    """After a post that the channel refused, the next preview warns before it is repeated."""
    await post(agreed_context, await preview(agreed_context))
    outlet.send_result = SendResult(SendStatus.FAILED, reason="invalid_blocks")
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()

    assert "did not arrive" in reply_text(await preview(agreed_context))


async def test_the_message_has_the_teams_language(
    agreed_context: Context, outlet: RecordingOutlet
) -> None:
    """The channel gets the message in the team's language, whatever the supervisor reads."""
    await set_up_team(agreed_context, replace(TEAM, language="fr-CA"))
    await post(agreed_context, await preview(agreed_context, f"{TEAM.id}:30"))
    await DeliverySender(agreed_context, COMPOSERS).send_all_due()

    assert "Pour notre prochaine rencontre" in reply_text(outlet.sent_messages[-1].message)

"""Asking a supervisor for ten minutes: named, sent at once, and stored nowhere."""

import logging
from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person, SendResult, SendStatus, Surface
from bot.elements import Button, ContactLink, Form
from bot.errors import NoTeamError, StaleFormError, UnknownAnswerError
from bot.store.repositories import Repositories
from handlers import BUTTONS, FORMS, HOME_HANDLER
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import resolve_reply
from tests.handlers.test_external import ROWS_OF_EVERY_FORM, dump_rows
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

open_choice, open_preview = BUTTONS["ask.open"], BUTTONS["ask.preview"]
submit = FORMS["ask"]
OTHER_SUPERVISOR = build_person("other")


@pytest.fixture
async def team_context(context: Context) -> Context:
    """A context with one team."""
    await set_up_team(context)
    return context


async def preview(context: Context, purpose: str = "think", person: Person = MARIE) -> Form:
    """Open the preview of a request to the supervisor."""
    request = build_request(person, data=f"{purpose}::{SUPERVISOR.id}", surface=Surface.FORM)
    form = await open_preview(request, context)
    assert isinstance(form, Form)
    return form


async def send(context: Context, form: Form, person: Person = MARIE) -> Form:
    """Submit a preview and wait for its result."""
    request = replace(build_request(person, data=form.data, answers={}), name="ask")
    reply = await resolve_reply(await submit(request, context))
    assert isinstance(reply, Form)
    return reply


def sentence(context: Context, key: str) -> str:
    """Return a sentence of the requests, in English."""
    return context.catalogue.get_pack("en").translate(f"ask.{key}")


async def test_the_guide_and_the_home_page_have_one_button(team_context: Context) -> None:
    """The button of a guide after a debrief is that of the home page, and has no data."""
    guide = await FORMS["debrief"](
        build_request(MARIE, answers={"form": "away", "status": "touched"}), team_context
    )
    page = await HOME_HANDLER(build_request(ADA, surface=Surface.HOME), team_context)

    steps = [steps_by_name(reply)["ask.open"] for reply in (guide, page)]
    assert steps[0] == steps[1]
    assert isinstance(steps[0], Button)
    assert steps[0].data == ""


async def test_each_choice_leads_to_its_preview(team_context: Context) -> None:
    """Each of the three buttons opens the preview of its sentence."""
    choice = await open_choice(build_request(MARIE), team_context)
    assert "ask.preview" in steps_by_name(choice)

    texts = [reply_text(await preview(team_context, p)) for p in ("think", "rehearse", "heard")]
    endings = ("to think.", "to rehearse.", "to be heard.")
    assert [ending in text for ending, text in zip(endings, texts, strict=True)] == [True] * 3


@pytest.mark.parametrize("purpose", ["think", "rehearse", "heard"])
async def test_the_supervisor_gets_what_was_previewed(
    team_context: Context, outlet: RecordingOutlet, purpose: str
) -> None:
    """Nothing goes before the button; then the supervisor alone gets the named sentence at once."""
    form = await preview(team_context, purpose)
    sent_before = list(outlet.sent_messages)
    status = await send(team_context, form)

    (sent,) = outlet.sent_messages
    assert sent_before == []
    assert (sent.address.person, sent.address.channel) == (SUPERVISOR.id, "")
    assert form.body[-len(sent.message.body) :] == sent.message.body
    assert MARIE.id in reply_text(sent.message)
    assert sentence(team_context, "status.sent") in reply_text(status)


async def test_a_double_click_sends_once(team_context: Context, outlet: RecordingOutlet) -> None:
    """A preview that is submitted again sends nothing, and says so; another one is sent."""
    form = await preview(team_context)
    await send(team_context, form)
    repeated = await send(team_context, form)
    sent_once = len(outlet.sent_messages)
    await send(team_context, await preview(team_context))

    assert sentence(team_context, "status.repeated") in reply_text(repeated)
    assert (sent_once, len(outlet.sent_messages)) == (1, 2)


@pytest.mark.parametrize(
    ("result", "key"),
    [
        (SendResult(SendStatus.RETRY_LATER, retry_after_seconds=30), "busy"),
        (SendResult(SendStatus.FAILED, reason="invalid_blocks"), "refused"),
        (
            SendResult(SendStatus.FAILED, reason="channel_not_found", is_chat_missing=True),
            "refused",
        ),
        (SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="user_not_found"), "refused"),
        (SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="account_inactive"), "refused"),
    ],
)
async def test_a_failure_is_said_on_the_form_and_can_be_retried(
    team_context: Context, outlet: RecordingOutlet, result: SendResult, key: str
) -> None:
    """The form says that nothing was sent, offers to write instead, and its button sends anew."""
    outlet.send_result = result
    failed = await send(team_context, await preview(team_context))
    outlet.send_result = SendResult(SendStatus.SENT)
    retried = await send(team_context, failed)

    assert sentence(team_context, f"status.{key}") in reply_text(failed)
    assert next(e.person_id for e in failed.body if isinstance(e, ContactLink)) == SUPERVISOR.id
    assert sentence(team_context, "status.sent") in reply_text(retried)
    assert len(outlet.sent_messages) == 1


async def test_a_message_in_doubt_is_not_sent_again(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """Where it is not known whether it arrived, the form says so and offers no second sending."""
    outlet.send_result = SendResult(SendStatus.UNKNOWN)
    status = await send(team_context, await preview(team_context))

    assert sentence(team_context, "status.in_doubt") in reply_text(status)
    assert status.submit == ""


async def test_a_resting_workspace_is_left_alone(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """While the product asked for a rest nothing is sent, and the form says so."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend(TEAM.workspace, "account_inactive")
    )
    failed = await send(team_context, await preview(team_context))

    assert sentence(team_context, "status.busy") in reply_text(failed)
    assert outlet.sent_messages == []


async def test_a_product_that_is_not_configured_sends_nothing(team_context: Context) -> None:
    """Without an outlet for the workspace the form says that nothing was sent."""
    unconfigured = replace(team_context, outlets={})
    failed = await send(unconfigured, await preview(unconfigured))

    assert sentence(unconfigured, "status.refused") in reply_text(failed)


async def test_only_the_rows_of_every_form_are_written(
    team_context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """A request leaves the rows that every form leaves, no queued message and no log line."""
    before = await dump_rows(team_context)
    with caplog.at_level(logging.DEBUG, logger="attune"):
        await send(team_context, await preview(team_context))
    after = await dump_rows(team_context)

    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed <= ROWS_OF_EVERY_FORM
    assert [record.message for record in caplog.records if record.name.startswith("attune")] == []


async def test_no_message_is_queued(team_context: Context, outlet: RecordingOutlet) -> None:
    """A failed request is not tried again later: no delivery was planned."""
    outlet.send_result = SendResult(SendStatus.FAILED, reason="invalid_blocks")
    await send(team_context, await preview(team_context))
    outlet.send_result = SendResult(SendStatus.SENT)
    await DeliverySender(team_context, COMPOSERS).send_all_due()

    assert outlet.sent_messages == []


async def test_a_request_writes_what_a_withdrawal_writes(team_context: Context) -> None:
    """From two copies of the database a request cannot be told from another form."""
    changes = []
    for handler, data in ((submit, f"think:n1:{SUPERVISOR.id}"), (FORMS["withdraw"], "")):
        before = await dump_rows(team_context)
        request = build_request(MARIE, data=data, answers={}, idempotency_key=data)
        await resolve_reply(await handler(request, team_context))
        after = await dump_rows(team_context)
        changes.append(
            {
                table: (len(rows), sum(row not in before[table] for row in rows))
                for table, rows in after.items()
                if rows != before[table] and table != "inbox"
            }
        )
    assert changes[0] == changes[1]


async def test_the_message_has_the_supervisors_language(
    team_context: Context, outlet: RecordingOutlet
) -> None:
    """The supervisor reads the sentence in their own language, as the preview showed it."""

    def choose_french(repos: Repositories) -> None:
        repos.people.join_team(SUPERVISOR, TEAM.id)
        repos.people.set_language(SUPERVISOR, "fr-CA")

    await team_context.store.across_workspaces.write(choose_french)
    form = await preview(team_context)
    await send(team_context, form)

    assert "aimerait dix minutes" in reply_text(form)
    assert "aimerait dix minutes" in reply_text(outlet.sent_messages[0].message)


@pytest.mark.parametrize("supervisor", [OTHER_SUPERVISOR, STRANGER, ADA, MARIE])
async def test_nobody_but_the_own_supervisor_is_asked(
    team_context: Context, outlet: RecordingOutlet, supervisor: Person
) -> None:
    """A forged request to a colleague, a stranger or another team's supervisor is refused."""
    await set_up_team(team_context, OTHER_TEAM, (), (OTHER_SUPERVISOR,))
    data = f"think:n1:{supervisor.id}"

    with pytest.raises(StaleFormError):
        await open_preview(build_request(MARIE, data=data), team_context)
    with pytest.raises(StaleFormError):
        await submit(build_request(MARIE, data=data, answers={}), team_context)
    assert outlet.sent_messages == []


@pytest.mark.parametrize("person", [STRANGER, SUPERVISOR])
async def test_a_person_on_no_list_asks_nobody(
    team_context: Context, outlet: RecordingOutlet, person: Person
) -> None:
    """A person who counts in no team gets the refusal of every clinician's form."""
    data = f"think:n1:{SUPERVISOR.id}"
    for handler, request in (
        (open_choice, build_request(person)),
        (open_preview, build_request(person, data=data)),
        (submit, build_request(person, data=data, answers={})),
    ):
        with pytest.raises(NoTeamError):
            await handler(request, team_context)
    assert outlet.sent_messages == []


async def test_a_forged_purpose_is_refused(team_context: Context) -> None:
    """A purpose that no button offers is refused."""
    with pytest.raises(UnknownAnswerError):
        await open_preview(build_request(MARIE, data=f"complain::{SUPERVISOR.id}"), team_context)


async def test_a_supervisor_in_another_team_asks_their_own(context: Context) -> None:
    """A supervisor who counts in another team asks its supervisor, never themselves."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, (SUPERVISOR,), (OTHER_SUPERVISOR,))
    choice = reply_text(await open_choice(build_request(SUPERVISOR), context))

    assert OTHER_SUPERVISOR.id in choice
    assert SUPERVISOR.id not in choice


async def test_a_team_without_a_supervisor_has_nobody_to_ask(context: Context) -> None:
    """Without a supervisor the home page has no button, and an old one says why."""
    await set_up_team(context, clinicians=CLINICIANS, supervisors=())
    page = await HOME_HANDLER(build_request(MARIE, surface=Surface.HOME), context)
    choice = await open_choice(build_request(MARIE), context)

    assert "ask.open" not in steps_by_name(page)
    assert "no supervisor on your team's list" in reply_text(choice)

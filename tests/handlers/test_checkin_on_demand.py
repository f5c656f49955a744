"""The week's question on demand: the same as in the message, and no trace beside a name."""

from datetime import time

import pytest
from sqlalchemy import Row, select

from bot.context import Context
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.intentions import Intention
from bot.elements import Button, Form
from bot.errors import NoTeamError
from bot.store.repositories import Repositories
from bot.store.schema import deliveries, metadata
from handlers import BUTTONS, COMMANDS, FORMS
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import (
    ADA,
    MARIE,
    STRANGER,
    TEAM,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

run_command = COMMANDS["checkin"].handle_request
WEEK, NEXT_WEEK = "2026-W27", "2026-W28"
SEALED_TABLES = {"inbox", "ledger_record", "team_record"}


@pytest.fixture
async def joined_context(context: Context) -> Context:
    """A context in which Marie and Ada joined; their day is Thursday, and it is Monday."""
    await set_up_team(context)

    def join_clinicians(repos: Repositories) -> None:
        for person in (MARIE, ADA):
            repos.people.join_team(person, TEAM.id)
            repos.people.set_checkin_rule(person, WeeklyRule(4, time(9)))

    await context.store.across_workspaces.write(join_clinicians)
    return context


async def open_now(context: Context, keyword: str = "now") -> Form:
    """Open Marie's question of this week on demand."""
    form = await run_command(build_request(MARIE, keyword), context)
    assert isinstance(form, Form)
    return form


async def submit(context: Context, form: Form, **answers: str) -> Form:
    """Submit Marie's answers to *form*."""
    request = build_request(
        MARIE, data=form.data, answers=answers, idempotency_key=f"{form.name} {context.now()}"
    )
    reply = await FORMS[form.name](request, context)
    assert isinstance(reply, Form)
    return reply


async def deliver(context: Context) -> None:
    """Plan and send the check-ins that are due."""
    await weekly_checkin.run(context)
    await DeliverySender(context, COMPOSERS).send_all_due()


async def load_intention(context: Context) -> Intention | None:
    """Load Marie's stored intention."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.intentions.get_intention(MARIE)
    )


async def dump_plain_rows(context: Context) -> dict[str, frozenset[Row[tuple[object, ...]]]]:
    """Return the rows of every table that is not sealed, by table."""
    return await context.store.across_workspaces.read(
        lambda repos: {
            table.name: frozenset(repos._connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name not in SEALED_TABLES
        }
    )


@pytest.mark.parametrize("keyword", ["now", "maintenant"])
async def test_the_question_opens_before_the_weeks_message(
    joined_context: Context, keyword: str
) -> None:
    """The form is this week's, and it says that the message still comes."""
    form = await open_now(joined_context, keyword)

    assert (form.name, form.data.partition(":")[0]) == ("checkin", WEEK)
    assert {"checkin", "intention", "wish"} <= set(fields_by_id(form))
    assert "still comes to you as planned" in reply_text(form)


async def test_the_button_opens_the_same_question(joined_context: Context) -> None:
    """The button of the home page and of joining opens what the command opens."""
    form = await BUTTONS["checkin.now"](build_request(MARIE), joined_context)

    assert form == await open_now(joined_context)


async def test_the_message_asks_the_same_question(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """The message on Thursday has the week and the sign of the form on Monday, and so has Friday's.

    Only before the message the form announces it.
    """
    monday_form = await open_now(joined_context)
    clock.advance(days=3)
    await deliver(joined_context)
    (message,) = (m.message for m in outlet.sent_messages if m.address.person == MARIE.id)
    clock.advance(days=1)

    friday_form = await open_now(joined_context)

    button = steps_by_name(message)["checkin.answer"]
    assert isinstance(button, Button)
    assert monday_form.data == button.data == friday_form.data
    assert "still comes" not in reply_text(friday_form)


async def test_the_week_is_asked_once_whatever_is_opened(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Question and answer on demand, before and after the message, send no other message."""
    for _ in range(5):
        await submit(joined_context, await open_now(joined_context), checkin="none")
        clock.advance(days=1)
        await deliver(joined_context)

    assert [m.address.person for m in outlet.sent_messages].count(MARIE.id) == 1


async def test_no_plain_row_changes_by_asking_and_answering(joined_context: Context) -> None:
    """Whatever lies beside a name in a copy of the database is the same as before."""
    before = await dump_plain_rows(joined_context)

    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")

    assert await load_intention(joined_context) is not None
    assert await dump_plain_rows(joined_context) == before


async def test_the_delivery_does_not_tell_who_answered_before(
    joined_context: Context, clock: FakeClock
) -> None:
    """The week's rows of two people differ in nothing but person, random id and sign."""
    await submit(joined_context, await open_now(joined_context), checkin="none")
    clock.advance(days=3)
    await deliver(joined_context)

    rows = await joined_context.store.across_workspaces.read(
        lambda repos: [
            {**row._asdict(), "id": "", "person": "", "detail": ""}
            for row in repos._connection.execute(select(deliveries))
            if row.kind == "checkin"
        ]
    )
    first, second = rows
    assert first == second


async def test_a_wish_is_followed_up_on_the_next_weeks_day(
    joined_context: Context, clock: FakeClock
) -> None:
    """Requested on Monday for Thursday of next week, it lasts longer than eight days."""
    form = await open_now(joined_context)
    thanks = await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=10)
    await deliver(joined_context)

    follow_up = await open_now(joined_context)

    assert "until Friday, July 10" in reply_text(thanks)
    assert (follow_up.name, follow_up.data.partition(":")[0]) == ("followup", NEXT_WEEK)


async def test_the_follow_up_leads_on_to_this_weeks_question(
    joined_context: Context, clock: FakeClock
) -> None:
    """Its thanks have the button of the question that it preceded."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)
    thanks = await submit(joined_context, await open_now(joined_context), followup="did")
    button = steps_by_name(thanks)["checkin.answer"]
    assert isinstance(button, Button)

    question = await BUTTONS[button.name](build_request(MARIE, data=button.data), joined_context)

    assert isinstance(question, Form)
    assert (question.name, question.data) == ("checkin", (await open_now(joined_context)).data)


@pytest.mark.parametrize(
    ("answers", "is_kept"),
    [
        ({"followup": "not_right"}, True),
        ({"followup": "not_right", "again": "no"}, False),
        ({"followup": "did", "again": "yes"}, True),
        ({"followup": "did"}, False),
    ],
)
async def test_an_intention_is_kept_for_another_week(
    joined_context: Context,
    clock: FakeClock,
    answers: dict[str, str],
    is_kept: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Kept, it does not precede this week's question again, and precedes that of the next."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)

    thanks = await submit(joined_context, await open_now(joined_context), **answers)
    this_week = await open_now(joined_context)
    clock.advance(days=7)
    next_week = await open_now(joined_context)

    assert ("kept for another week" in reply_text(thanks)) is is_kept
    assert (this_week.name, next_week.name) == ("checkin", "followup" if is_kept else "checkin")


async def test_a_stale_follow_up_keeps_a_newer_intention(
    joined_context: Context, clock: FakeClock
) -> None:
    """A follow-up that was opened twice deletes no intention that was requested in between."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)
    follow_up = await open_now(joined_context)
    await submit(joined_context, follow_up, followup="did")
    question = await open_now(joined_context)
    await submit(joined_context, question, checkin="someone", intention="I2", wish="yes")
    clock.advance(minutes=1)

    await submit(joined_context, follow_up, followup="did")

    intention = await load_intention(joined_context)
    assert intention is not None
    assert intention.code == "I2"


async def test_a_form_of_an_earlier_release_leads_on_too(
    joined_context: Context, clock: FakeClock
) -> None:
    """A follow-up without data leads on to the current week's question."""
    form = await open_now(joined_context)
    await submit(joined_context, form, checkin="someone", intention="I1", wish="yes")
    clock.advance(days=7)

    reply = await FORMS["followup"](
        build_request(MARIE, answers={"followup": "did"}), joined_context
    )

    button = steps_by_name(reply)["checkin.answer"]
    assert isinstance(button, Button)
    assert button.data == (await open_now(joined_context)).data


async def test_asking_resets_the_unanswered_count(joined_context: Context) -> None:
    """A question on demand counts as an answer, as opening the message's does."""
    scope = joined_context.store.across_workspaces
    await scope.write(lambda repos: repos.people.set_unanswered_count(MARIE, 4))

    await open_now(joined_context)

    assert (await scope.read(lambda repos: repos.people.get(MARIE))).unanswered_count == 0


async def test_a_person_who_has_not_joined_gets_the_question(context: Context) -> None:
    """On the team's list is enough; no follow-up is promised, and joining is offered."""
    await set_up_team(context)

    form = await open_now(context)
    thanks = await submit(context, form, checkin="none")

    assert set(fields_by_id(form)) == {"checkin", "intention"}
    assert "still comes" not in reply_text(form)
    assert "checkin.join" in steps_by_name(thanks)


async def test_a_stranger_gets_no_question(context: Context) -> None:
    """A person on no list reads how to join, as with every form of a clinician."""
    await set_up_team(context)

    with pytest.raises(NoTeamError):
        await run_command(build_request(STRANGER, "now"), context)

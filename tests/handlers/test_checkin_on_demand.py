"""The week's question on demand: the same as in the message, and no trace beside a name."""

import pytest
from sqlalchemy import Row, select

from bot.context import Context
from bot.elements import Button
from bot.errors import NoTeamError
from bot.store.schema import deliveries, metadata
from handlers import BUTTONS
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.questions_on_demand import (
    deliver,
    joined_context,
    load_intention,
    open_now,
    run_command,
    submit,
)
from tests.sample_team import (
    MARIE,
    STRANGER,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

__all__ = ["joined_context"]

WEEK = "2026-W27"
SEALED_TABLES = {"inbox", "ledger_record", "team_record"}


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


@pytest.mark.parametrize(("count", "count_after"), [(2, 0), (3, 3), (6, 6)])
async def test_asking_changes_no_reduced_frequency(
    joined_context: Context, count: int, count_after: int
) -> None:
    """It counts as an answer, except for people who are asked less often: a message would tell."""
    scope = joined_context.store.across_workspaces
    await scope.write(lambda repos: repos.people.set_unanswered_count(MARIE, count))

    await submit(joined_context, await open_now(joined_context), checkin="none")

    clinician = await scope.read(lambda repos: repos.people.get(MARIE))
    assert clinician.unanswered_count == count_after


async def test_a_silent_person_is_offered_to_be_asked_weekly_again(
    joined_context: Context,
) -> None:
    """The form offers no follow-up, which no message would bring; the thanks have the button."""
    await joined_context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 6)
    )

    form = await open_now(joined_context)
    thanks = await submit(joined_context, form, checkin="none")

    assert set(fields_by_id(form)) == {"checkin", "intention"}
    assert "checkin.again" in steps_by_name(thanks)


async def test_the_weeks_message_counts_for_the_question_on_demand(
    joined_context: Context, clock: FakeClock
) -> None:
    """After the message of the week, even the sixth, asking on demand counts as opening it."""
    scope = joined_context.store.across_workspaces
    clock.advance(days=3)
    await deliver(joined_context)
    await scope.write(lambda repos: repos.people.set_unanswered_count(MARIE, 6))

    form = await open_now(joined_context)

    assert (await scope.read(lambda repos: repos.people.get(MARIE))).unanswered_count == 0
    assert "wish" in fields_by_id(form)


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

"""Requests of people of other organisations: what is open to them, and what is for members."""

from dataclasses import replace

import pytest
from sqlalchemy import text as sql

from bot.affiliation import Affiliation
from bot.context import Context
from bot.conversation import Person, Reply, Request, Surface
from bot.domain import external_access
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.surface import NOTE_FORM_NAME
from bot.elements import ActionRow, Button, ChoiceField, Form, Home, Message
from bot.store.repositories import Repositories
from bot.store.schema import metadata
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER, SHORTCUTS
from tests.sample_team import (
    CHANNEL,
    CLINICIANS,
    MARIE,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_body,
    set_up_team,
)

DEBRIEF = {"form": "away", "status": "touched"}

MEMBER_COMMANDS = [
    ("rupture", ""),
    ("rupture", "\N{REPLACEMENT CHARACTER}"),
    ("checkin", ""),
    ("checkin", "join"),
    ("checkin", "participer"),
    ("checkin", "pause"),
    ("debriefs", ""),
    ("supervision", ""),
]
OPEN_COMMANDS = [
    ("tip", ""),
    ("tip", "next"),
    ("tip", "list"),
    ("tip", "practice"),
    ("rupture", "guide"),
    ("rupture", "supervision"),
    ("rupture", "withdraw"),
    ("rupture", "retirer"),
    ("rupture", "help"),
    ("checkin", "leave"),
    ("checkin", "help"),
    ("debriefs", "help"),
    ("supervision", "help"),
    ("help", ""),
]
OPEN_FORMS = {
    *("deeper", "erase", "guide", "note", "notice", "reading", "strained"),
    *("thanks", "waiting", "withdraw"),
}
OPEN_BUTTONS = {
    "checkin.leave",
    "help.open",
    "home.copy",
    "home.erase",
    "kept",
    "link",
    "rupture.back",
    "rupture.deeper",
    "rupture.guide",
    "rupture.questions",
    "rupture.rehearse",
    "tip.drill",
    "tip.drills",
    "tip.kind",
    "tip.list",
    "tip.next",
    "tip.situation",
    "tip.today",
    "tip.topic",
}


def visit(request: Request) -> Request:
    """Return *request* as one of a person of another organisation."""
    return replace(request, affiliation=Affiliation.EXTERNAL)


def is_refusal(reply: Reply, context: Context) -> bool:
    """Whether *reply* says that the request is for members only."""
    words = context.catalogue.get_pack("en")
    return (
        isinstance(reply, Message | Form)
        and reply_body(reply) == external_access.render_refusal(words).body
    )


ROWS_OF_EVERY_FORM = {"inbox", "ledger_record", "team_record", "period", "feed"}
"""Tables that the submission of any form changes in the same way."""


async def dump_rows(context: Context) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table of the store."""

    def read_tables(repos: Repositories) -> dict[str, list[tuple[object, ...]]]:
        return {
            table: [tuple(row) for row in repos._connection.execute(sql(f"select * from {table}"))]  # noqa: S608 - a name of the schema
            for table in metadata.tables
        }

    return await context.store.across_workspaces.read(read_tables)


@pytest.mark.parametrize(("command", "keyword"), MEMBER_COMMANDS)
@pytest.mark.parametrize("person", [MARIE, SUPERVISOR], ids=["on the roster", "supervisor"])
async def test_a_command_for_members_is_refused(
    context: Context, command: str, keyword: str, person: Person
) -> None:
    """A command that files, joins, counts or sets up is refused, even to a person on a list."""
    await set_up_team(context)
    rows = await dump_rows(context)

    reply = await COMMANDS[command].handle_request(
        visit(build_request(person, keyword, channel=CHANNEL)), context
    )

    assert is_refusal(reply, context)
    assert await dump_rows(context) == rows


@pytest.mark.parametrize(("command", "keyword"), OPEN_COMMANDS)
async def test_a_command_to_read_is_open(context: Context, command: str, keyword: str) -> None:
    """Tips, guides, help, withdrawing and leaving are open."""
    reply = await COMMANDS[command].handle_request(visit(build_request(MARIE, keyword)), context)

    assert reply is not None
    assert not is_refusal(reply, context)


@pytest.mark.parametrize("name", sorted(set(FORMS) - OPEN_FORMS))
async def test_a_form_for_members_is_refused_before_its_answers(
    context: Context, name: str
) -> None:
    """Forged answers of any other form are not looked at: the refusal is the same for all."""
    await set_up_team(context)
    rows = await dump_rows(context)

    for answers in ({}, DEBRIEF, {"name": "<b>", "channel": CHANNEL}):
        request = visit(build_request(SUPERVISOR, answers=answers, data=TEAM.id))
        assert is_refusal(await FORMS[name](request, context), context)
    assert await dump_rows(context) == rows


@pytest.mark.parametrize("name", sorted(set(BUTTONS) - OPEN_BUTTONS - {"home.open"}))
async def test_a_button_for_members_is_refused(context: Context, name: str) -> None:
    """Any other button is refused, in a message and on the home page, and nothing is stored."""
    await set_up_team(context)
    rows = await dump_rows(context)

    for surface in (Surface.MESSAGE, Surface.HOME):
        request = visit(build_request(CLINICIANS[2], surface=surface, data="x"))
        assert is_refusal(await BUTTONS[name](request, context), context)
    assert await dump_rows(context) == rows


async def test_the_shortcut_is_refused(context: Context) -> None:
    """The shortcut that files a debrief is refused."""
    request = visit(build_request(MARIE, surface=Surface.SHORTCUT))

    assert is_refusal(await SHORTCUTS["debrief"](request, context), context)


async def test_the_refusal_offers_no_refused_button(context: Context) -> None:
    """The refusal and the home page offer only buttons that are open to the person."""
    words = context.catalogue.get_pack("en")
    replies = (external_access.render_refusal(words), external_access.render_home_page(words))

    names = {
        control.name
        for reply in replies
        for row in reply.body
        if isinstance(row, ActionRow)
        for control in row.controls
        if isinstance(control, Button)
    }
    assert names == {"kept", "rupture.guide", "tip.today"}
    assert names <= OPEN_BUTTONS


async def test_the_home_page_contains_no_data(context: Context) -> None:
    """The home page is the same for each of them, opened by itself or by a button."""
    await set_up_team(context)
    expected = external_access.render_home_page(context.catalogue.get_pack("en"))

    for handler in (HOME_HANDLER, BUTTONS["home.open"]):
        reply = await handler(visit(build_request(SUPERVISOR, surface=Surface.HOME)), context)
        assert isinstance(reply, Home)
        assert reply == expected


async def test_a_guide_is_open_and_stores_no_wish(context: Context) -> None:
    """The chooser, guide and refinement are shown; rows that every form writes change alone."""
    await set_up_team(context)
    rows = await dump_rows(context)

    codes = Debrief("away", "touched").encoded_codes
    chooser = await BUTTONS["rupture.guide"](visit(build_request(MARIE)), context)
    guide = await FORMS["guide"](visit(build_request(MARIE, answers=DEBRIEF)), context)
    deeper = await BUTTONS["rupture.deeper"](visit(build_request(MARIE, data=codes)), context)
    answers = {
        field.id: field.options[0].code
        for field in reply_body(deeper)
        if isinstance(field, ChoiceField)
    }
    refined_guide = await FORMS["deeper"](
        visit(build_request(MARIE, answers=answers | {"wish": "yes"}, data=codes)), context
    )

    assert [form.name for form in (chooser, guide, refined_guide) if isinstance(form, Form)] == [
        "guide"
    ] * 3
    changed = {table for table, after in (await dump_rows(context)).items() if after != rows[table]}
    assert changed <= ROWS_OF_EVERY_FORM
    intention = await context.store.across_workspaces.read(
        lambda repos: repos.intentions.get_intention(MARIE)
    )
    assert intention is None


async def test_a_submitted_form_is_replaced_by_the_refusal(context: Context) -> None:
    """In an open form the refusal is a form to read, so that the form does not seem saved."""
    reply = await FORMS["debrief"](visit(build_request(MARIE, answers=DEBRIEF)), context)

    assert isinstance(reply, Form)
    assert reply.name == NOTE_FORM_NAME

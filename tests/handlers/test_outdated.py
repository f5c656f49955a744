"""Names of released controls, and the reply to a control without a route."""

from collections.abc import Mapping

import pytest

from bot.context import Context
from bot.conversation import Surface
from bot.domain import outdated_control
from bot.elements import ActionRow, Form, Message
from handlers import BUTTONS, COMMANDS, FORMS, SHORTCUTS, UNKNOWN_ROUTE_HANDLER
from handlers.outdated import RELEASED_NAMES
from tests.sample_team import MARIE, build_request, reply_body

TABLES: Mapping[str, Mapping[str, object]] = {
    "commands": COMMANDS,
    "forms": FORMS,
    "buttons": BUTTONS,
    "shortcuts": SHORTCUTS,
}


@pytest.mark.parametrize("table_name", TABLES)
def test_every_route_is_a_released_name(table_name: str) -> None:
    """A route that is added, or removed, is entered in the table of released names."""
    assert set(TABLES[table_name]) <= set(RELEASED_NAMES[table_name])


@pytest.mark.parametrize("table_name", TABLES)
def test_every_released_name_has_its_route(table_name: str) -> None:
    """A released name whose meaning remains has a route, and so has its current name."""
    current_names = RELEASED_NAMES[table_name]

    routed = {name for name, current in current_names.items() if current}
    assert routed | {current_names[name] for name in routed} <= set(TABLES[table_name])


@pytest.mark.parametrize("name", ["reading", "waiting"])
async def test_an_older_form_acts_as_the_current_one(context: Context, name: str) -> None:
    """A renamed form has the result of its current name."""
    request = build_request(MARIE, answers={})

    current_name = RELEASED_NAMES["forms"][name]
    assert await FORMS[name](request, context) == await FORMS[current_name](request, context)


@pytest.mark.parametrize("surface", Surface)
async def test_a_control_without_a_route_is_answered(context: Context, surface: Surface) -> None:
    """The reply says that nothing was done, and its button leads to the current commands."""
    words = context.catalogue.get_pack("en")

    reply = await UNKNOWN_ROUTE_HANDLER(build_request(MARIE, surface=surface), context)

    assert isinstance(reply, Message | Form)
    assert reply_body(reply) == outdated_control.render_notice(words).body
    (row,) = (element for element in reply.body if isinstance(element, ActionRow))
    assert [control.name for control in row.controls if hasattr(control, "name")] == ["help.open"]

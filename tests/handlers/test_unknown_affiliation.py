"""Requests while the product does not tell whether the person is a member."""

from dataclasses import replace

import pytest

from bot.affiliation import Affiliation
from bot.context import Context
from bot.conversation import Person, Reply, Request
from bot.domain import external_access
from bot.domain.reachability import EXTERNAL
from bot.elements import Form, Home, Message
from bot.store.repositories import Repositories
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from tests.sample_team import (
    CHANNEL,
    MARIE,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    build_request,
    reply_body,
    set_up_team,
)

DEBRIEF = {"form": "away", "status": "touched"}
STRANGER = Person(WORKSPACE, "U0STRANGER")


def as_unknown(request: Request) -> Request:
    """Return *request* as one whose person could not be looked up."""
    return replace(request, affiliation=Affiliation.UNKNOWN)


def waits(reply: Reply, context: Context) -> bool:
    """Whether *reply* says that the request has to wait for the product."""
    words = context.catalogue.get_pack("en")
    expected = external_access.render_refusal(words, Affiliation.UNKNOWN).body
    return isinstance(reply, Message | Form) and reply_body(reply) == expected


@pytest.mark.parametrize("person", [MARIE, SUPERVISOR])
async def test_people_on_a_list_are_served(context: Context, person: Person) -> None:
    """A clinician and a supervisor of a team read their own pages as at any other time."""
    await set_up_team(context)

    home = await HOME_HANDLER(as_unknown(build_request(person)), context)

    assert home == await HOME_HANDLER(build_request(person), context)


async def test_a_debrief_of_a_listed_person_is_stored(context: Context) -> None:
    """A clinician on a list files as at any other time."""
    await set_up_team(context)

    reply = await FORMS["debrief"](as_unknown(build_request(MARIE, answers=DEBRIEF)), context)

    assert isinstance(reply, Form)
    assert not waits(reply, context)


async def test_a_stranger_waits(context: Context) -> None:
    """A person on no list, who may be a guest, is asked to try again; tips are open to them."""
    await set_up_team(context)
    requests = [as_unknown(build_request(STRANGER, channel=CHANNEL)) for _ in range(3)]

    assert waits(await BUTTONS["checkin.join"](requests[0], context), context)
    assert waits(await COMMANDS["rupture"].handle_request(requests[1], context), context)
    assert not waits(await COMMANDS["tip"].handle_request(requests[2], context), context)


async def test_a_person_known_to_be_external_waits(context: Context) -> None:
    """A list that contains an account of another organisation opens nothing to it."""
    await set_up_team(context)

    def mark(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        repos.people.mark_unreachable(MARIE, EXTERNAL)

    await context.store.across_workspaces.write(mark)

    assert waits(await FORMS["debrief"](as_unknown(build_request(MARIE)), context), context)


async def test_the_home_page_says_why(context: Context) -> None:
    """The home page of a stranger names the reason and contains no data."""
    home = await HOME_HANDLER(as_unknown(build_request(STRANGER)), context)

    words = context.catalogue.get_pack("en")
    assert isinstance(home, Home)
    assert home == external_access.render_home_page(words, Affiliation.UNKNOWN)
    assert words.translate("external.unknown") in str(home)

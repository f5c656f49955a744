"""Requests of each kind take few statements, so that an acknowledgement stays cheap."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Reply, Request
from bot.middleware import RequestMiddleware
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from tests.handlers.recorded_statements import record_statements
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, TEAM, build_request, set_up_team

SIGN = catalogue.load_catalogue().get_pack("en").signs[0]
CODES = {"form": "away", "status": "touched"}


@dataclass(frozen=True)
class CountedRequest:
    """A handler, its request, and the most statements that it may take with the middleware's."""

    handler: Callable[[Request, Context], Awaitable[Reply]]
    request: Request
    max_statements: int


def _command(name: str) -> Callable[[Request, Context], Awaitable[Reply]]:
    return COMMANDS[name].handle_request


COUNTED_REQUESTS: Mapping[str, CountedRequest] = {
    "debrief": CountedRequest(FORMS["debrief"], build_request(MARIE, answers=CODES), 7),
    "guide": CountedRequest(FORMS["guide"], build_request(MARIE, answers=CODES), 7),
    "check-in": CountedRequest(
        FORMS["checkin"],
        build_request(MARIE, data=f"2026-W27:{SIGN.code}", answers={"checkin": "someone"}),
        17,
    ),
    "withdrawal": CountedRequest(FORMS["withdraw"], build_request(MARIE, answers={}), 9),
    "/tip": CountedRequest(_command("tip"), build_request(MARIE), 1),
    "next card": CountedRequest(BUTTONS["tip.next"], build_request(MARIE, data="1"), 1),
    "/rupture": CountedRequest(_command("rupture"), build_request(MARIE), 3),
    "/checkin": CountedRequest(_command("checkin"), build_request(MARIE), 14),
    "/debriefs": CountedRequest(_command("debriefs"), build_request(SUPERVISOR), 11),
    "home": CountedRequest(HOME_HANDLER, build_request(MARIE), 10),
}


@pytest.fixture
async def joined_context(context: Context) -> Context:
    """A team whose people have joined, with open periods, whose supervisor has agreed."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.save_agreement(SUPERVISOR, TEAM.id)
    )
    await FORMS["debrief"](
        build_request(CLINICIANS[0], answers=CODES, idempotency_key="before"), context
    )
    return context


@pytest.mark.parametrize("name", COUNTED_REQUESTS)
async def test_request_takes_few_statements(joined_context: Context, name: str) -> None:
    """Person, roles, team and periods are looked up once; a later request of a cached profile."""
    counted = COUNTED_REQUESTS[name]
    middleware = RequestMiddleware(joined_context)
    handler = middleware.bind_handler(counted.handler)
    await middleware.bind_handler(COMMANDS["tip"].handle_request)(counted.request)
    await middleware.wait_for_profile_lookups()
    with record_statements(joined_context) as statements:
        await handler(counted.request)

    texts = [text for text, _ in statements if not text.startswith("BEGIN")]
    assert len(texts) <= counted.max_statements, texts

"""Steps of the tests of a question on demand: a team whose day is Thursday, on a Monday."""

from datetime import time

import pytest

from bot.context import Context
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.intentions import Intention
from bot.elements import Form
from bot.store.repositories import Repositories
from handlers import COMMANDS, FORMS
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.sample_team import ADA, MARIE, TEAM, build_request, set_up_team

run_command = COMMANDS["checkin"].handle_request


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


async def load_intention(context: Context) -> Intention | None:
    """Load Marie's stored intention."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.intentions.get_intention(MARIE)
    )


async def deliver(context: Context) -> None:
    """Plan and send the check-ins that are due."""
    await weekly_checkin.run(context)
    await DeliverySender(context, COMPOSERS).send_all_due()

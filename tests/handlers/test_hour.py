"""The plan of the supervisor's hour, and sharing with the team's channel."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person, Surface
from bot.elements import Button, Form, Message
from bot.errors import NotTheirTeamError
from handlers import BUTTONS, COMMANDS, FORMS
from tests.domain.counts import sample_tables
from tests.handlers.conftest import OTHER_SUPERVISOR
from tests.published_releases import insert_releases
from tests.sample_team import (
    ADMIN,
    DIRECTOR,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

run_command = COMMANDS["debriefs"].handle_request
show_plan = BUTTONS["debriefs.hour"]


async def test_the_command_shows_a_plan(agreed_context: Context) -> None:
    """/debriefs hour shows a plan of thirty minutes, before any table is out."""
    reply = await run_command(build_request(SUPERVISOR, "hour"), agreed_context)

    assert isinstance(reply, Message)
    assert "30 minutes together: Monday team" in reply_text(reply)
    assert "needs none" in reply_text(reply)


async def test_a_button_changes_the_length(agreed_context: Context) -> None:
    """The plan's button shows the long hour, and that of the long hour the short one."""
    short = await run_command(build_request(SUPERVISOR, "hour"), agreed_context)
    step = steps_by_name(short)["debriefs.hour"]
    assert isinstance(step, Button)
    long = await show_plan(
        build_request(SUPERVISOR, data=step.data, surface=Surface.MESSAGE), agreed_context
    )

    assert "50 minutes together: Monday team" in reply_text(long)


async def test_a_plan_practises_with_lines_and_is_shared_with_them(agreed_context: Context) -> None:
    """The plan's button puts a client's lines in the exercise's place, in what is shared, too."""
    short = await run_command(build_request(SUPERVISOR, "hour"), agreed_context)
    lines_step = steps_by_name(short)["debriefs.lines"]
    assert isinstance(lines_step, Button)
    request = build_request(SUPERVISOR, data=lines_step.data, surface=Surface.MESSAGE)
    with_lines = await show_plan(request, agreed_context)
    share_step = steps_by_name(with_lines)["debriefs.share"]
    assert isinstance(share_step, Button)

    preview = await BUTTONS["debriefs.share"](
        replace(request, data=share_step.data), agreed_context
    )

    assert "Lines and repetition: " in reply_text(with_lines)
    assert "Lines and repetition: " in reply_text(preview)


async def test_a_form_shows_the_plan_as_a_form(agreed_context: Context) -> None:
    """In a form there is no conversation: the plan is a form to read."""
    request = build_request(SUPERVISOR, data=TEAM.id, surface=Surface.FORM)

    assert isinstance(await show_plan(request, agreed_context), Form)


async def test_the_report_leads_to_the_plan(agreed_context: Context) -> None:
    """The report of a supervisor has a button for the plan and one to share."""
    report = await run_command(build_request(SUPERVISOR), agreed_context)

    assert {"debriefs.hour", "debriefs.share"} <= steps_by_name(report).keys()


async def test_a_director_plans_and_shares_nothing(agreed_context: Context) -> None:
    """A director reads the plan of a team, and gets no button to share."""
    plan = await run_command(build_request(DIRECTOR, "hour"), agreed_context)
    report = await run_command(build_request(DIRECTOR), agreed_context)

    assert "30 minutes together" in reply_text(plan)
    assert "debriefs.share" not in steps_by_name(plan) | steps_by_name(report)


async def test_an_opened_table_grants_no_plan(agreed_context: Context) -> None:
    """A clinician who may read the tables plans no hour, and gets no button for one."""
    await set_up_team(agreed_context, replace(TEAM, open_to_team=True))

    report = await run_command(build_request(MARIE), agreed_context)
    assert not {"debriefs.hour", "debriefs.share"} & steps_by_name(report).keys()
    with pytest.raises(NotTheirTeamError):
        await run_command(build_request(MARIE, "hour"), agreed_context)


@pytest.mark.parametrize("person", [MARIE, STRANGER, ADMIN, OTHER_SUPERVISOR])
async def test_other_people_get_no_plan(agreed_context: Context, person: Person) -> None:
    """A clinician, a stranger, an admin and a supervisor of another team plan no hour of it."""
    with pytest.raises(NotTheirTeamError):
        await show_plan(build_request(person, data=f"{TEAM.id}:30"), agreed_context)


async def test_the_agreement_comes_first(context: Context) -> None:
    """A supervisor who did not agree gets the agreement instead of a plan, a preview or a post."""
    await set_up_team(context)
    requests = {
        show_plan: build_request(SUPERVISOR, data=TEAM.id),
        BUTTONS["debriefs.share"]: build_request(SUPERVISOR, data=TEAM.id),
        FORMS["share"]: build_request(SUPERVISOR, data=f"{TEAM.id}:30:2026-06-29:", answers={}),
    }

    replies = [await handler(request, context) for handler, request in requests.items()]
    assert [getattr(reply, "name", "") for reply in replies] == ["agreement"] * 3


async def test_an_earlier_report_leads_to_its_own_plan(agreed_context: Context) -> None:
    """Plan and preview under an earlier report are those from before the later table came."""
    leaders = [("form", "away"), ("status", "ended")]
    tables = sample_tables.publish_leaders(leaders)
    data = f"{TEAM.id}:{{}}:{tables[-1].closes}"
    await insert_releases(agreed_context.store, TEAM.id, tables[-2:])
    plan, preview = await _plan_and_preview(agreed_context, data)

    await insert_releases(agreed_context.store, TEAM.id, tables[:2])

    assert await _plan_and_preview(agreed_context, data) == (plan, preview)
    assert await _plan_and_preview(agreed_context, f"{TEAM.id}:{{}}") != (plan, preview)


async def _plan_and_preview(context: Context, data: str) -> tuple[str, str]:
    plan = await show_plan(build_request(SUPERVISOR, data=data.format("30")), context)
    share = BUTTONS["debriefs.share"]
    preview = await share(build_request(SUPERVISOR, data=data.format("question")), context)
    return reply_text(plan), reply_text(preview)


@pytest.mark.parametrize("name", ["debriefs.hour", "debriefs.lines", "debriefs.share"])
@pytest.mark.parametrize("person", [MARIE, STRANGER, ADMIN, OTHER_SUPERVISOR])
async def test_a_period_in_a_button_grants_nothing(
    agreed_context: Context, person: Person, name: str
) -> None:
    """A button with a period is refused to everybody who may not plan that team's hour."""
    with pytest.raises(NotTheirTeamError):
        await BUTTONS[name](build_request(person, data=f"{TEAM.id}:30:2026-07-06"), agreed_context)

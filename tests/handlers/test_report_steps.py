"""The steps from a report: its method, its exercise and the tables to copy."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.domain.counts.release_rule import Band
from bot.elements import Button, Form
from bot.errors import NotTheirTeamError
from handlers import BUTTONS
from tests.domain.counts import sample_tables
from tests.handlers.test_debriefs import run_command, submit_agreement
from tests.published_releases import insert_releases
from tests.sample_team import (
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)


@pytest.mark.parametrize(
    ("button", "text"),
    [("debriefs.method", "nobody's skill"), ("debriefs.exercise", "Made-up people only")],
)
async def test_the_steps_of_a_report_open_forms(context: Context, button: str, text: str) -> None:
    """The method and the exercise are each one button away."""
    await set_up_team(context)
    await submit_agreement(context)
    tables = (sample_tables.publish(sample_tables.build_total(Band.FEW), 0),)
    await insert_releases(context.store, TEAM.id, tables)
    step = steps_by_name(await run_command(build_request(SUPERVISOR), context))[button]
    assert isinstance(step, Button)

    form = await BUTTONS[button](build_request(SUPERVISOR, data=step.data), context)

    assert isinstance(form, Form)
    assert not form.submit
    assert text in reply_text(form)


async def test_the_exercise_opens_before_the_first_table(context: Context) -> None:
    """The exercise of the quarter's theme is one button away where nothing is published."""
    await set_up_team(context)
    await submit_agreement(context)
    step = steps_by_name(await run_command(build_request(SUPERVISOR), context))["debriefs.exercise"]
    assert isinstance(step, Button)

    form = await BUTTONS[step.name](build_request(SUPERVISOR, data=step.data), context)

    assert "Made-up people only" in reply_text(form)


async def test_the_method_leads_to_the_tables_to_copy(context: Context) -> None:
    """The form on the method has a button that opens the tables to copy."""
    await set_up_team(context)
    await submit_agreement(context)
    tables = (sample_tables.publish(sample_tables.build_total(Band.FEW), 0),)
    await insert_releases(context.store, TEAM.id, tables)
    method = await BUTTONS["debriefs.method"](build_request(SUPERVISOR, data=TEAM.id), context)
    step = steps_by_name(method)["debriefs.export"]
    assert isinstance(step, Button)

    form = await BUTTONS["debriefs.export"](build_request(SUPERVISOR, data=step.data), context)

    assert isinstance(form, Form)
    assert "Fewer than 10 debriefs" in reply_text(form)


async def test_the_export_command_shows_the_tables_to_copy(context: Context) -> None:
    """The keyword shows the text to copy, and the agreement before it."""
    await set_up_team(context)
    agreement = await run_command(build_request(SUPERVISOR, "export"), context)
    await submit_agreement(context)

    export = await run_command(build_request(SUPERVISOR, "export"), context)

    assert "not use this in evaluation" in reply_text(agreement)
    assert "No table has been published yet." in reply_text(export)


@pytest.mark.parametrize("person", [MARIE, STRANGER])
async def test_no_other_person_exports(context: Context, person: Person) -> None:
    """A clinician of a team that opened its tables cannot export them, nor can a stranger."""
    await set_up_team(context, replace(TEAM, open_to_team=True))

    with pytest.raises(NotTheirTeamError):
        await run_command(build_request(person, "export"), context)
    with pytest.raises(NotTheirTeamError):
        await BUTTONS["debriefs.export"](build_request(person, data=TEAM.id), context)


async def test_no_export_of_another_team(context: Context) -> None:
    """A supervisor cannot export a team in which they have no role."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=(), supervisors=())
    await submit_agreement(context)

    with pytest.raises(NotTheirTeamError):
        await BUTTONS["debriefs.export"](build_request(SUPERVISOR, data=OTHER_TEAM.id), context)

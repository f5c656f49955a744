from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.domain.people import Role
from bot.elements import Chart, Form, Message, OverflowMenu
from bot.errors import NotTheirTeamError, UnknownAnswerError
from bot.keywords import UNKNOWN_KEYWORD
from bot.store.repositories import Repositories
from handlers import BUTTONS, COMMANDS, FORMS
from schedules import close_periods
from tests.domain.counts import sample_tables
from tests.doubles import FakeClock
from tests.key_folders import list_period_keys
from tests.published_releases import insert_releases
from tests.sample_team import (
    CLINICIANS,
    DIRECTOR,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_body,
    reply_text,
    set_up_team,
    steps_by_name,
)

run_command = COMMANDS["debriefs"].handle_request
show_period = BUTTONS["debriefs.period"]
ONE_QUARTER = 92.0
"""Days that advance the clock into the next quarter."""


async def submit_agreement(context: Context, person: Person = SUPERVISOR) -> object:
    """Submit the agreement form."""
    return await FORMS["agreement"](build_request(person, answers={}), context)


async def simulate_quarters(context: Context, clock: FakeClock, quarters: int) -> None:
    """Simulate quarters in which each clinician files once."""
    for number in range(quarters):
        for clinician in CLINICIANS:
            answers = {"form": "away", "status": "working"}
            key = f"{clinician.id} {number}"
            await FORMS["debrief"](
                build_request(clinician, answers=answers, idempotency_key=key), context
            )
        clock.advance(days=ONE_QUARTER)
        await context.store.across_workspaces.write(lambda repos: _change_quarter(repos, clock))


def _change_quarter(repos: Repositories, clock: FakeClock) -> None:
    repos.ledger.close_ended_periods(clock())
    repos.ledger.open_missing_periods(clock())


async def test_the_first_view_requires_the_agreement(context: Context) -> None:
    """The first view requires the agreement not to work out who wrote what."""
    await set_up_team(context)

    form = await run_command(build_request(SUPERVISOR), context)

    assert isinstance(form, Form)
    assert "not use this in evaluation" in reply_text(form)
    assert form.submit


async def test_the_agreement_is_required_once(context: Context) -> None:
    """After the agreement the command shows the table."""
    await set_up_team(context)

    reply = await submit_agreement(context)

    assert reply_text(await run_command(build_request(SUPERVISOR), context)) in reply_text(reply)


async def test_a_new_role_requires_the_agreement_again(context: Context) -> None:
    """A supervisor who gets a second team agrees for that one too."""
    await set_up_team(context)
    await submit_agreement(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    assert isinstance(await run_command(build_request(SUPERVISOR), context), Form)


async def test_the_first_tables_date_is_shown(context: Context) -> None:
    """On day one the reply names the date, and that no count can be seen before it."""
    await set_up_team(context)
    await submit_agreement(context)

    reply = reply_text(await run_command(build_request(SUPERVISOR), context))

    assert "Monday, July 6" in reply
    assert "no screen shows a count" in reply


async def test_a_small_teams_reply_names_the_solution(context: Context) -> None:
    """Where no period is open, the reply names the reason and the solution."""
    await set_up_team(context, clinicians=(MARIE,))
    await submit_agreement(context)

    assert "sister teams" in reply_text(await run_command(build_request(SUPERVISOR), context))


async def test_filing_does_not_change_the_reply(context: Context) -> None:
    """There is no live count: the reply is the same before and after a debrief."""
    await set_up_team(context)
    await submit_agreement(context)
    before = await run_command(build_request(SUPERVISOR), context)

    answers = {"form": "against", "status": "ended"}
    await FORMS["debrief"](build_request(MARIE, answers=answers), context)

    assert await run_command(build_request(SUPERVISOR), context) == before


async def test_a_published_table_is_rendered_as_text_and_chart(
    context: Context,
) -> None:
    """The reply has a band, the leading answer, a chart with its text, and a question."""
    await set_up_team(context)
    await submit_agreement(context)
    tables = sample_tables.publish_leaders([("form", "away")])
    await insert_releases(context.store, TEAM.id, tables)

    reply = await run_command(build_request(SUPERVISOR), context)

    assert isinstance(reply, Message)
    assert "Somewhere around 20 to 39 debriefs." in reply_text(reply)
    assert "The answer that led was “Moved away" in reply_text(reply)
    assert "next hour together" in reply_text(reply)
    assert [element for element in reply_body(reply) if isinstance(element, Chart)]


async def test_earlier_periods_are_a_step_away(context: Context, clock: FakeClock) -> None:
    """One earlier period is a button, and from there the newest is one too."""
    await set_up_team(context)
    await submit_agreement(context)
    await simulate_quarters(context, clock, 2)

    newest = await run_command(build_request(SUPERVISOR), context)
    earlier = await show_period(build_request(SUPERVISOR, data=_period_data(newest)), context)
    back = await show_period(build_request(SUPERVISOR, data=_period_data(earlier)), context)

    assert "Jun 29" in reply_text(earlier)
    assert back == newest


def _period_data(reply: object) -> str:
    return str(getattr(steps_by_name(reply)["debriefs.period"], "data", ""))


async def test_several_earlier_periods_are_a_menu(context: Context, clock: FakeClock) -> None:
    """The menu has the five periods before the displayed one, the newest first."""
    await set_up_team(context)
    await submit_agreement(context)
    await simulate_quarters(context, clock, 7)

    menu = steps_by_name(await run_command(build_request(SUPERVISOR), context))["debriefs.period"]

    assert isinstance(menu, OverflowMenu)
    assert len(menu.options) == 5
    assert menu.options[0].code > menu.options[-1].code


async def test_a_director_can_switch_between_teams(context: Context) -> None:
    """Each of a director's teams is one step away, and their counts are never added up."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())
    await context.store.across_workspaces.write(_save_director_roles)
    await submit_agreement(context, DIRECTOR)

    first = await run_command(build_request(DIRECTOR), context)
    second = await show_period(build_request(DIRECTOR, data=_period_data(first)), context)

    titles = [reply_text(reply).splitlines()[0] for reply in (first, second)]
    assert titles == [f"What {team.name} chose to write down" for team in (OTHER_TEAM, TEAM)]


def _save_director_roles(repos: Repositories) -> None:
    for team in (TEAM, OTHER_TEAM):
        repos.teams.set_role_holders(team.id, Role.DIRECTOR, (DIRECTOR,))


@pytest.mark.parametrize("person", [MARIE, STRANGER])
async def test_other_people_get_a_refusal(context: Context, person: Person) -> None:
    """A clinician and a stranger read who may see counts, and what to do."""
    await set_up_team(context)

    reply = await run_command(build_request(person), context)

    assert "not yours to open" in getattr(reply, "summary", "")
    assert "/supervision" in reply_text(reply)


async def test_a_team_may_read_its_own_table(context: Context, clock: FakeClock) -> None:
    """Where the set-up allows it, the whole team reads what its supervisors read."""
    await set_up_team(context, replace(TEAM, open_to_team=True))
    await simulate_quarters(context, clock, 1)

    reply = await run_command(build_request(MARIE), context)

    assert "Jun 29" in reply_text(reply)
    assert "debriefs.export" not in steps_by_name(reply)
    method = await BUTTONS["debriefs.method"](build_request(MARIE, data=TEAM.id), context)
    assert "Everybody in the team" in reply_text(method)


@pytest.mark.parametrize("person", [MARIE, STRANGER])
async def test_no_button_opens_another_teams_table(context: Context, person: Person) -> None:
    """A button that was forwarded to another person opens nothing."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await show_period(build_request(person, data=f"{TEAM.id}:"), context)


async def test_no_button_bypasses_the_agreement(context: Context) -> None:
    """A supervisor without the agreement can open no period."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await show_period(build_request(SUPERVISOR, data=f"{TEAM.id}:"), context)


async def test_an_agreement_without_a_role_opens_nothing(context: Context) -> None:
    """The agreement gives no role to a person without one."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await submit_agreement(context, STRANGER)


async def test_a_forged_period_is_refused(context: Context) -> None:
    """An invalid date opens nothing."""
    await set_up_team(context)

    with pytest.raises(UnknownAnswerError):
        await show_period(build_request(SUPERVISOR, data="monday:soon"), context)


async def test_a_date_without_a_table_shows_the_next_one(context: Context) -> None:
    """A date without a table is handled like the time before the first table."""
    await set_up_team(context)
    await submit_agreement(context)

    reply = await show_period(build_request(SUPERVISOR, data=f"{TEAM.id}:2026-01-05"), context)

    assert "The first table" in reply_text(reply)


async def test_help_and_unknown_keywords_show_the_usage(context: Context) -> None:
    """The usage names who may read the counts, and when."""
    usage = await run_command(build_request(MARIE, "help"), context)

    assert await run_command(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "before its period is over" in reply_text(usage)


async def test_a_lost_key_is_told_to_the_supervisor(context: Context, clock: FakeClock) -> None:
    """A week after the close the page says that there is no table, and the next period counts."""
    await set_up_team(context)
    await submit_agreement(context)
    for stored_key in list_period_keys(context.store):
        context.store.key_store.delete(stored_key)
    clock.advance(days=7)
    await close_periods.run(context)
    before = reply_text(await run_command(build_request(SUPERVISOR), context))
    clock.advance(days=7)
    await close_periods.run(context)
    after = reply_text(await run_command(build_request(SUPERVISOR), context))

    sentence = context.catalogue.get_pack("en").translate("counts.lost")
    assert (before.count(sentence), after.count(sentence)) == (0, 1)
    guide = await FORMS["debrief"](
        build_request(MARIE, answers={"form": "away", "status": "touched"}), context
    )
    assert "Before Monday, October 5" in reply_text(guide)

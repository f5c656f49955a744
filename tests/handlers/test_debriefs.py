from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import UNKNOWN_KEYWORD, Person
from bot.domain.people import Role
from bot.elements import Chart, Form, Message, OverflowMenu
from bot.errors import NotTheirTeamError, UnknownAnswerError
from bot.store.repositories import Repositories
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import FakeClock
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

ask = COMMANDS["debriefs"].handle_request
turn = BUTTONS["debriefs.period"]
ONE_QUARTER = 92.0
"""Days that surely take the clock into the next quarter."""


async def agree(context: Context, who: Person = SUPERVISOR) -> object:
    """The agreement, sent off."""
    return await FORMS["agreement"](build_request(who, answers={}), context)


async def live_through(context: Context, clock: FakeClock, quarters: int) -> None:
    """Let quarters pass in which everybody files once."""
    for number in range(quarters):
        for clinician in CLINICIANS:
            answers = {"form": "away", "status": "working"}
            key = f"{clinician.id} {number}"
            await FORMS["debrief"](
                build_request(clinician, answers=answers, idempotency_key=key), context
            )
        clock.advance(days=ONE_QUARTER)
        await context.store.write(lambda repos: _turn_of_the_quarter(repos, clock))


def _turn_of_the_quarter(repos: Repositories, clock: FakeClock) -> None:
    repos.slips.close_ended_periods(clock())
    repos.slips.open_missing_periods(clock())


async def test_a_supervisor_gives_the_agreement_first(context: Context) -> None:
    """Before the first view, a promise not to work out who wrote what."""
    await set_up_team(context)

    form = await ask(build_request(SUPERVISOR), context)

    assert isinstance(form, Form)
    assert "not use this in evaluation" in reply_text(form)
    assert form.submit


async def test_the_agreement_is_asked_once(context: Context) -> None:
    """Whoever agreed goes straight to the table from then on."""
    await set_up_team(context)

    shown = await agree(context)

    assert reply_text(await ask(build_request(SUPERVISOR), context)) in reply_text(shown)


async def test_a_new_role_asks_again(context: Context) -> None:
    """Somebody who becomes supervisor of another team agrees for that one too."""
    await set_up_team(context)
    await agree(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())

    assert isinstance(await ask(build_request(SUPERVISOR), context), Form)


async def test_before_the_first_table_its_day_is_told(context: Context) -> None:
    """On day one a supervisor hears when, and that until then nobody can see a count."""
    await set_up_team(context)
    await agree(context)

    reply = reply_text(await ask(build_request(SUPERVISOR), context))

    assert "Monday, July 6" in reply
    assert "nobody, including us, can see a count" in reply


async def test_a_team_too_small_is_told_how_it_counts(context: Context) -> None:
    """Where no period is open, the reason and the way out are told."""
    await set_up_team(context, clinicians=(MARIE,))
    await agree(context)

    assert "sister teams" in reply_text(await ask(build_request(SUPERVISOR), context))


async def test_filing_changes_nothing_that_a_supervisor_sees(context: Context) -> None:
    """There is no live count: before and after a debrief the answer is the same."""
    await set_up_team(context)
    await agree(context)
    before = await ask(build_request(SUPERVISOR), context)

    answers = {"form": "against", "status": "ended"}
    await FORMS["debrief"](build_request(MARIE, answers=answers), context)

    assert await ask(build_request(SUPERVISOR), context) == before


async def test_a_published_table_is_told_in_words_and_drawn(
    context: Context, clock: FakeClock
) -> None:
    """A band, a leading answer or none, a chart with its words, captions and a question."""
    await set_up_team(context)
    await agree(context)
    await live_through(context, clock, 1)

    reply = await ask(build_request(SUPERVISOR), context)

    assert isinstance(reply, Message)
    assert "debriefs" in reply_text(reply)
    assert "June 29, 2026 to July 5, 2026" in reply_text(reply)
    assert "nobody's skill" in reply_text(reply)
    assert "next hour together" in reply_text(reply)
    assert [one for one in reply_body(reply) if isinstance(one, Chart)]


async def test_earlier_periods_are_a_step_away(context: Context, clock: FakeClock) -> None:
    """One earlier period is a button, and from there the newest is one too."""
    await set_up_team(context)
    await agree(context)
    await live_through(context, clock, 2)

    newest = await ask(build_request(SUPERVISOR), context)
    earlier = await turn(build_request(SUPERVISOR, data=_data(newest)), context)
    back = await turn(build_request(SUPERVISOR, data=_data(earlier)), context)

    assert "June 29, 2026" in reply_text(earlier)
    assert back == newest


def _data(reply: object) -> str:
    return str(getattr(steps_by_name(reply)["debriefs.period"], "data", ""))


async def test_several_earlier_periods_are_a_menu(context: Context, clock: FakeClock) -> None:
    """The five before the one that is shown, the newest of them first."""
    await set_up_team(context)
    await agree(context)
    await live_through(context, clock, 7)

    menu = steps_by_name(await ask(build_request(SUPERVISOR), context))["debriefs.period"]

    assert isinstance(menu, OverflowMenu)
    assert len(menu.options) == 5
    assert menu.options[0].code > menu.options[-1].code


async def test_a_director_of_several_teams_turns_from_one_to_the_next(context: Context) -> None:
    """Each of their teams is one step away, never added up."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, clinicians=())
    await context.store.write(_direct_both)
    await agree(context, DIRECTOR)

    first = await ask(build_request(DIRECTOR), context)
    second = await turn(build_request(DIRECTOR, data=_data(first)), context)

    shown = [reply_text(reply).splitlines()[0] for reply in (first, second)]
    assert shown == [f"What {team.name} chose to write down" for team in (OTHER_TEAM, TEAM)]


def _direct_both(repos: Repositories) -> None:
    for team in (TEAM, OTHER_TEAM):
        repos.teams.set_role_holders(team.id, Role.DIRECTOR, (DIRECTOR,))


@pytest.mark.parametrize("who", [MARIE, STRANGER])
async def test_everybody_else_gets_a_kind_refusal(context: Context, who: Person) -> None:
    """A clinician and a stranger hear who may read, and what to do."""
    await set_up_team(context)

    reply = await ask(build_request(who), context)

    assert "not yours to open" in getattr(reply, "summary", "")
    assert "/supervision" in reply_text(reply)


async def test_a_team_may_read_its_own_table(context: Context, clock: FakeClock) -> None:
    """Where the set-up says so, everybody in the team reads what its supervisors read."""
    await set_up_team(context, replace(TEAM, open_to_team=True))
    await live_through(context, clock, 1)

    reply = await ask(build_request(MARIE), context)

    assert "June 29, 2026 to July 5, 2026" in reply_text(reply)
    assert "Everybody in the team" in reply_text(reply)


@pytest.mark.parametrize("who", [MARIE, STRANGER])
async def test_no_button_opens_another_teams_table(context: Context, who: Person) -> None:
    """A button that somebody passed on opens nothing."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await turn(build_request(who, data=f"{TEAM.id}:"), context)


async def test_no_button_goes_round_the_agreement(context: Context) -> None:
    """A supervisor who has not agreed turns no page."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await turn(build_request(SUPERVISOR, data=f"{TEAM.id}:"), context)


async def test_an_agreement_by_nobody_opens_nothing(context: Context) -> None:
    """Agreeing gives no role to whoever has none."""
    await set_up_team(context)

    with pytest.raises(NotTheirTeamError):
        await agree(context, STRANGER)


async def test_a_forged_period_is_refused(context: Context) -> None:
    """A day that is no day opens nothing."""
    with pytest.raises(UnknownAnswerError):
        await turn(build_request(SUPERVISOR, data="monday:soon"), context)


async def test_a_period_without_a_table_shows_when_the_next_comes(context: Context) -> None:
    """A day on which nothing was told is met like the time before the first table."""
    await set_up_team(context)
    await agree(context)

    reply = await turn(build_request(SUPERVISOR, data=f"{TEAM.id}:2026-01-05"), context)

    assert "The first table" in reply_text(reply)


async def test_help_and_unknown_words_answer_with_the_usage(context: Context) -> None:
    """The usage says who may read, and when."""
    usage = await ask(build_request(MARIE, "help"), context)

    assert await ask(build_request(MARIE, UNKNOWN_KEYWORD), context) == usage
    assert "before its period is over" in reply_text(usage)

from dataclasses import replace

import pytest

from bot.context import Desk
from bot.conversation import UNKNOWN, Person
from bot.domain.people import Role
from bot.elements import Chart, Form, Menu, Message
from bot.errors import NotTheirTeamError, UnknownAnswerError
from bot.store.repositories import Books
from handlers import BUTTONS, COMMANDS, FORMS
from tests.doubles import Moment
from tests.sample_team import (
    CLINICIANS,
    DIRECTOR,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    body,
    request,
    set_up,
    steps,
    text,
)

ask = COMMANDS["debriefs"].handler
turn = BUTTONS["debriefs.period"]
ONE_QUARTER = 92.0
"""Days that surely take the clock into the next quarter."""


async def agree(desk: Desk, who: Person = SUPERVISOR) -> object:
    """The agreement, sent off."""
    return await FORMS["agreement"](request(who, answers={}), desk)


async def live_through(desk: Desk, clock: Moment, quarters: int) -> None:
    """Let quarters pass in which everybody files once."""
    for number in range(quarters):
        for clinician in CLINICIANS:
            answers = {"form": "away", "status": "working"}
            key = f"{clinician.id} {number}"
            await FORMS["debrief"](request(clinician, answers=answers, key=key), desk)
        clock.move(days=ONE_QUARTER)
        await desk.store.write(lambda books: _turn_of_the_quarter(books, clock))


def _turn_of_the_quarter(books: Books, clock: Moment) -> None:
    books.ledger.close_due(clock())
    books.ledger.open_due(clock())


async def test_a_supervisor_gives_the_agreement_first(desk: Desk) -> None:
    """Before the first view, a promise not to work out who wrote what."""
    await set_up(desk)

    form = await ask(request(SUPERVISOR), desk)

    assert isinstance(form, Form)
    assert "not use this in evaluation" in text(form)
    assert form.submit


async def test_the_agreement_is_asked_once(desk: Desk) -> None:
    """Whoever agreed goes straight to the table from then on."""
    await set_up(desk)

    shown = await agree(desk)

    assert text(await ask(request(SUPERVISOR), desk)) in text(shown)


async def test_a_new_role_asks_again(desk: Desk) -> None:
    """Somebody who becomes supervisor of another team agrees for that one too."""
    await set_up(desk)
    await agree(desk)
    await set_up(desk, OTHER_TEAM, clinicians=())

    assert isinstance(await ask(request(SUPERVISOR), desk), Form)


async def test_before_the_first_table_its_day_is_told(desk: Desk) -> None:
    """On day one a supervisor hears when, and that until then nobody can see a count."""
    await set_up(desk)
    await agree(desk)

    reply = text(await ask(request(SUPERVISOR), desk))

    assert "Monday, July 6" in reply
    assert "nobody, including us, can see a count" in reply


async def test_a_team_too_small_is_told_how_it_counts(desk: Desk) -> None:
    """Where no period is open, the reason and the way out are told."""
    await set_up(desk, clinicians=(MARIE,))
    await agree(desk)

    assert "sister teams" in text(await ask(request(SUPERVISOR), desk))


async def test_filing_changes_nothing_that_a_supervisor_sees(desk: Desk) -> None:
    """There is no live count: before and after a debrief the answer is the same."""
    await set_up(desk)
    await agree(desk)
    before = await ask(request(SUPERVISOR), desk)

    answers = {"form": "against", "status": "ended"}
    await FORMS["debrief"](request(MARIE, answers=answers), desk)

    assert await ask(request(SUPERVISOR), desk) == before


async def test_a_published_table_is_told_in_words_and_drawn(desk: Desk, clock: Moment) -> None:
    """A band, a leading answer or none, a chart with its words, captions and a question."""
    await set_up(desk)
    await agree(desk)
    await live_through(desk, clock, 1)

    reply = await ask(request(SUPERVISOR), desk)

    assert isinstance(reply, Message)
    assert "debriefs" in text(reply)
    assert "June 29, 2026 to July 5, 2026" in text(reply)
    assert "nobody's skill" in text(reply)
    assert "next hour together" in text(reply)
    assert [one for one in body(reply) if isinstance(one, Chart)]


async def test_earlier_periods_are_a_step_away(desk: Desk, clock: Moment) -> None:
    """One earlier period is a button, and from there the newest is one too."""
    await set_up(desk)
    await agree(desk)
    await live_through(desk, clock, 2)

    newest = await ask(request(SUPERVISOR), desk)
    earlier = await turn(request(SUPERVISOR, data=_data(newest)), desk)
    back = await turn(request(SUPERVISOR, data=_data(earlier)), desk)

    assert "June 29, 2026" in text(earlier)
    assert back == newest


def _data(reply: object) -> str:
    return str(getattr(steps(reply)["debriefs.period"], "data", ""))


async def test_several_earlier_periods_are_a_menu(desk: Desk, clock: Moment) -> None:
    """The five before the one that is shown, the newest of them first."""
    await set_up(desk)
    await agree(desk)
    await live_through(desk, clock, 7)

    menu = steps(await ask(request(SUPERVISOR), desk))["debriefs.period"]

    assert isinstance(menu, Menu)
    assert len(menu.options) == 5
    assert menu.options[0].code > menu.options[-1].code


async def test_a_director_of_several_teams_turns_from_one_to_the_next(desk: Desk) -> None:
    """Each of their teams is one step away, never added up."""
    await set_up(desk)
    await set_up(desk, OTHER_TEAM, clinicians=())
    await desk.store.write(_direct_both)
    await agree(desk, DIRECTOR)

    first = await ask(request(DIRECTOR), desk)
    second = await turn(request(DIRECTOR, data=_data(first)), desk)

    shown = [text(reply).splitlines()[0] for reply in (first, second)]
    assert shown == [f"What {team.name} chose to write down" for team in (OTHER_TEAM, TEAM)]


def _direct_both(books: Books) -> None:
    for team in (TEAM, OTHER_TEAM):
        books.teams.set_holders(team.id, Role.DIRECTOR, (DIRECTOR,))


@pytest.mark.parametrize("who", [MARIE, STRANGER])
async def test_everybody_else_gets_a_kind_refusal(desk: Desk, who: Person) -> None:
    """A clinician and a stranger hear who may read, and what to do."""
    await set_up(desk)

    reply = await ask(request(who), desk)

    assert "not yours to open" in getattr(reply, "summary", "")
    assert "/supervision" in text(reply)


async def test_a_team_may_read_its_own_table(desk: Desk, clock: Moment) -> None:
    """Where the set-up says so, everybody in the team reads what its supervisors read."""
    await set_up(desk, replace(TEAM, open_to_team=True))
    await live_through(desk, clock, 1)

    reply = await ask(request(MARIE), desk)

    assert "June 29, 2026 to July 5, 2026" in text(reply)
    assert "Everybody in the team" in text(reply)


@pytest.mark.parametrize("who", [MARIE, STRANGER])
async def test_no_button_opens_another_teams_table(desk: Desk, who: Person) -> None:
    """A button that somebody passed on opens nothing."""
    await set_up(desk)

    with pytest.raises(NotTheirTeamError):
        await turn(request(who, data=f"{TEAM.id}:"), desk)


async def test_no_button_goes_round_the_agreement(desk: Desk) -> None:
    """A supervisor who has not agreed turns no page."""
    await set_up(desk)

    with pytest.raises(NotTheirTeamError):
        await turn(request(SUPERVISOR, data=f"{TEAM.id}:"), desk)


async def test_an_agreement_by_nobody_opens_nothing(desk: Desk) -> None:
    """Agreeing gives no role to whoever has none."""
    await set_up(desk)

    with pytest.raises(NotTheirTeamError):
        await agree(desk, STRANGER)


async def test_a_forged_period_is_refused(desk: Desk) -> None:
    """A day that is no day opens nothing."""
    with pytest.raises(UnknownAnswerError):
        await turn(request(SUPERVISOR, data="monday:soon"), desk)


async def test_a_period_without_a_table_shows_when_the_next_comes(desk: Desk) -> None:
    """A day on which nothing was told is met like the time before the first table."""
    await set_up(desk)
    await agree(desk)

    reply = await turn(request(SUPERVISOR, data=f"{TEAM.id}:2026-01-05"), desk)

    assert "The first table" in text(reply)


async def test_help_and_unknown_words_answer_with_the_usage(desk: Desk) -> None:
    """The usage says who may read, and when."""
    usage = await ask(request(MARIE, "help"), desk)

    assert await ask(request(MARIE, UNKNOWN), desk) == usage
    assert "before its period is over" in text(usage)

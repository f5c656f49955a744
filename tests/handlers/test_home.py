from dataclasses import replace
from datetime import date

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Desk
from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.domain.people import Role
from bot.elements import Home
from bot.errors import UnknownAnswerError
from bot.store.repositories import Books
from handlers import BUTTONS, HOME
from tests.sample_team import (
    DIRECTOR,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    request,
    set_up,
    steps,
    text,
)


async def page(desk: Desk, who: Person) -> Home:
    """Somebody's own page."""
    reply = await HOME(request(who, channel=""), desk)
    assert isinstance(reply, Home)
    return reply


@pytest.mark.parametrize("who", [MARIE, SUPERVISOR, STRANGER])
async def test_everybody_finds_what_the_bot_is_and_its_two_steps(desk: Desk, who: Person) -> None:
    """Clinician, supervisor or stranger: a debrief and today's tip are one tap away."""
    await set_up(desk)

    shown = await page(desk, who)

    assert {"rupture.open", "tip.today", "help.open", "kept"} <= set(steps(shown))


async def test_a_clinician_reads_what_a_supervisor_can_see(desk: Desk) -> None:
    """In two sentences, with the day."""
    await set_up(desk)

    assert "From Monday, July 6 on" in text(await page(desk, MARIE))


async def test_a_clinician_who_joined_sees_the_next_question_and_its_controls(desk: Desk) -> None:
    """Day and time in their own zone, and settings, rest and leaving."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    await desk.store.write(lambda books: books.people.learn(MARIE, zone="America/Vancouver"))

    shown = await page(desk, MARIE)

    assert "Monday, June 29, 9:00" in text(shown)
    assert {"checkin.settings", "checkin.pause", "checkin.leave"} <= set(steps(shown))


async def test_everything_kept_about_a_person_is_put_into_words(desk: Desk) -> None:
    """Team, rhythm, rest, the quiet counter, what they picked, and what is not kept."""
    await set_up(desk)

    def live(books: Books) -> None:
        people, intentions = books.people, books.intentions
        people.join(MARIE, TEAM.id)
        people.set_rule(MARIE, replace(TEAM.checkin, weekday=4))
        people.pause(MARIE, date(2026, 8, 3))
        people.set_quiet(MARIE, 2)
        intentions.keep(MARIE, Intention("I1", "circle", "2026-W27", date(2026, 7, 7)))

    signs = desk.catalogue.words("en").signs
    assert any(sign.code == "circle" for sign in signs)
    await desk.store.write(live)

    shown = text(await page(desk, MARIE))

    for fact in (
        TEAM.name,
        "Thursday",
        "chose that day and time yourself",
        "rests until Monday, August 3",
        "2 of 6",
        "Ask how working together feels",
        "not whether you filed a debrief",
    ):
        assert fact in shown


async def test_a_wish_to_be_asked_again_is_shown_without_a_choice(desk: Desk) -> None:
    """A follow-up that names nothing to try is told by its sign alone."""
    wish = Intention("again", "circle", "2026-W27", date(2026, 7, 7))
    await set_up(desk)
    await desk.store.write(lambda books: books.intentions.keep(MARIE, wish))

    assert "You asked to be asked again" in text(await page(desk, MARIE))


async def test_a_pause_that_is_over_is_not_shown(desk: Desk) -> None:
    """What no longer holds is not said to hold."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    await desk.store.write(lambda books: books.people.pause(MARIE, date(2026, 6, 1)))

    shown = await page(desk, MARIE)

    assert "rests until" not in text(shown)
    assert "checkin.pause" in steps(shown)


async def test_a_resting_clinician_can_end_the_rest(desk: Desk) -> None:
    """During a pause the page offers to end it."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    await desk.store.write(lambda books: books.people.pause(MARIE, date(2026, 8, 1)))

    assert "checkin.resume" in steps(await page(desk, MARIE))


async def test_messages_that_came_back_are_told(desk: Desk) -> None:
    """Whoever cannot be reached learns so where they look, and how to mend it."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    await desk.store.write(lambda books: books.people.mark_unreachable(MARIE, "gone"))

    shown = await page(desk, MARIE)

    assert "came back" in text(shown)
    assert "checkin.join" in steps(shown)


async def test_a_declared_clinician_is_invited(desk: Desk) -> None:
    """Not enrolled: one button to join, and what nobody else can see."""
    await set_up(desk)

    shown = await page(desk, MARIE)

    assert "checkin.join" in steps(shown)
    assert "cannot see whether you joined" in text(shown)


async def test_a_stranger_learns_how_to_belong(desk: Desk) -> None:
    """There is no button that would lead nowhere."""
    await set_up(desk)

    shown = await page(desk, STRANGER)

    assert "checkin.join" not in steps(shown)
    assert "Press Join on your team's card" in text(shown)


async def test_a_supervisor_sees_the_way_to_the_counts_and_the_set_up(desk: Desk) -> None:
    """Both are steps, and no figure stands on the page."""
    await set_up(desk)

    shown = await page(desk, SUPERVISOR)

    assert {"debriefs.open", "supervision.open"} <= set(steps(shown))
    assert f"You supervise: **{TEAM.name}**" in text(shown)


async def test_an_agreement_is_among_what_is_kept(desk: Desk) -> None:
    """A supervisor reads that their agreement is kept."""
    await set_up(desk)
    before = text(await page(desk, SUPERVISOR))
    await desk.store.write(lambda books: books.teams.agree(SUPERVISOR, TEAM.id))

    assert "You gave the agreement" not in before
    assert "You gave the agreement" in text(await page(desk, SUPERVISOR))


async def test_a_director_sees_the_way_to_the_counts_alone(desk: Desk) -> None:
    """Reading counts does not open the set-up."""
    await set_up(desk)
    await desk.store.write(
        lambda books: books.teams.set_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
    )

    shown = steps(await page(desk, DIRECTOR))

    assert "debriefs.open" in shown
    assert "supervision.open" not in shown


async def test_a_clinician_sees_no_way_to_the_counts(desk: Desk) -> None:
    """The page shows only what its reader may open."""
    await set_up(desk)

    assert not {"debriefs.open", "supervision.open"} & set(steps(await page(desk, MARIE)))


async def test_one_language_is_no_choice(desk: Desk) -> None:
    """With English alone no menu is shown."""
    alone = Catalogue({"en": desk.catalogue.words("en")})

    assert "home.language" not in steps(await page(replace(desk, catalogue=alone), MARIE))


async def test_a_chosen_language_is_spoken_from_then_on(desk: Desk) -> None:
    """With several languages the choice is kept, and the page turns over at once."""
    shown = await page(desk, MARIE)
    reply = await BUTTONS["home.language"](request(MARIE, channel="", data="fr-CA"), desk)

    assert "home.language" in steps(shown)
    assert desk.catalogue.words("fr-CA").say("home.intro.heading") in text(reply)
    assert (await desk.store.read(lambda books: books.people.get(MARIE))).language == "fr-CA"


async def test_a_language_that_is_not_on_offer_is_refused(desk: Desk) -> None:
    """Nothing is kept that could not be spoken."""
    with pytest.raises(UnknownAnswerError):
        await BUTTONS["home.language"](request(MARIE, channel="", data="eo"), desk)


async def test_somebody_silent_sees_why_and_one_tap_to_go_on(desk: Desk) -> None:
    """Six unanswered: nothing comes, the page says so, and the way back is its first button."""
    await set_up(desk, replace(TEAM, holidays="CA-QC"))

    def quiet(books: Books) -> None:
        books.people.join(MARIE, TEAM.id)
        books.people.set_work_days(MARIE, (1, 2))
        books.people.set_quiet(MARIE, 6)

    await desk.store.write(quiet)
    shown = await page(desk, MARIE)

    assert "checkin.again" in steps(shown)
    for fact in ("It rests", "6 of 6", "none is sent", "Monday and Tuesday", "Canada (QC)"):
        assert fact in text(shown)


async def test_somebody_asked_seldom_is_told_so(desk: Desk) -> None:
    """Three unanswered: the next one is named, and so is the reason why it is far."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    await desk.store.write(lambda books: books.people.set_quiet(MARIE, 3))

    shown = text(await page(desk, MARIE))

    assert "every fourth week" in shown
    assert "Monday, July 20" in shown

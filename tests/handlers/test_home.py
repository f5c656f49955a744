from dataclasses import replace
from datetime import date

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.domain.people import Role
from bot.elements import Home
from bot.errors import UnknownAnswerError
from bot.store.repositories import Repositories
from handlers import BUTTONS, HOME_HANDLER
from tests.sample_team import (
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


async def page(context: Context, who: Person) -> Home:
    """Somebody's own page."""
    reply = await HOME_HANDLER(build_request(who, channel=""), context)
    assert isinstance(reply, Home)
    return reply


@pytest.mark.parametrize("who", [MARIE, SUPERVISOR, STRANGER])
async def test_everybody_finds_what_the_bot_is_and_its_two_steps(
    context: Context, who: Person
) -> None:
    """Clinician, supervisor or stranger: a debrief and today's tip are one tap away."""
    await set_up_team(context)

    shown = await page(context, who)

    assert {"rupture.open", "tip.today", "help.open", "kept"} <= set(steps_by_name(shown))


async def test_a_clinician_reads_what_a_supervisor_can_see(context: Context) -> None:
    """In two sentences, with the day."""
    await set_up_team(context)

    assert "From Monday, July 6 on" in reply_text(await page(context, MARIE))


async def test_a_clinician_who_joined_sees_the_next_question_and_its_controls(
    context: Context,
) -> None:
    """Day and time in their own zone, and settings, rest and leaving."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    await context.store.write(
        lambda repos: repos.people.update_profile(MARIE, zone="America/Vancouver")
    )

    shown = await page(context, MARIE)

    assert "Monday, June 29, 9:00" in reply_text(shown)
    assert {"checkin.settings", "checkin.pause", "checkin.leave"} <= set(steps_by_name(shown))


async def test_everything_kept_about_a_person_is_put_into_words(context: Context) -> None:
    """Team, rhythm, rest, the quiet counter, what they picked, and what is not kept."""
    await set_up_team(context)

    def live(repos: Repositories) -> None:
        people, intentions = repos.people, repos.intentions
        people.join_team(MARIE, TEAM.id)
        people.set_checkin_rule(MARIE, replace(TEAM.checkin_rule, weekday=4))
        people.pause_checkins(MARIE, date(2026, 8, 3))
        people.set_unanswered_count(MARIE, 2)
        intentions.save_intention(MARIE, Intention("I1", "circle", "2026-W27", date(2026, 7, 7)))

    signs = context.catalogue.get_pack("en").signs
    assert any(sign.code == "circle" for sign in signs)
    await context.store.write(live)

    shown = reply_text(await page(context, MARIE))

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


async def test_a_wish_to_be_asked_again_is_shown_without_a_choice(context: Context) -> None:
    """A follow-up that names nothing to try is told by its sign alone."""
    wish = Intention("again", "circle", "2026-W27", date(2026, 7, 7))
    await set_up_team(context)
    await context.store.write(lambda repos: repos.intentions.save_intention(MARIE, wish))

    assert "You asked to be asked again" in reply_text(await page(context, MARIE))


async def test_a_pause_that_is_over_is_not_shown(context: Context) -> None:
    """What no longer holds is not said to hold."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    await context.store.write(lambda repos: repos.people.pause_checkins(MARIE, date(2026, 6, 1)))

    shown = await page(context, MARIE)

    assert "rests until" not in reply_text(shown)
    assert "checkin.pause" in steps_by_name(shown)


async def test_a_resting_clinician_can_end_the_rest(context: Context) -> None:
    """During a pause the page offers to end it."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    await context.store.write(lambda repos: repos.people.pause_checkins(MARIE, date(2026, 8, 1)))

    assert "checkin.resume" in steps_by_name(await page(context, MARIE))


async def test_messages_that_came_back_are_told(context: Context) -> None:
    """Whoever cannot be reached learns so where they look, and how to mend it."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    await context.store.write(lambda repos: repos.people.mark_unreachable(MARIE, "gone"))

    shown = await page(context, MARIE)

    assert "came back" in reply_text(shown)
    assert "checkin.join" in steps_by_name(shown)


async def test_a_declared_clinician_is_invited(context: Context) -> None:
    """Not enrolled: one button to join, and what nobody else can see."""
    await set_up_team(context)

    shown = await page(context, MARIE)

    assert "checkin.join" in steps_by_name(shown)
    assert "cannot see whether you joined" in reply_text(shown)


async def test_a_stranger_learns_how_to_belong(context: Context) -> None:
    """There is no button that would lead nowhere."""
    await set_up_team(context)

    shown = await page(context, STRANGER)

    assert "checkin.join" not in steps_by_name(shown)
    assert "Press Join on your team's card" in reply_text(shown)


async def test_a_supervisor_sees_the_way_to_the_counts_and_the_set_up(context: Context) -> None:
    """Both are steps, and no figure stands on the page."""
    await set_up_team(context)

    shown = await page(context, SUPERVISOR)

    assert {"debriefs.open", "supervision.open"} <= set(steps_by_name(shown))
    assert f"You supervise: **{TEAM.name}**" in reply_text(shown)


async def test_an_agreement_is_among_what_is_kept(context: Context) -> None:
    """A supervisor reads that their agreement is kept."""
    await set_up_team(context)
    before = reply_text(await page(context, SUPERVISOR))
    await context.store.write(lambda repos: repos.teams.save_agreement(SUPERVISOR, TEAM.id))

    assert "You gave the agreement" not in before
    assert "You gave the agreement" in reply_text(await page(context, SUPERVISOR))


async def test_a_director_sees_the_way_to_the_counts_alone(context: Context) -> None:
    """Reading counts does not open the set-up."""
    await set_up_team(context)
    await context.store.write(
        lambda repos: repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
    )

    shown = steps_by_name(await page(context, DIRECTOR))

    assert "debriefs.open" in shown
    assert "supervision.open" not in shown


async def test_a_clinician_sees_no_way_to_the_counts(context: Context) -> None:
    """The page shows only what its reader may open."""
    await set_up_team(context)

    assert not {"debriefs.open", "supervision.open"} & set(
        steps_by_name(await page(context, MARIE))
    )


async def test_one_language_is_no_choice(context: Context) -> None:
    """With English alone no menu is shown."""
    alone = Catalogue({"en": context.catalogue.get_pack("en")})

    assert "home.language" not in steps_by_name(
        await page(replace(context, catalogue=alone), MARIE)
    )


async def test_a_chosen_language_is_spoken_from_then_on(context: Context) -> None:
    """With several languages the choice is kept, and the page turns over at once."""
    shown = await page(context, MARIE)
    reply = await BUTTONS["home.language"](build_request(MARIE, channel="", data="fr-CA"), context)

    assert "home.language" in steps_by_name(shown)
    assert context.catalogue.get_pack("fr-CA").translate("home.intro.heading") in reply_text(reply)
    assert (await context.store.read(lambda repos: repos.people.get(MARIE))).language == "fr-CA"


async def test_a_language_that_is_not_on_offer_is_refused(context: Context) -> None:
    """Nothing is kept that could not be spoken."""
    with pytest.raises(UnknownAnswerError):
        await BUTTONS["home.language"](build_request(MARIE, channel="", data="eo"), context)


async def test_somebody_silent_sees_why_and_one_tap_to_go_on(context: Context) -> None:
    """Six unanswered: nothing comes, the page says so, and the way back is its first button."""
    await set_up_team(context, replace(TEAM, holiday_region="CA-QC"))

    def quiet(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        repos.people.set_work_days(MARIE, (1, 2))
        repos.people.set_unanswered_count(MARIE, 6)

    await context.store.write(quiet)
    shown = await page(context, MARIE)

    assert "checkin.again" in steps_by_name(shown)
    for fact in ("It rests", "6 of 6", "none is sent", "Monday and Tuesday", "Canada (QC)"):
        assert fact in reply_text(shown)


async def test_somebody_asked_seldom_is_told_so(context: Context) -> None:
    """Three unanswered: the next one is named, and so is the reason why it is far."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    await context.store.write(lambda repos: repos.people.set_unanswered_count(MARIE, 3))

    shown = reply_text(await page(context, MARIE))

    assert "every fourth week" in shown
    assert "Monday, July 20" in shown

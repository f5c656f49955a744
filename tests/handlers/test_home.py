from dataclasses import replace
from datetime import date

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person, Surface
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


async def load_home_page(context: Context, person: Person) -> Home:
    """Load a person's home page."""
    reply = await HOME_HANDLER(build_request(person, surface=Surface.HOME), context)
    assert isinstance(reply, Home)
    return reply


@pytest.mark.parametrize("person", [MARIE, SUPERVISOR, STRANGER])
async def test_every_home_page_has_the_basic_steps(context: Context, person: Person) -> None:
    """A clinician, a supervisor and a stranger see the debrief and today's tip."""
    await set_up_team(context)

    page = await load_home_page(context, person)

    assert {"rupture.open", "tip.today", "help.open", "kept"} <= set(steps_by_name(page))


async def test_a_clinicians_page_names_what_a_supervisor_can_see(context: Context) -> None:
    """The page names what a supervisor can see, and from which date."""
    await set_up_team(context)

    assert "From Monday, July 6 on" in reply_text(await load_home_page(context, MARIE))


async def test_a_joined_clinicians_page_shows_the_next_check_in(
    context: Context,
) -> None:
    """The next check-in is in the person's own zone, with settings, pause and leave."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.people.update_profile(MARIE, zone="America/Vancouver")
    )

    page = await load_home_page(context, MARIE)

    assert "Monday, June 29, 9:00" in reply_text(page)
    assert {"checkin.settings", "checkin.pause", "checkin.leave"} <= set(steps_by_name(page))


async def test_the_page_lists_all_stored_personal_data(context: Context) -> None:
    """The page lists team, schedule, pause, unanswered count, intention, and what is not stored."""
    await set_up_team(context)

    def save_personal_data(repos: Repositories) -> None:
        people, intentions = repos.people, repos.intentions
        people.join_team(MARIE, TEAM.id)
        people.set_checkin_rule(MARIE, replace(TEAM.checkin_rule, weekday=4))
        people.pause_checkins(MARIE, date(2026, 8, 3))
        people.set_unanswered_count(MARIE, 2)
        intentions.save_intention(MARIE, Intention("I1", "circle", "2026-W27", date(2026, 7, 7)))

    signs = context.catalogue.get_pack("en").signs
    assert any(sign.code == "circle" for sign in signs)
    await context.store.across_workspaces.write(save_personal_data)

    page_text = reply_text(await load_home_page(context, MARIE))

    for fact in (
        TEAM.name,
        "Thursday",
        "chose that day and time yourself",
        "rests until Monday, August 3",
        "2 of 6",
        "Ask how working together feels",
        "not whether you filed a debrief",
    ):
        assert fact in page_text


async def test_a_follow_up_without_an_intention_is_shown(context: Context) -> None:
    """A follow-up without an intention is shown by its sign alone."""
    wish = Intention("again", "circle", "2026-W27", date(2026, 7, 7))
    await set_up_team(context)

    def save_wish(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        repos.intentions.save_intention(MARIE, wish)

    await context.store.across_workspaces.write(save_wish)

    assert "You asked to be asked again" in reply_text(await load_home_page(context, MARIE))


async def test_an_expired_pause_is_not_shown(context: Context) -> None:
    """The page does not show an expired pause."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.people.pause_checkins(MARIE, date(2026, 6, 1))
    )

    page = await load_home_page(context, MARIE)

    assert "rests until" not in reply_text(page)
    assert "checkin.pause" in steps_by_name(page)


async def test_a_pause_can_be_ended_on_the_page(context: Context) -> None:
    """During a pause the page offers to end it."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.people.pause_checkins(MARIE, date(2026, 8, 1))
    )

    assert "checkin.resume" in steps_by_name(await load_home_page(context, MARIE))


async def test_an_unreachable_person_sees_a_notice(context: Context) -> None:
    """An unreachable person reads so on the page, and how to resolve it."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.people.mark_unreachable(MARIE, "gone")
    )

    page = await load_home_page(context, MARIE)

    assert "came back" in reply_text(page)
    assert "checkin.join" in steps_by_name(page)


async def test_a_declared_clinician_can_join(context: Context) -> None:
    """A person who has not joined sees a button to join, and that no other person sees it."""
    await set_up_team(context)

    page = await load_home_page(context, MARIE)

    assert "checkin.join" in steps_by_name(page)
    assert "cannot see whether you joined" in reply_text(page)


async def test_a_stranger_reads_how_to_join(context: Context) -> None:
    """A stranger sees no button that would fail."""
    await set_up_team(context)

    page = await load_home_page(context, STRANGER)

    assert "checkin.join" not in steps_by_name(page)
    assert "Press Join on your team's card" in reply_text(page)


async def test_a_supervisors_page_has_counts_and_set_up(context: Context) -> None:
    """The page has both steps, and no figure."""
    await set_up_team(context)

    page = await load_home_page(context, SUPERVISOR)

    assert {"debriefs.open", "supervision.open"} <= set(steps_by_name(page))
    assert f"You supervise: **{TEAM.name}**" in reply_text(page)


async def test_a_stored_agreement_is_shown(context: Context) -> None:
    """A supervisor reads that their agreement is stored."""
    await set_up_team(context)
    before = reply_text(await load_home_page(context, SUPERVISOR))
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.save_agreement(SUPERVISOR, TEAM.id)
    )

    assert "You gave the agreement" not in before
    assert "You gave the agreement" in reply_text(await load_home_page(context, SUPERVISOR))


async def test_a_directors_page_has_counts_only(context: Context) -> None:
    """A director sees the counts' step, and not the set-up's."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
    )

    steps = steps_by_name(await load_home_page(context, DIRECTOR))

    assert "debriefs.open" in steps
    assert "supervision.open" not in steps


async def test_a_clinicians_page_has_no_counts(context: Context) -> None:
    """The page shows only steps that its reader may use."""
    await set_up_team(context)

    assert not {"debriefs.open", "supervision.open"} & set(
        steps_by_name(await load_home_page(context, MARIE))
    )


async def test_one_language_has_no_menu(context: Context) -> None:
    """With one language the page has no language menu."""
    english_only = Catalogue({"en": context.catalogue.get_pack("en")})

    assert "home.language" not in steps_by_name(
        await load_home_page(replace(context, catalogue=english_only), MARIE)
    )


async def test_a_chosen_language_is_stored(context: Context) -> None:
    """The chosen language is stored, and the page is rendered in it."""
    page = await load_home_page(context, MARIE)
    reply = await BUTTONS["home.language"](
        build_request(MARIE, surface=Surface.HOME, data="fr-CA"), context
    )

    assert "home.language" in steps_by_name(page)
    assert context.catalogue.get_pack("fr-CA").translate("home.intro.heading") in reply_text(reply)
    assert (
        await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    ).language == "fr-CA"


async def test_an_unknown_language_is_refused(context: Context) -> None:
    """An unknown language is not stored."""
    with pytest.raises(UnknownAnswerError):
        await BUTTONS["home.language"](
            build_request(MARIE, surface=Surface.HOME, data="eo"), context
        )


async def test_a_silent_clinician_can_restart(context: Context) -> None:
    """After six unanswered check-ins the page names the reason, and offers to restart."""
    await set_up_team(context, replace(TEAM, holiday_region="CA-QC"))

    def save_silent_clinician(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        repos.people.set_work_days(MARIE, (1, 2))
        repos.people.set_unanswered_count(MARIE, 6)

    await context.store.across_workspaces.write(save_silent_clinician)
    page = await load_home_page(context, MARIE)

    assert "checkin.again" in steps_by_name(page)
    for fact in ("It rests", "6 of 6", "none is sent", "Monday and Tuesday", "Canada (QC)"):
        assert fact in reply_text(page)


async def test_a_reduced_frequency_is_shown(context: Context) -> None:
    """After three unanswered check-ins the page names the next one and why it is late."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.people.set_unanswered_count(MARIE, 3)
    )

    page_text = reply_text(await load_home_page(context, MARIE))

    assert "every fourth week" in page_text
    assert "Monday, July 20" in page_text

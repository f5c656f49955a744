"""A team from its set-up to its end, in a browser: no debrief on the way is lost in silence."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace.personas import NEW_TEAM_CHANNEL_NAME
from tests.journeys.team_practice import TeamPractice, open_team_practice

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN, SUCCESSOR = "Quentin Obiagu", "Amaru Lindholm"
"""The admin, and the supervisor who supervises no team yet."""

UNLISTED = (
    *("Halima Ostrowe", "Kaito Brisebois", "Ottoline Varma", "Sefu Lindgaard"),
    *("Rosalind Etxeberria", "Tariq Holmgren", "Minh Castellar", "Petra Anaquod"),
)
"""The people of the practice who are on no team's list."""

HENRIKE, NORTH_CLINICIAN = "Henrike Vossmoor", "Ilse Okonjo"
MOVED = (
    "Priya Lindqvist",
    "Jun Castellane",
    "Noor Abernathy",
    "Tomasz Akintola",
    "Yara Fitzmorris",
)
"""Clinicians of the large team who leave it for one of their own."""

CORMAC, RIVER_CLINICIANS = (
    "Cormac Delaroche",
    ("Gethin Oyelaran", "Mireille Tanaga", "Arash Lundgaard"),
)
"""The supervisor of the small team, and some of its clinicians."""

MAX_STEPS = 8
"""Commands and buttons from the channel without the bot to the first check-in."""


@pytest_asyncio.fixture(loop_scope="session")
async def practice(
    sandbox_page: Page, english: LanguagePack, tmp_path: Path
) -> AsyncIterator[TeamPractice]:
    """A practice in which nothing was filed yet, with its page."""
    async with open_team_practice(sandbox_page, english, tmp_path) as team_practice:
        yield team_practice


async def test_a_new_team_reaches_its_first_check_in(practice: TeamPractice) -> None:
    """In a channel without the bot it takes eight commands and buttons at most."""
    user = practice.user
    assert not await practice.file_debrief(UNLISTED[0])
    await practice.enter_room(ADMIN, NEW_TEAM_CHANNEL_NAME)
    await practice.open_setup()
    await practice.tick_people("supervisors", (SUCCESSOR,))
    await practice.tick_people("clinicians", UNLISTED)
    await practice.submit_form()
    await practice.wait_for_title("supervision.card.title")
    await practice.close_form()
    await practice.invite_bot(NEW_TEAM_CHANNEL_NAME)
    await practice.type_command("/supervision")
    await practice.press_step("supervision.card")
    await practice.wait_for_card(NEW_TEAM_CHANNEL_NAME)
    await user.close_forms()
    await practice.enter_room(UNLISTED[0], NEW_TEAM_CHANNEL_NAME)
    await practice.press_step("join")
    await expect(user.newest_message).to_contain_text("You are in.")
    assert await practice.file_debrief(UNLISTED[1])
    await practice.enter_room(UNLISTED[0], "Attune")
    await user.jump_in_time("checkin")
    await user.open_tab("Messages")

    await expect(user.find_step("checkin.answer")).to_be_visible()
    assert practice.step_count <= MAX_STEPS
    await practice.end_period()
    await practice.read_table(SUCCESSOR, "Harbourside", NEW_TEAM_CHANNEL_NAME)
    practice.check_tables()


async def test_an_admin_names_a_supervisor_where_the_only_one_left(practice: TeamPractice) -> None:
    """The successor reads the table of the period in which they were named."""
    await practice.file_debrief(RIVER_CLINICIANS[0])
    await practice.admin.deactivate_person("U0SUPER2")
    await practice.enter_room(ADMIN, "lobby")
    await practice.open_setup()
    await practice.press_step("supervision.name")
    await practice.wait_for_title("setups.naming.title")
    await practice.tick_people("supervisors", (SUCCESSOR,))
    await practice.submit_form()
    await practice.wait_for_title("supervision.done.title")
    await expect(practice.user.top_form).to_contain_text("Riverside")
    await practice.user.close_forms()
    await practice.file_debrief(RIVER_CLINICIANS[1])
    await practice.end_period()

    await practice.enter_room(RIVER_CLINICIANS[1], "riverside")
    announcement = practice.words.translate("setups.naming.meaning")
    await expect(practice.user.page.get_by_text(announcement)).to_be_visible()
    await practice.read_table(SUCCESSOR, "Riverside", "lobby")
    assert practice.kept_count == 2
    practice.check_tables()


async def test_a_team_moves_to_another_channel(practice: TeamPractice) -> None:
    """Its period goes on: what was filed before and after is in one table."""
    await practice.file_debrief(RIVER_CLINICIANS[0])
    await practice.enter_room(CORMAC, "lobby")
    await practice.invite_bot("lobby")
    await practice.open_setup()
    await practice.press_step("supervision.move")
    yes = practice.words.translate("team_changes.move.yes")
    await practice.user.page.get_by_role("alertdialog").get_by_role("button", name=yes).click()
    await practice.wait_for_card("lobby")
    await practice.user.close_forms()
    await practice.file_debrief(RIVER_CLINICIANS[1])
    await practice.end_period()

    await practice.read_table(CORMAC, "Riverside", "lobby")
    assert practice.kept_count == 2
    practice.check_tables()


async def test_a_team_is_split_in_two(practice: TeamPractice) -> None:
    """Who moves still counts in the first team until its period ends, and then in the second."""
    await practice.file_debrief(MOVED[0])
    await practice.enter_room(HENRIKE, "northshore")
    await practice.open_setup()
    await practice.tick_people("clinicians", MOVED, is_ticked=False)
    await practice.save_changes()
    await practice.user.close_forms()
    await practice.file_debrief(MOVED[1])
    await practice.enter_room(ADMIN, NEW_TEAM_CHANNEL_NAME)
    await practice.invite_bot(NEW_TEAM_CHANNEL_NAME)
    await practice.open_setup()
    await practice.tick_people("supervisors", (SUCCESSOR,))
    await practice.tick_people("clinicians", MOVED)
    await practice.save_new_team()
    await practice.user.close_forms()
    await practice.file_debrief(MOVED[2])
    await practice.file_debrief(NORTH_CLINICIAN)
    await practice.end_period()

    await practice.read_table(HENRIKE, "Northshore", "northshore")
    assert practice.kept_count == 4
    practice.check_tables()


async def test_two_teams_are_merged(practice: TeamPractice) -> None:
    """The closed team's period ends with its table; then its people count in the other team."""
    await practice.file_debrief(RIVER_CLINICIANS[0])
    await close_river(practice)
    await practice.file_debrief(RIVER_CLINICIANS[1])
    await practice.enter_room(HENRIKE, "northshore")
    await practice.open_setup()
    await practice.tick_people("clinicians", RIVER_CLINICIANS)
    await practice.save_changes()
    await practice.user.close_forms()
    await practice.file_debrief(RIVER_CLINICIANS[2])
    await practice.file_debrief(NORTH_CLINICIAN)
    await practice.end_period()

    await practice.read_table(CORMAC, "Riverside", "riverside")
    await practice.read_table(HENRIKE, "Northshore", "northshore")
    assert practice.kept_count == 4
    practice.check_tables()
    assert await practice.file_debrief(RIVER_CLINICIANS[0])


async def test_a_team_is_closed(practice: TeamPractice) -> None:
    """What is filed until its period ends is in its last table; afterwards people read that not."""
    await practice.file_debrief(RIVER_CLINICIANS[0])
    await close_river(practice)
    await practice.file_debrief(RIVER_CLINICIANS[1])
    await practice.end_period()

    await practice.read_table(CORMAC, "Riverside", "riverside")
    assert practice.kept_count == 2
    assert not await practice.file_debrief(RIVER_CLINICIANS[0])
    practice.check_tables()


async def close_river(practice: TeamPractice) -> None:
    """Close the small team as its supervisor, who reads until when its people count."""
    await practice.enter_room(CORMAC, "riverside")
    await practice.open_setup()
    await practice.press_step("supervision.close")
    await practice.wait_for_title("team_changes.close.title")
    await practice.submit_form()
    await practice.wait_for_title("team_changes.close.done_title")
    await expect(practice.user.top_form).to_contain_text("still counts in this team until")
    await practice.user.close_forms()

"""A person who types fast: no keystroke is lost between a form and the message input."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from bot.content.catalogue import LanguagePack
from tests.journeys.team_practice import TeamPractice, open_team_practice

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def practice(
    sandbox_page: Page, english: LanguagePack, tmp_path: Path
) -> AsyncIterator[TeamPractice]:
    """A practice with its page."""
    async with open_team_practice(sandbox_page, english, tmp_path) as team_practice:
        yield team_practice


async def test_a_command_typed_right_after_escape_is_sent(practice: TeamPractice) -> None:
    """A form closes before the server confirms it, and the message input has the focus again."""
    user, is_released = practice.user, asyncio.Event()

    async def delay_closing(route: Route) -> None:
        if '"close"' in (route.request.post_data or ""):
            await is_released.wait()
        await route.continue_()

    await practice.enter_room("Ilse Okonjo", "northshore")
    await user.type_command("/rupture")
    await practice.wait_for_title("rupture.form.title")
    await user.page.route("**/practice/act", delay_closing)

    await user.page.keyboard.press("Escape")
    await user.page.keyboard.type("/tip ")
    await user.page.keyboard.press("Enter")

    await expect(user.newest_message).to_contain_text("Only visible to you")
    is_released.set()
    await expect(user.page.get_by_role("dialog")).to_have_count(0)


async def test_a_form_shown_before_the_response_is_submitted(practice: TeamPractice) -> None:
    """The next form can be submitted while the page still waits for the earlier response."""
    user, is_released = practice.user, asyncio.Event()

    async def delay_response(route: Route) -> None:
        response = await route.fetch()
        await is_released.wait()
        await route.fulfill(response=response)

    await practice.enter_room("Henrike Vossmoor", "northshore")
    await practice.open_setup()
    await practice.tick_people("clinicians", ("Priya Lindqvist",), is_ticked=False)
    await user.page.route("**/practice/act", delay_response, times=1)

    await practice.submit_form()
    await practice.wait_for_title("setups.preview.title")
    await practice.submit_form()

    await practice.wait_for_title("supervision.done.title")
    is_released.set()

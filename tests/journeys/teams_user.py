"""A user of Microsoft Teams, in the Agents Playground with a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import TIMEOUT_MILLISECONDS


class TeamsUser:
    """Writes to the bot and presses buttons on its cards."""

    def __init__(self, page: Page, playground_url: str, words: LanguagePack) -> None:
        """Attach to *page*."""
        self.page = page
        self.words = words
        self._playground_url = playground_url
        page.set_default_timeout(TIMEOUT_MILLISECONDS)

    async def open_playground(self) -> None:
        """Open the Playground, and wait until the bot has received the installation event."""
        await self.page.goto(self._playground_url)
        await expect(self.page.get_by_text(re.compile("installationUpdate"))).to_be_visible()

    async def write_message(self, text: str) -> None:
        """Write to the bot, and wait for one more card as the reply."""
        card_count = await self.cards.count()
        await self.page.locator("[contenteditable=true], textarea").first.click()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")
        await expect(self.cards).to_have_count(card_count + 1)

    async def accept_agreement(self) -> None:
        """Open the report, as a supervisor, and accept the agreement if it is not accepted yet."""
        await self.write_message("debriefs")
        open_form = self.newest_card.get_by_role(
            "button", name=self.words.translate("private.here")
        )
        report = self.newest_card.get_by_role("button", name=self.words.translate("hour.step.open"))
        await expect(open_form.or_(report).first).to_be_visible()
        if await open_form.is_visible():
            await self.press_button(self.words.translate("private.here"))
            await self.press_button(self.words.translate("debriefs.agreement.agree"))
            await expect(report).to_be_visible()

    async def press_button(self, label: str) -> None:
        """Press a button on the newest card."""
        await self.newest_card.get_by_role("button", name=label, exact=True).click()

    async def choose_answer(self, answer: str) -> None:
        """Choose an answer by its label on the newest card."""
        await self.newest_card.get_by_label(answer, exact=True).check()

    async def wait_for_text(self, text: str) -> None:
        """Wait until the newest card contains *text*."""
        await expect(self.newest_card).to_contain_text(text)

    async def mock_activity(self, activity: str) -> None:
        """Send an activity of Teams to the bot through the Playground."""
        await self.page.get_by_text("Mock an Activity").first.click()
        await self.page.get_by_role("menuitem").filter(has_text=activity).first.click()
        await self.page.get_by_role("button", name="Send activity").click()

    @property
    def cards(self) -> Locator:
        """Every card of the open chat."""
        return self.page.locator(".ac-adaptiveCard")

    @property
    def newest_card(self) -> Locator:
        """The newest card."""
        return self.cards.last


@asynccontextmanager
async def visit_playground(
    page: Page, playground_url: str, words: LanguagePack
) -> AsyncIterator[TeamsUser]:
    """Open the Playground on *page*, and leave it afterwards; the Playground stores nothing there.

    One user after the other has the same page: a window of its own for each would load and compile
    the Playground again.
    """
    user = TeamsUser(page, playground_url, words)
    await user.open_playground()
    yield user
    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
    await page.goto("about:blank")

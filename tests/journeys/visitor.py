"""Somebody in front of the practice workspace's page, with a real browser."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Error, Locator, Page, Request, Response, expect

PATIENCE = 30_000.0
"""Milliseconds for what should take one: eight people may be building on the same machine."""

JUMPING = 120_000.0
"""Milliseconds for living through days or weeks."""

_LOOPBACK = {"127.0.0.1", "localhost"}
_OWN = {"data", "blob"}
_REFUSED = 400

expect.set_options(timeout=PATIENCE)


class Visitor:
    """Looks, types and presses. ``strayed`` is every request that left this machine."""

    def __init__(self, page: Page, address: str) -> None:
        """Sit down before *page*; nothing is opened before :meth:`arrive`."""
        self.page = page
        self.address = address
        self.strayed: list[str] = []
        self.troubles: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("request", self._asked)
        page.on("pageerror", self._broke)
        page.on("console", self._muttered)
        page.on("response", self._answered)

    async def arrive(self) -> None:
        """Open the page, and wait until a room is shown."""
        await self.page.goto(self.address)
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    async def leave(self) -> None:
        """Put away every form, so that the next visitor finds none."""
        forms = self.page.get_by_role("dialog").or_(self.page.get_by_role("alertdialog"))
        while count := await forms.count():
            await self.page.keyboard.press("Escape")
            await expect(forms).to_have_count(count - 1)

    async def be(self, name: str) -> None:
        """Become another person of the practice."""
        await self.page.get_by_label("You are").select_option(label=name)
        await expect(self.page.locator("#spoken")).to_contain_text(name)

    async def go(self, room: str) -> None:
        """Open a room by its name."""
        rooms = self.page.get_by_role("navigation")
        await rooms.get_by_role("button", name=re.compile(rf"^{room}\b")).click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(room)

    async def tab(self, name: str) -> None:
        """Turn to a tab of the app."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def command(self, line: str) -> None:
        """Type a command where one writes, and send it."""
        await self.line.fill(line)
        await self.line.press("Escape")
        await self.line.press("Enter")

    async def jump(self, name: str) -> None:
        """Jump through practice time, and wait until the page has arrived there."""
        await self.page.locator(f"[data-jump={name}]").click()
        await expect(self.page.locator("#spoken")).to_contain_text("It is now", timeout=JUMPING)

    @property
    def line(self) -> Locator:
        """Where one types."""
        return self.page.get_by_role("combobox", name="Write in")

    @property
    def newest(self) -> Locator:
        """The newest message of the open room."""
        return self.page.get_by_role("article").last

    @property
    def window(self) -> Locator:
        """The form on top."""
        return self.page.get_by_role("dialog").last

    def step(self, name: str) -> Locator:
        """The last step with this name: on a form, on the app's Home or on a message."""
        return self.page.locator(f"[data-step='{name}']").last

    async def titled(self, title: str) -> None:
        """Wait until the form on top has this title."""
        await expect(self.window.get_by_role("heading", level=2)).to_have_text(title)

    async def choose(self, question: str, answer: str) -> None:
        """Answer a question of the form on top by the label of an answer."""
        group = self.window.locator(f"[data-block='{question}']")
        await group.get_by_label(answer, exact=True).check()

    async def send(self) -> None:
        """Send the form on top off."""
        await self.window.locator("button[type=submit]").click()

    async def focused(self) -> Any:
        """What has the focus: its tag and the beginning of its words."""
        return await self.page.evaluate(
            "[document.activeElement.tagName, document.activeElement.textContent.slice(0, 40)]"
        )

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.hostname not in _LOOPBACK and parts.scheme not in _OWN:
            self.strayed.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= _REFUSED:
            asked = response.request
            self.troubles.append(f"{response.status} {asked.url} {asked.post_data or ''}")

    def _broke(self, error: Error) -> None:
        self.troubles.append(str(error))

    def _muttered(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(message.text)

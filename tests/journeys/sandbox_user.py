"""A user of the sandbox's page, in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)

from bot.sandbox.workspace.personas import SAMPLE_PRACTICE

TIMEOUT_MILLISECONDS = 90_000.0
"""Longer than the sandbox waits for the bot, so that on a busy machine its own error is seen."""

JUMP_TIMEOUT_MILLISECONDS = 120_000.0
"""Timeout for a jump through days or weeks."""

_SCREEN = ViewportSize(width=1280, height=800)

_LOOPBACK_HOSTS = {"127.0.0.1", "localhost"}
_LOCAL_SCHEMES = {"data", "blob"}
_FIRST_ERROR_STATUS = 400

expect.set_options(timeout=TIMEOUT_MILLISECONDS)


class SandboxUser:
    """A user who reads, types and clicks; ``remote_requests`` are requests off this machine."""

    def __init__(self, page: Page, page_url: str) -> None:
        """Attach to *page*; it is blank until :meth:`open_page`."""
        self.page = page
        self.page_url = page_url
        self.remote_requests: list[str] = []
        self.page_errors: list[str] = []
        page.set_default_timeout(TIMEOUT_MILLISECONDS)
        page.on("request", self._on_request)
        page.on("pageerror", self._on_page_error)
        page.on("console", self._on_console_message)
        page.on("response", self._on_response)

    async def open_page(self) -> None:
        """Open the page, and wait until a room is shown."""
        await self.page.goto(self.page_url)
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    async def leave_page(self) -> None:
        """Leave the page as a new one: without storage, routes and listeners, of the usual size."""
        # First the listeners: leaving interrupts requests, which the page would report.
        self.page.remove_listener("request", self._on_request)
        self.page.remove_listener("pageerror", self._on_page_error)
        self.page.remove_listener("console", self._on_console_message)
        self.page.remove_listener("response", self._on_response)
        # A picture of the sandbox: no script runs there that could store anything again.
        await self.page.goto(f"{self.page_url}/page/icon.svg")
        await self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        await self.page.unroute_all(behavior="ignoreErrors")
        await self.page.set_viewport_size(_SCREEN)

    async def close_forms(self) -> None:
        """Close every form, so that the next test starts without one."""
        forms = self.page.get_by_role("dialog").or_(self.page.get_by_role("alertdialog"))
        while count := await forms.count():
            await self.page.keyboard.press("Escape")
            await expect(forms).to_have_count(count - 1)

    async def switch_persona(self, name: str) -> None:
        """Switch to another person of the practice: to their role first, then to their name."""
        persona = SAMPLE_PRACTICE.find_persona(name)
        assert persona is not None
        await self.page.locator(f"[data-role={persona.role}]").click()
        names = self.page.get_by_label("Name", exact=True)
        await expect(names.get_by_role("option", name=name)).to_have_count(1)
        if await names.input_value() != persona.id:  # the role's button may have switched to them
            await names.select_option(label=name)
            await expect(self.page.locator("#spoken")).to_contain_text(name)
        await expect(names).to_have_value(persona.id)

    async def open_room(self, room: str) -> None:
        """Open a room by its name."""
        rooms = self.page.get_by_role("navigation")
        await rooms.get_by_role("button", name=re.compile(rf"^{room}\b")).click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(room)

    async def open_tab(self, name: str) -> None:
        """Open a tab of the app."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def type_command(self, line: str) -> None:
        """Type a command in the message input, and send it."""
        await self.message_input.fill(line)
        await self.message_input.press("Escape")
        await self.message_input.press("Enter")

    async def jump_in_time(self, name: str) -> None:
        """Jump in the sandbox's time, and wait until the page shows the new time."""
        await self.page.locator(f"[data-jump={name}]").click()
        await expect(self.page.locator("#spoken")).to_contain_text(
            "It is now", timeout=JUMP_TIMEOUT_MILLISECONDS
        )

    @property
    def message_input(self) -> Locator:
        """The message input."""
        return self.page.get_by_role("combobox", name="Write in")

    @property
    def newest_message(self) -> Locator:
        """The newest message of the open room."""
        return self.page.get_by_role("article").last

    @property
    def top_form(self) -> Locator:
        """The form on top."""
        return self.page.get_by_role("dialog").last

    def find_step(self, name: str) -> Locator:
        """Return the last step with this name: on a form, on the app's Home or on a message."""
        return self.page.locator(f"[data-action-id='{name}']").last

    async def wait_for_title(self, title: str) -> None:
        """Wait until the form on top has this title."""
        await expect(self.top_form.get_by_role("heading", level=2)).to_have_text(title)

    async def choose_answer(self, question: str, answer: str) -> None:
        """Choose the answer to a question of the form on top, by the answer's label."""
        group = self.top_form.locator(f"[data-block='{question}']")
        await group.get_by_label(answer, exact=True).check()

    async def submit_form(self) -> None:
        """Submit the form on top."""
        await self.top_form.locator("button[type=submit]").click()

    async def focused_element(self) -> Any:
        """Return the focused element: its tag and the first 40 characters of its text."""
        return await self.page.evaluate(
            "[document.activeElement.tagName, document.activeElement.textContent.slice(0, 40)]"
        )

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.hostname not in _LOOPBACK_HOSTS and parts.scheme not in _LOCAL_SCHEMES:
            self.remote_requests.append(request.url)

    def _on_response(self, response: Response) -> None:
        if response.status >= _FIRST_ERROR_STATUS:
            request = response.request
            self.page_errors.append(f"{response.status} {request.url} {request.post_data or ''}")

    def _on_page_error(self, error: Error) -> None:
        self.page_errors.append(str(error))

    def _on_console_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.page_errors.append(message.text)


async def open_window(browser: Browser, height: int = _SCREEN["height"]) -> Page:
    """Open a window in a profile of its own, *height* pixels high."""
    viewport = ViewportSize(width=_SCREEN["width"], height=height)
    context = await browser.new_context(viewport=viewport, reduced_motion="reduce")
    return await context.new_page()


@asynccontextmanager
async def visit_sandbox(page: Page, page_url: str) -> AsyncIterator[SandboxUser]:
    """Open the sandbox on *page*, and leave it as a new one without remote requests or errors.

    One user after the other has the same page: a window of its own for each takes three times as
    much of the processor.
    """
    user = SandboxUser(page, page_url)
    try:
        await user.open_page()
        yield user
        await user.close_forms()
    finally:
        await user.leave_page()
    assert user.remote_requests == [], user.remote_requests
    assert user.page_errors == [], user.page_errors

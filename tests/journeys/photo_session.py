"""Screenshots of the sandbox in one language, of each screen profile at once."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, ViewportSize

from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import Answer, PersonaDriver
from bot.sandbox.workspace.workspace import Message

NORTH, RIVER, LOBBY = "C0NORTH", "C0RIVER", "C0LOBBY"

_TALL_PIXELS = 3600
"""Pixels of height in which the longest form needs no scrolling."""

_FULL_SIZE_STYLE = """
html, body { overflow: visible; }
dialog.view, dialog form { height: fit-content !important; max-height: none !important; }
.log.home { flex: none; }
#notices { position: static; }
"""
"""A style that shows each element in full where a user would scroll."""

_DRAW_MILLISECONDS = 250.0
"""Milliseconds in which the page renders its last update."""

WAIT_SECONDS = 60.0
"""Timeout in seconds for what should take one, on a busy machine."""


@dataclass(frozen=True)
class ScreenProfile:
    """A screen: its width and height in pixels, and its colour scheme."""

    name: str
    width: int
    height: int
    color_scheme: str


SCREEN_PROFILES = (
    ScreenProfile("wide", 1280, 800, "light"),
    ScreenProfile("phone", 390, 844, "dark"),
)


@dataclass(frozen=True)
class Screenshot:
    """One screenshot, and what it shows."""

    language: str
    profile_name: str
    group: str
    name: str
    file: Path


@dataclass
class PhotoSession:
    """The sandbox workspace in one language, with a page for each screen profile.

    ``group`` is the current group of screenshots; ``screenshots`` contains all that were taken.
    """

    engine: SandboxEngine
    words: LanguagePack
    folder: Path
    pages: dict[str, Page] = field(default_factory=dict)
    screenshots: list[Screenshot] = field(default_factory=list)
    group: str = ""

    async def open_pages(self, browser: Browser) -> None:
        """Open a page for each screen profile."""
        for profile in SCREEN_PROFILES:
            context = await browser.new_context(
                viewport=_tall_viewport(profile),
                color_scheme="dark" if profile.color_scheme == "dark" else "light",
                locale=self.words.language,
                bypass_csp=True,  # for the style that shows forms in full
                reduced_motion="reduce",
            )
            page = await context.new_page()
            await page.goto(self.engine.config.slack_url)
            self.pages[profile.name] = page

    def drive_persona(self, person_id: str) -> PersonaDriver:
        """Return a driver for the persona with this id."""
        return PersonaDriver(self.engine, person_id)

    async def photograph_opened_form(
        self, name: str, persona: PersonaDriver, command: str, form: str
    ) -> None:
        """Type a command, and photograph the form that it opens."""
        await persona.type_command(command, NORTH)
        await persona.wait_for_modal(form, WAIT_SECONDS)
        await self.photograph_form(name, persona)

    async def photograph_submission(
        self, name: str, persona: PersonaDriver, next_form: str, /, **answers: Answer
    ) -> None:
        """Submit the form on top, and photograph the result: another form, or its errors."""
        await persona.submit_modal(answers)
        await persona.wait_for_modal(next_form, WAIT_SECONDS)
        await self.photograph_form(name, persona)

    async def photograph_reply(
        self, name: str, persona: PersonaDriver, command: str, channel_id: str = NORTH
    ) -> None:
        """Type a command, and photograph the reply."""
        await self.photograph_next_message(
            name, persona, lambda: persona.type_command(command, channel_id), channel_id
        )

    async def photograph_next_message(
        self,
        name: str,
        persona: PersonaDriver,
        action: Callable[[], object],
        channel_id: str = NORTH,
    ) -> None:
        """Run *action*, and photograph the next message in the channel."""
        message_count = len(persona.visible_messages(channel_id))
        result = action()
        if asyncio.iscoroutine(result):
            await result
        await self.wait_until(lambda: len(persona.visible_messages(channel_id)) > message_count)
        await self.photograph_message(
            name, persona, persona.visible_messages(channel_id)[-1], channel_id
        )

    async def accept_agreement(
        self, persona: PersonaDriver, channel_id: str, names: tuple[str, str] | None = None
    ) -> None:
        """Accept the agreement to the tables if an earlier scene has not, and close the report.

        With *names*, photograph the agreement and the report that follows it.
        """
        message_count = len(persona.visible_messages(channel_id))
        await persona.type_command("/debriefs", channel_id)
        await self.wait_until(
            lambda: (
                persona.top_view is not None
                or len(persona.visible_messages(channel_id)) > message_count
            )
        )
        if persona.top_view and names:
            await self.photograph_form(names[0], persona)
            await self.photograph_submission(names[1], persona, "note")
        elif persona.top_view:
            await persona.submit_modal()
            await persona.wait_for_modal("note", WAIT_SECONDS)
        await self.close_forms(persona)

    async def close_forms(self, persona: PersonaDriver) -> None:
        """Close every open form."""
        while persona.top_view:
            await persona.close_modal()

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until *condition* is true of the workspace."""
        workspace = self.engine.workspace
        async with asyncio.timeout(WAIT_SECONDS):
            while not condition():
                await workspace.wait_for_change(workspace.version, 1.0)

    async def photograph_form(self, name: str, persona: PersonaDriver) -> None:
        """Photograph the form on top."""

        async def photograph_on_page(profile_name: str, page: Page) -> None:
            await self._show_channel(page, persona, NORTH)
            await self._save_screenshot(name, profile_name, page.locator("dialog.view").last)

        await self._run_on_pages(photograph_on_page)

    async def photograph_message(
        self, name: str, persona: PersonaDriver, post: Message, channel_id: str
    ) -> None:
        """Photograph one message of a channel, or of the chat with the bot."""
        from_last = len(persona.visible_messages(channel_id)) - persona.visible_messages(
            channel_id
        ).index(post)

        async def photograph_on_page(profile_name: str, page: Page) -> None:
            await self._show_channel(page, persona, channel_id)
            if channel_id == persona.chat_id:
                await page.locator("[data-tab=messages]").click()
            articles = page.locator("article")
            await articles.last.wait_for()
            count = await articles.count()
            await self._save_screenshot(name, profile_name, articles.nth(count - from_last))

        await self._run_on_pages(photograph_on_page)

    async def photograph_home(self, name: str, persona: PersonaDriver) -> None:
        """Photograph a person's Home page."""

        async def photograph_on_page(profile_name: str, page: Page) -> None:
            await self._show_channel(page, persona, persona.chat_id)
            await page.locator(".log.home > :not(.empty)").first.wait_for()
            await page.wait_for_timeout(_DRAW_MILLISECONDS)
            await self._save_screenshot(name, profile_name, page.locator(".log.home"))

        await self._run_on_pages(photograph_on_page)

    async def photograph_confirmation(
        self, name: str, persona: PersonaDriver, channel_id: str, step: str
    ) -> None:
        """Photograph the confirmation dialog that the page opens before a step."""

        async def photograph_on_page(profile_name: str, page: Page) -> None:
            await self._show_channel(page, persona, channel_id)
            await page.locator(f"[data-action-id='{step}']").last.click()
            await self._save_screenshot(name, profile_name, page.locator("dialog.confirm"))
            await page.keyboard.press("Escape")

        await self._run_on_pages(photograph_on_page)

    async def photograph_page(
        self, name: str, persona: PersonaDriver, channel_id: str, typed_text: str = ""
    ) -> None:
        """Photograph the whole viewport, with *typed_text* in the message input."""
        for profile in SCREEN_PROFILES:
            page = self.pages[profile.name]
            await page.set_viewport_size({"width": profile.width, "height": profile.height})
            await self._show_channel(page, persona, channel_id, style="")
            if typed_text:
                await page.locator(".line").fill(typed_text)
            await self._save_screenshot(name, profile.name, page.locator("body"))
            await page.set_viewport_size(_tall_viewport(profile))

    async def photograph_printable(self, name: str, html: str) -> None:
        """Photograph a printable page, as wide as a sheet of paper."""
        page = await self.pages["wide"].context.new_page()
        await page.set_viewport_size({"width": 794, "height": 1123})
        await page.emulate_media(media="print")
        await page.set_content(html)
        await self._save_screenshot(name, "wide", page.locator("body"))
        await page.close()

    async def _run_on_pages(self, action: Callable[[str, Page], Awaitable[None]]) -> None:
        """Run *action* on every page, concurrently."""
        await asyncio.gather(
            *(action(profile_name, page) for profile_name, page in self.pages.items())
        )

    async def _show_channel(
        self, page: Page, persona: PersonaDriver, channel_id: str, style: str = _FULL_SIZE_STYLE
    ) -> None:
        """Show in *page* what the persona sees in the channel, with every open form."""
        selection: Mapping[str, str] = {"persona": persona.person.id, "room": channel_id}
        await page.evaluate("selection => Object.assign(sessionStorage, selection)", selection)
        await page.reload()
        await page.locator("h1").wait_for()
        depth = len(self.engine.modal_stack.get_stack(persona.person.id))
        if depth:
            await page.locator("dialog.view").nth(depth - 1).wait_for()
        if style:
            await page.add_style_tag(content=style)

    async def _save_screenshot(self, name: str, profile_name: str, locator: Locator) -> None:
        index = sum(
            (shot.group, shot.profile_name) == (self.group, profile_name)
            for shot in self.screenshots
        )
        slug = re.sub(r"\W+", "-", name)
        file = (
            self.folder / f"{self.words.language}-{self.group}-{index:03}-{slug}-{profile_name}.png"
        )
        await locator.screenshot(path=file, animations="disabled")
        self.screenshots.append(
            Screenshot(self.words.language, profile_name, self.group, name, file)
        )

    async def close_pages(self) -> None:
        """Close every page."""
        for page in self.pages.values():
            with suppress(Exception):
                await page.context.close()


def _tall_viewport(profile: ScreenProfile) -> ViewportSize:
    return {"width": profile.width, "height": _TALL_PIXELS}

"""One language on two screens: what a persona does once is photographed on both."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, ViewportSize

from bot.content.catalogue import Words
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.persona_driver import Answer, Hands
from bot.sandbox.workspace.workspace import Post

NORTH, RIVER, LOBBY = "C0NORTH", "C0RIVER", "C0LOBBY"

_TALL = 3600
"""Pixels of height in which the longest form needs no scrolling."""

_WHOLE = """
html, body { overflow: visible; }
dialog.view, dialog form { height: fit-content !important; max-height: none !important; }
.log.home { flex: none; }
#notices { position: static; }
"""
"""Shows each thing in full, where a visitor would scroll."""

_DRAWN = 250.0
"""Milliseconds in which the page draws what it was told last."""

SOON = 60.0
"""Seconds for what should take one, on a machine that does much else."""


@dataclass(frozen=True)
class Look:
    """A screen: how wide it is in pixels, how tall where a whole page is shown, its light."""

    name: str
    width: int
    height: int
    light: str


LOOKS = (Look("wide", 1280, 800, "light"), Look("phone", 360, 740, "dark"))


@dataclass(frozen=True)
class Shot:
    """One photograph, and what it shows."""

    language: str
    look: str
    group: str
    name: str
    file: Path


@dataclass
class Stage:
    """The practice workspace in one language, before a page for each look.

    ``group`` is what is being photographed just now; ``shots`` holds all that was.
    """

    engine: Engine
    words: Words
    folder: Path
    pages: dict[str, Page] = field(default_factory=dict)
    shots: list[Shot] = field(default_factory=list)
    group: str = ""

    async def open(self, browser: Browser) -> None:
        """Open a page for each look."""
        for look in LOOKS:
            context = await browser.new_context(
                viewport=_tall(look),
                color_scheme="dark" if look.light == "dark" else "light",
                locale=self.words.language,
                bypass_csp=True,  # for the style that shows forms in full
                reduced_motion="reduce",
            )
            page = await context.new_page()
            await page.goto(self.engine.practice.slack)
            self.pages[look.name] = page

    def hands(self, person: str) -> Hands:
        """Be the persona with this id."""
        return Hands(self.engine, person)

    async def opened(self, name: str, hands: Hands, line: str, form: str) -> None:
        """Type a command, and photograph the form that it opens."""
        await hands.command(line, NORTH)
        await hands.until_open(form, SOON)
        await self.window(name, hands)

    async def sent(self, name: str, hands: Hands, becomes: str, /, **answers: Answer) -> None:
        """Send the form on top off, and photograph what it becomes: another, or its errors."""
        await hands.submit(answers)
        await hands.until_open(becomes, SOON)
        await self.window(name, hands)

    async def told(self, name: str, hands: Hands, line: str, room: str = NORTH) -> None:
        """Type a command, and photograph the message that answers it."""
        await self.answered(name, hands, lambda: hands.command(line, room), room)

    async def answered(
        self, name: str, hands: Hands, act: Callable[[], object], room: str = NORTH
    ) -> None:
        """Do something, and photograph the next message in *room*."""
        before = len(hands.posts(room))
        done = act()
        if asyncio.iscoroutine(done):
            await done
        await self.until(lambda: len(hands.posts(room)) > before)
        await self.message(name, hands, hands.posts(room)[-1], room)

    async def put_away(self, hands: Hands) -> None:
        """Put every open form away."""
        while hands.window:
            await hands.close()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something has become *true* in the workspace."""
        workspace = self.engine.workspace
        async with asyncio.timeout(SOON):
            while not true():
                await workspace.newer(workspace.version, 1.0)

    async def window(self, name: str, hands: Hands) -> None:
        """Photograph the form on top."""

        async def shown(look: str, page: Page) -> None:
            await self._sit_down(page, hands, NORTH)
            await self._shoot(name, look, page.locator("dialog.view").last)

        await self._on_each(shown)

    async def message(self, name: str, hands: Hands, post: Post, room: str) -> None:
        """Photograph one message of a room; in a chat with the bot, among its messages."""
        from_last = len(hands.posts(room)) - hands.posts(room).index(post)

        async def shown(look: str, page: Page) -> None:
            await self._sit_down(page, hands, room)
            if room == hands.chat:
                await page.locator("[data-tab=messages]").click()
            articles = page.locator("article")
            await articles.last.wait_for()
            count = await articles.count()
            await self._shoot(name, look, articles.nth(count - from_last))

        await self._on_each(shown)

    async def home(self, name: str, hands: Hands) -> None:
        """Photograph a person's own page."""

        async def shown(look: str, page: Page) -> None:
            await self._sit_down(page, hands, hands.chat)
            await page.locator(".log.home > :not(.empty)").first.wait_for()
            await page.wait_for_timeout(_DRAWN)
            await self._shoot(name, look, page.locator(".log.home"))

        await self._on_each(shown)

    async def asked(self, name: str, hands: Hands, room: str, step: str) -> None:
        """Photograph the question that the page asks before the step is done."""

        async def shown(look: str, page: Page) -> None:
            await self._sit_down(page, hands, room)
            await page.locator(f"[data-step='{step}']").last.click()
            await self._shoot(name, look, page.locator("dialog.confirm"))
            await page.keyboard.press("Escape")

        await self._on_each(shown)

    async def whole(self, name: str, hands: Hands, room: str, typed: str = "") -> None:
        """Photograph the page as it fills the screen, with *typed* where one writes."""
        for look in LOOKS:
            page = self.pages[look.name]
            await page.set_viewport_size({"width": look.width, "height": look.height})
            await self._sit_down(page, hands, room, style="")
            if typed:
                await page.locator(".line").fill(typed)
            await self._shoot(name, look.name, page.locator("body"))
            await page.set_viewport_size(_tall(look))

    async def paper(self, name: str, html: str) -> None:
        """Photograph a page that is meant for print, as wide as a sheet of it."""
        page = await self.pages["wide"].context.new_page()
        await page.set_viewport_size({"width": 794, "height": 1123})
        await page.emulate_media(media="print")
        await page.set_content(html)
        await self._shoot(name, "wide", page.locator("body"))
        await page.close()

    async def _on_each(self, show: Callable[[str, Page], Awaitable[None]]) -> None:
        """Do the same on every page, side by side."""
        await asyncio.gather(*(show(look, page) for look, page in self.pages.items()))

    async def _sit_down(self, page: Page, hands: Hands, room: str, style: str = _WHOLE) -> None:
        """Let *page* show what the persona sees in *room*, with every open form."""
        seat: Mapping[str, str] = {"persona": hands.person.id, "room": room}
        await page.evaluate("seat => Object.assign(sessionStorage, seat)", seat)
        await page.reload()
        await page.locator("h1").wait_for()
        depth = len(self.engine.windows.stack(hands.person.id))
        if depth:
            await page.locator("dialog.view").nth(depth - 1).wait_for()
        if style:
            await page.add_style_tag(content=style)

    async def _shoot(self, name: str, look: str, seen: Locator) -> None:
        place = len([one for one in self.shots if (one.group, one.look) == (self.group, look)])
        plain = re.sub(r"\W+", "-", name)
        file = self.folder / f"{self.words.language}-{self.group}-{place:03}-{plain}-{look}.png"
        await seen.screenshot(path=file, animations="disabled")
        self.shots.append(Shot(self.words.language, look, self.group, name, file))

    async def close(self) -> None:
        """Close every page."""
        for page in self.pages.values():
            with suppress(Exception):
                await page.context.close()


def _tall(look: Look) -> ViewportSize:
    return {"width": look.width, "height": _TALL}

"""A practice workspace as `make try` starts it, and a visitor with a real browser before it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.sandbox.teams.playground import fetch_playground
from tests.journeys.colleague import TeamsUser
from tests.journeys.organisation import PLAYGROUND_FOLDER, TeamsSandbox
from tests.journeys.practice import SandboxProcess
from tests.journeys.visitor import Visitor

CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """One practice workspace with its bot, in a folder of its own, for all journeys."""
    started = SandboxProcess(tmp_path_factory.mktemp("practice"))
    started.start()
    yield started
    started.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One Chromium for all journeys."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_FLAGS.split()
        )
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, practice: SandboxProcess) -> AsyncIterator[Visitor]:
    """Somebody who has just opened the page; at the end, nothing of theirs has left here."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    guest = Visitor(await context.new_page(), practice.page_url)
    await guest.open_page()
    yield guest
    await guest.close_forms()
    await context.close()
    assert guest.remote_requests == []
    assert guest.page_errors == []


@pytest.fixture(scope="session")
def english() -> LanguagePack:
    """The sentences that the visitor reads."""
    return catalogue.load_catalogue().get_pack("en")


@pytest.fixture(scope="session")
def playground() -> Path:
    """Microsoft's Agents Playground, fetched where it is not here yet."""
    return fetch_playground(PLAYGROUND_FOLDER)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def organisation(
    playground: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TeamsSandbox]:
    """One practice in Teams with its bot and its past, for all journeys there."""
    started = await TeamsSandbox.start(tmp_path_factory.mktemp("teams"), playground)
    yield started
    await started.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clinicians_teams(organisation: TeamsSandbox) -> str:
    """The address at which one is a clinician in Teams."""
    return await organisation.open_playground("clinician")


@pytest_asyncio.fixture(loop_scope="session")
async def clinician(
    browser: Browser, clinicians_teams: str, english: LanguagePack
) -> AsyncIterator[TeamsUser]:
    """A clinician who has just opened their chat with the bot."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1000})
    who = TeamsUser(await context.new_page(), clinicians_teams, english)
    await who.open_playground()
    yield who
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(
    browser: Browser, organisation: TeamsSandbox, english: LanguagePack
) -> AsyncIterator[TeamsUser]:
    """The team's supervisor, who has just opened their chat with the bot."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1000})
    address = await organisation.open_playground("supervisor")
    who = TeamsUser(await context.new_page(), address, english)
    await who.open_playground()
    yield who
    await context.close()

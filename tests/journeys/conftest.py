"""A practice workspace as `make try` starts it, and a visitor with a real browser before it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.content import catalogue
from bot.content.catalogue import Words
from bot.sandbox.teams.playground import fetched
from tests.journeys.colleague import Colleague
from tests.journeys.organisation import PROGRAM, Organisation
from tests.journeys.practice import Practice
from tests.journeys.visitor import Visitor

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One practice workspace with its bot, in a folder of its own, for all journeys."""
    started = Practice(tmp_path_factory.mktemp("practice"))
    started.start()
    yield started
    started.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One Chromium for all journeys."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, practice: Practice) -> AsyncIterator[Visitor]:
    """Somebody who has just opened the page; at the end, nothing of theirs has left here."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    guest = Visitor(await context.new_page(), practice.address)
    await guest.arrive()
    yield guest
    await guest.leave()
    await context.close()
    assert guest.strayed == []
    assert guest.troubles == []


@pytest.fixture(scope="session")
def english() -> Words:
    """The sentences that the visitor reads."""
    return catalogue.load().words("en")


@pytest.fixture(scope="session")
def playground() -> Path:
    """Microsoft's Agents Playground, fetched where it is not here yet."""
    return fetched(PROGRAM)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def organisation(
    playground: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Organisation]:
    """One practice in Teams with its bot and its past, for all journeys there."""
    started = await Organisation.start(tmp_path_factory.mktemp("teams"), playground)
    yield started
    await started.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clinicians_teams(organisation: Organisation) -> str:
    """The address at which one is a clinician in Teams."""
    return await organisation.playground("clinician")


@pytest_asyncio.fixture(loop_scope="session")
async def clinician(
    browser: Browser, clinicians_teams: str, english: Words
) -> AsyncIterator[Colleague]:
    """A clinician who has just opened their chat with the bot."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1000})
    who = Colleague(await context.new_page(), clinicians_teams, english)
    await who.arrive()
    yield who
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(
    browser: Browser, organisation: Organisation, english: Words
) -> AsyncIterator[Colleague]:
    """The team's supervisor, who has just opened their chat with the bot."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1000})
    address = await organisation.playground("supervisor")
    who = Colleague(await context.new_page(), address, english)
    await who.arrive()
    yield who
    await context.close()

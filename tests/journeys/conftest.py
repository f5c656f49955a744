"""Fixtures of the journeys: the sandbox, a real browser, and users in front of it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.content import catalogue
from bot.content.catalogue import LanguagePack
from bot.sandbox.teams.playground import fetch_playground
from tests.journeys.accessibility import fetch_axe
from tests.journeys.sandbox_process import SandboxProcess
from tests.journeys.sandbox_user import SandboxUser, open_window, visit_sandbox
from tests.journeys.teams_sandbox import PLAYGROUND_FOLDER, TeamsSandbox
from tests.journeys.teams_user import TeamsUser, visit_playground

_OMNIBOX_FEATURES = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
"""Two pages of the address bar, which each new window renders although nobody sees it: a window
took a second of the processor more."""

_PLAYWRIGHT_FEATURES = (
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades"),
    *("LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints"),
    *("PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
)
"""What Playwright disables itself, in a list that Chromium replaces by the last one it is given."""

CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    f"--disable-features={','.join((*_OMNIBOX_FEATURES, *_PLAYWRIGHT_FEATURES))}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
"""The last one blocks remote requests: where Playwright intercepts them, nothing is cached."""


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """One sandbox with its bot, in a folder of its own, for all journeys."""
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"))
    process.start()
    yield process
    process.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One Chromium for all journeys."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox_page(browser: Browser) -> AsyncIterator[Page]:
    """A page of the browser on which the users open the sandbox one after the other."""
    page = await open_window(browser)
    yield page
    await page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def user(sandbox_page: Page, sandbox_process: SandboxProcess) -> AsyncIterator[SandboxUser]:
    """A user who has just opened the page; at the end no remote request and no error remains."""
    async with visit_sandbox(sandbox_page, sandbox_process.page_url) as sandbox_user:
        yield sandbox_user


@pytest.fixture(scope="session")
def english() -> LanguagePack:
    """The English language pack."""
    return catalogue.load_catalogue().get_pack("en")


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The script of axe-core, downloaded if missing."""
    return fetch_axe()


@pytest.fixture(scope="session")
def playground() -> Path:
    """Microsoft's Agents Playground, downloaded if missing."""
    return fetch_playground(PLAYGROUND_FOLDER)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def teams_sandbox(
    playground: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TeamsSandbox]:
    """One practice in Teams with its bot and its history, for all journeys there."""
    sandbox = await TeamsSandbox.start(tmp_path_factory.mktemp("teams"), playground)
    yield sandbox
    await sandbox.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playground_page(browser: Browser) -> AsyncIterator[Page]:
    """A page of the browser on which the users open the Playground one after the other."""
    page = await open_window(browser, height=1000)
    yield page
    await page.context.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clinician_playground_url(teams_sandbox: TeamsSandbox) -> str:
    """The URL of the Playground in which the user is a clinician."""
    return await teams_sandbox.open_playground("clinician")


@pytest_asyncio.fixture(loop_scope="session")
async def clinician(
    playground_page: Page, clinician_playground_url: str, english: LanguagePack
) -> AsyncIterator[TeamsUser]:
    """A clinician who has just opened their chat with the bot."""
    async with visit_playground(playground_page, clinician_playground_url, english) as user:
        yield user


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def supervisor_playground_url(teams_sandbox: TeamsSandbox) -> str:
    """The URL of the Playground in which the user is the team's supervisor."""
    return await teams_sandbox.open_playground("supervisor")


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(
    playground_page: Page, supervisor_playground_url: str, english: LanguagePack
) -> AsyncIterator[TeamsUser]:
    """The team's supervisor, who has just opened their chat with the bot."""
    async with visit_playground(playground_page, supervisor_playground_url, english) as user:
        yield user

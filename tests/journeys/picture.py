"""Takes the README's picture of the running page: ``python -m tests.journeys.picture``."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests import needs
from tests.journeys.botprocess import ROOT
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.practice import SandboxProcess
from tests.journeys.visitor import Visitor

PICTURE_FILE = ROOT / "docs" / "practice.png"
_SCALE_FACTOR = 1.5


async def take_picture(page_url: str, chromium_path: str) -> None:
    """Open the page as a newcomer does, and take the picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS.split()
        )
        page = await browser.new_page(
            viewport={"width": 1280, "height": 800},
            device_scale_factor=_SCALE_FACTOR,
            color_scheme="light",
        )
        visitor = Visitor(page, page_url)
        await visitor.open_page()
        await visitor.newest_message.wait_for()
        await page.screenshot(path=PICTURE_FILE)
        await browser.close()


def main() -> int:
    """Start a practice workspace in a folder of its own, and take the picture of it."""
    chromium = needs.find_chromium()
    if chromium is None:
        sys.stderr.write(f"{needs.installation_advice(['chromium'])}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        practice = SandboxProcess(Path(folder))
        practice.start()
        try:
            asyncio.run(take_picture(practice.page_url, str(chromium)))
        finally:
            practice.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

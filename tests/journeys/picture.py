"""Takes the README's picture of the running page: ``python -m tests.journeys.picture``."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests import needs
from tests.journeys.botprocess import ROOT
from tests.journeys.conftest import FLAGS
from tests.journeys.practice import Practice
from tests.journeys.visitor import Visitor

PICTURE = ROOT / "docs" / "practice.png"
_SHARPNESS = 1.5


async def taken(address: str, chromium: str) -> None:
    """Open the page as a newcomer does, and take the picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        page = await browser.new_page(
            viewport={"width": 1280, "height": 800},
            device_scale_factor=_SHARPNESS,
            color_scheme="light",
        )
        visitor = Visitor(page, address)
        await visitor.arrive()
        await visitor.newest.wait_for()
        await page.screenshot(path=PICTURE)
        await browser.close()


def main() -> int:
    """Start a practice workspace in a folder of its own, and take the picture of it."""
    chromium = needs.chromium()
    if chromium is None:
        sys.stderr.write(f"{needs.advice(['chromium'])}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        practice = Practice(Path(folder))
        practice.start()
        try:
            asyncio.run(taken(practice.address, str(chromium)))
        finally:
            practice.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Take the README's screenshot of the running page: ``python -m tests.journeys.picture``."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests import needs
from tests.journeys.botprocess import ROOT
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.sandbox_process import SandboxProcess
from tests.journeys.sandbox_user import SandboxUser

PICTURE_FILE = ROOT / "docs" / "practice.png"
_SCALE_FACTOR = 1.5


async def take_picture(page_url: str, chromium_path: str) -> None:
    """Open the page as a new user does, and take the screenshot."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        page = await browser.new_page(
            viewport={"width": 1280, "height": 800},
            device_scale_factor=_SCALE_FACTOR,
            color_scheme="light",
        )
        user = SandboxUser(page, page_url)
        await user.open_page()
        await user.newest_message.wait_for()
        await page.screenshot(path=PICTURE_FILE)
        await browser.close()


def main() -> int:
    """Start a sandbox in a folder of its own, and take the screenshot of its page."""
    chromium = needs.find_chromium()
    if chromium is None:
        sys.stderr.write(f"{needs.installation_advice(['chromium'])}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        sandbox = SandboxProcess(Path(folder))
        sandbox.start()
        try:
            asyncio.run(take_picture(sandbox.page_url, str(chromium)))
        finally:
            sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

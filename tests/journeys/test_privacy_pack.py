"""The privacy pack as a browser shows and prints it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.__main__ import main
from bot.admin.privacy_pack import pack

PHONE_WIDTH = 360
"""CSS pixels of a narrow phone."""


@pytest.fixture
def address(tmp_path: Path) -> str:
    """The address of a pack with people's texts in French, as a page."""
    assert main(["privacy-pack", str(tmp_path), "--language", "fr-CA"]) == 0
    return (tmp_path / pack.HTML_NAME).as_uri()


@pytest.mark.asyncio(loop_scope="session")
async def test_pack_is_read_on_a_phone_and_printed(address: str, browser: Browser) -> None:
    """A phone shows it a cell a line, without scrolling sideways; it prints on some dozen pages."""
    page = await browser.new_page(viewport={"width": PHONE_WIDTH, "height": 740})
    await page.goto(address)
    width = await page.evaluate("document.documentElement.scrollWidth")
    cell_widths = await page.evaluate(
        "[...document.querySelectorAll('td')].map(c => c.offsetWidth)"
    )
    pdf = await page.pdf(prefer_css_page_size=True)
    await page.close()

    assert width == PHONE_WIDTH
    assert min(cell_widths) > PHONE_WIDTH / 2
    assert 20 < len(re.findall(rb"/Type\s*/Page\b", pdf)) < 70

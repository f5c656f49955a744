"""The privacy pack as a browser shows and prints it."""

import re

import pytest
from playwright.async_api import Browser

from bot.__main__ import main
from bot.admin.privacy_pack import pack
from tests.journeys.accessibility import examine_page

PHONE_WIDTH, DESKTOP_WIDTH = 360, 1280
"""CSS pixels of a narrow phone, and of a screen."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a pack with people's texts in French, as a page."""
    folder = tmp_path_factory.mktemp("pack")
    assert main(["privacy-pack", str(folder), "--language", "fr-CA"]) == 0
    return (folder / pack.HTML_NAME).as_uri()


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


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("width", [PHONE_WIDTH, DESKTOP_WIDTH])
async def test_axe_finds_nothing_in_the_pack(
    address: str, browser: Browser, axe_script: str, width: int
) -> None:
    """On a phone and on a screen, none of axe's rules is violated."""
    page = await browser.new_page(viewport={"width": width, "height": 740})
    await page.goto(address)
    violations = await examine_page(page, axe_script)
    await page.close()

    assert violations == []

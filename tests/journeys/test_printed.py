import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.__main__ import main
from bot.content.catalogue import load_catalogue


def write_sized_page(file: Path, size: str) -> Path:
    """Write the page in *file* for sheets of *size*, and return its file."""
    sized_file = file.with_suffix(f".{size}.htm")
    style = file.read_text(encoding="utf-8").replace("@page {", f"@page {{ size: {size};")
    sized_file.write_text(style, encoding="utf-8")
    return sized_file


async def count_printed_sheets(page: Page, file: Path) -> int:
    """Return how many sheets of its own size a browser prints a page on."""
    await page.goto(file.as_uri())
    pdf = await page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.fixture
def printables(tmp_path: Path, language: str, size: str) -> dict[str, Path]:
    """The printed pages of a language for sheets of a size, by name."""
    assert main(["print", str(tmp_path), "--language", language]) == 0
    files = sorted(tmp_path.glob(f"*.{language}.html"))
    return {file.name.partition(".")[0]: write_sized_page(file, size) for file in files}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of the browser, which prints one file after the other."""
    page_of_files = await browser.new_page()
    yield page_of_files
    await page_of_files.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("language", load_catalogue().languages)
@pytest.mark.parametrize("size", ["A4", "letter"])
async def test_each_page_fits_its_sheets(printables: dict[str, Path], page: Page) -> None:
    """The guide needs two sheets, every other page one, of either size, in every language."""
    sheet_counts = {
        name: await count_printed_sheets(page, file) for name, file in printables.items()
    }

    hours = {f"hour-{quarter}": 1 for quarter in range(1, 5)}
    practice_lines = {f"lines-{kind}": 1 for kind in ("away", "against", "skills")}
    assert sheet_counts == {"debrief-sheet": 1, "guide": 2, **hours, **practice_lines}


def test_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file in place of the folder ends the command with status 2."""
    (tmp_path / "file").write_text("")

    assert main(["print", str(tmp_path / "file")]) == 2

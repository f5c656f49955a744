import re
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.content.catalogue import load_catalogue

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-pdf-header-footer",
)


def count_printed_sheets(page: Path, chromium: str, size: str) -> int:
    """Return how many sheets of *size* a browser prints a page on."""
    sized_page = page.with_suffix(f".{size}.htm")
    style = page.read_text(encoding="utf-8").replace("@page {", f"@page {{ size: {size};")
    sized_page.write_text(style, encoding="utf-8")
    pdf = page.with_suffix(f".{size}.pdf")
    subprocess.run(
        [chromium, *FLAGS, f"--print-to-pdf={pdf}", sized_page.as_uri()],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


@pytest.mark.parametrize("language", load_catalogue().languages)
@pytest.mark.parametrize("size", ["A4", "letter"])
def test_each_page_fits_its_sheets(tmp_path: Path, chromium: str, language: str, size: str) -> None:
    """The guide needs two sheets, every other page one, of either size, in every language."""
    assert main(["print", str(tmp_path), "--language", language]) == 0

    pages = sorted(tmp_path.glob(f"*.{language}.html"))
    hours = [f"hour-{quarter}" for quarter in range(1, 5)]
    assert [page.name.partition(".")[0] for page in pages] == ["debrief-sheet", "guide", *hours]
    assert [count_printed_sheets(page, chromium, size) for page in pages] == [1, 2, *[1] * 4]


def test_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file in place of the folder ends the command with status 2."""
    (tmp_path / "file").write_text("")

    assert main(["print", str(tmp_path / "file")]) == 2

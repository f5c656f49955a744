"""Sheets of screenshots: one HTML page with all of them, and sheets as PNG files."""

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from playwright.async_api import Browser

from tests.journeys.photo_session import Screenshot

_COLUMN_LAYOUT = {"wide": (720, 2), "phone": (390, 4)}
"""Width of a sheet's column in pixels, and the number of columns, by screen profile."""

_MAX_COLUMN_PIXELS, _GAP_PIXELS, _CAPTION_PIXELS = 1500, 16, 26

_STYLE = """
body { margin: 16px; background: #fff; color: #222; font: 14px/1.4 sans-serif; }
h1 { font-size: 18px; margin: 0 0 8px; } h2 { font-size: 16px; }
.columns { display: flex; gap: 16px; align-items: flex-start; }
figure { margin: 0 0 16px; } figcaption { font-weight: 600; height: 22px; overflow: hidden; }
img { display: block; border: 1px solid #999; max-width: 100%; }
"""


@dataclass
class _Column:
    height: float = 0
    screenshots: list[Screenshot] = field(default_factory=list)


def png_size(file: Path) -> tuple[int, int]:
    """Return the width and height of a PNG in pixels, from its header."""
    header = file.read_bytes()[:24]
    return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])


async def write_sheets(
    screenshots: Sequence[Screenshot], folder: Path, browser: Browser
) -> list[Path]:
    """Write the sheets to *folder*, and return their paths, the page with everything first."""
    index = folder / "index.html"
    index.write_text(_render_index(screenshots, folder), encoding="utf-8")
    sheets = [index]
    page = await browser.new_page(viewport={"width": 1536, "height": 800})
    for title, columns in _lay_out_sheets(screenshots):
        file = folder / f"{title.replace(' ', '-')}.png"
        draft = folder / "draft.html"
        draft.write_text(_render_sheet(title, columns, folder), encoding="utf-8")
        await page.goto(draft.as_uri())
        await page.screenshot(path=file, full_page=True)
        draft.unlink()
        sheets.append(file)
    await page.close()
    return sheets


def _lay_out_sheets(screenshots: Sequence[Screenshot]) -> Iterator[tuple[str, list[_Column]]]:
    """Yield the title and columns of each sheet, filled column by column."""
    for (language, group, profile), shots in groupby(
        sorted(screenshots, key=_sheet_key), _sheet_key
    ):
        width, column_count = _COLUMN_LAYOUT[profile]
        columns = _fill_columns(list(shots), width)
        for number, start in enumerate(range(0, len(columns), column_count), 1):
            title = f"{language} {group} {profile} {number}"
            yield title, columns[start : start + column_count]


def _sheet_key(screenshot: Screenshot) -> tuple[str, str, str]:
    return screenshot.language, screenshot.group, screenshot.profile_name


def _fill_columns(screenshots: list[Screenshot], width: int) -> list[_Column]:
    columns = [_Column()]
    for shot in screenshots:
        shot_width, shot_height = png_size(shot.file)
        height = shot_height * min(1.0, width / shot_width) + _GAP_PIXELS + _CAPTION_PIXELS
        if columns[-1].screenshots and columns[-1].height + height > _MAX_COLUMN_PIXELS:
            columns.append(_Column())
        columns[-1].screenshots.append(shot)
        columns[-1].height += height
    return columns


def _render_column(column: _Column, width: int, folder: Path) -> str:
    figures = "".join(_render_figure(shot, folder) for shot in column.screenshots)
    return f'<div style="width:{width}px">{figures}</div>'


def _render_sheet(title: str, columns: list[_Column], folder: Path) -> str:
    width, _ = _COLUMN_LAYOUT[columns[0].screenshots[0].profile_name]
    stacks = "".join(_render_column(column, width, folder) for column in columns)
    return _wrap_html(f"<h1>{html.escape(title)}</h1><div class=columns>{stacks}</div>")


def _render_group(key: tuple[str, str, str], shots: Iterable[Screenshot], folder: Path) -> str:
    figures = "".join(_render_figure(shot, folder) for shot in shots)
    return f"<h2>{html.escape(' '.join(key))}</h2>{figures}"


def _render_index(screenshots: Sequence[Screenshot], folder: Path) -> str:
    parts = [
        _render_group(key, shots, folder)
        for key, shots in groupby(sorted(screenshots, key=_sheet_key), _sheet_key)
    ]
    return _wrap_html("".join(parts))


def _render_figure(screenshot: Screenshot, folder: Path) -> str:
    name = html.escape(screenshot.name)
    path = screenshot.file.relative_to(folder).as_posix()
    caption = f"<figcaption>{name}</figcaption>"
    return f'<figure>{caption}<img src="{path}" alt="{screenshot.language}: {name}"></figure>'


def _wrap_html(body: str) -> str:
    return f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{body}"

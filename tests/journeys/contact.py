"""Photographs every screen in every language: ``python -m tests.journeys.contact FOLDER``.

The practice workspace is driven as people would drive it, and each answer, form, error and page
is photographed wide and light, and as narrow as a phone and dark. FOLDER then holds
``index.html`` with all of them, and sheets of them as pictures. ``--language`` and ``--only``
keep it short.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot.chat import slack
from bot.content import catalogue
from bot.content.catalogue import Words
from bot.sandbox.workspace import personas, seed
from tests import needs
from tests.journeys import album
from tests.journeys.conftest import FLAGS
from tests.journeys.scenes import ALBUM, LIVED
from tests.journeys.stage import Shot, Stage
from tests.sandbox.real_bot import both

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday on which no period ends, so that sheets of two days can be laid side by side."""


PATIENCE = 60.0
"""Seconds in which a form may open: two browsers and the bot share one machine."""


@dataclass(frozen=True)
class Wish:
    """What is to be photographed, in which languages, and where it goes."""

    folder: Path
    languages: tuple[str, ...]
    groups: tuple[str, ...]


async def taken(wish: Wish, chromium: str) -> list[Path]:
    """Photograph what was wished for; gives the sheets."""
    spoken = catalogue.load()
    (wish.folder / "shots").mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        shots = [
            shot
            for language in wish.languages
            for shot in await _played(wish, spoken.words(language), browser)
        ]
        sheets = await album.bound(shots, wish.folder, browser)
        await browser.close()
    return sheets


async def _played(wish: Wish, words: Words, browser: Browser) -> list[Shot]:
    """Play every scene in one language, in a practice of its own."""
    cast = personas.speaking(words.language)
    lived = bool(LIVED.intersection(wish.groups))
    begun = seed.start(cast, NOW) if lived else NOW
    manifest = slack.manifest(words, base_url="https://attune.example.org")
    with tempfile.TemporaryDirectory() as folder:
        async with both(words, Path(folder), begun, cast, manifest=manifest) as engine:
            if lived:
                await seed.live(engine, NOW)
            engine.tickets.trigger_seconds = PATIENCE
            stage = Stage(engine, words, wish.folder / "shots")
            await stage.open(browser)
            for group in wish.groups:
                stage.group = group
                await ALBUM[group](stage)
            await stage.close()
    return stage.shots


def main(arguments: Sequence[str] | None = None) -> int:
    """Photograph what the arguments ask for, and say where the sheets are."""
    languages = catalogue.load().languages
    parser = argparse.ArgumentParser("tests.journeys.contact", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=languages, action="append")
    parser.add_argument("--only", choices=tuple(ALBUM), action="append")
    asked = parser.parse_args(arguments)
    chromium = needs.chromium()
    if chromium is None:
        sys.stderr.write(f"{needs.advice(['chromium'])}\n")
        return 2
    wish = Wish(
        asked.folder.resolve(), tuple(asked.language or languages), tuple(asked.only or ALBUM)
    )
    for sheet in asyncio.run(taken(wish, str(chromium))):
        sys.stdout.write(f"{sheet}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

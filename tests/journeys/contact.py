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
from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace import personas, seed
from tests import needs
from tests.journeys import album
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.scenes import SCENES, SCENES_WITH_HISTORY
from tests.journeys.stage import PhotoSession, Screenshot
from tests.sandbox.real_bot import run_bot_and_sandbox

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday on which no period ends, so that sheets of two days can be laid side by side."""


TRIGGER_SECONDS = 60.0
"""Seconds in which a form may open: two browsers and the bot share one machine."""


@dataclass(frozen=True)
class PhotoOptions:
    """What is to be photographed, in which languages, and where it goes."""

    folder: Path
    languages: tuple[str, ...]
    groups: tuple[str, ...]


async def take_photos(options: PhotoOptions, chromium_path: str) -> list[Path]:
    """Photograph what was wished for; gives the sheets."""
    spoken = catalogue.load_catalogue()
    (options.folder / "shots").mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS.split()
        )
        shots = [
            shot
            for language in options.languages
            for shot in await _play_scenes(options, spoken.get_pack(language), browser)
        ]
        sheets = await album.write_sheets(shots, options.folder, browser)
        await browser.close()
    return sheets


async def _play_scenes(
    options: PhotoOptions, words: LanguagePack, browser: Browser
) -> list[Screenshot]:
    """Play every scene in one language, in a practice of its own."""
    cast = personas.localize_practice(words.language)
    lived = bool(SCENES_WITH_HISTORY.intersection(options.groups))
    begun = seed.history_start(cast, NOW) if lived else NOW
    manifest = slack.build_manifest(words, base_url="https://attune.example.org")
    with tempfile.TemporaryDirectory() as folder:
        async with run_bot_and_sandbox(
            words, Path(folder), begun, cast, manifest=manifest
        ) as engine:
            if lived:
                await seed.generate_history(engine, NOW)
            engine.trigger_ids.trigger_seconds = TRIGGER_SECONDS
            stage = PhotoSession(engine, words, options.folder / "shots")
            await stage.open_pages(browser)
            for group in options.groups:
                stage.group = group
                await SCENES[group](stage)
            await stage.close_pages()
    return stage.screenshots


def main(arguments: Sequence[str] | None = None) -> int:
    """Photograph what the arguments ask for, and say where the sheets are."""
    languages = catalogue.load_catalogue().languages
    parser = argparse.ArgumentParser("tests.journeys.contact", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=languages, action="append")
    parser.add_argument("--only", choices=tuple(SCENES), action="append")
    asked = parser.parse_args(arguments)
    chromium = needs.find_chromium()
    if chromium is None:
        sys.stderr.write(f"{needs.installation_advice(['chromium'])}\n")
        return 2
    wish = PhotoOptions(
        asked.folder.resolve(), tuple(asked.language or languages), tuple(asked.only or SCENES)
    )
    for sheet in asyncio.run(take_photos(wish, str(chromium))):
        sys.stdout.write(f"{sheet}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

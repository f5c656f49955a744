"""Photograph every screen in every language: ``python -m tests.journeys.contact FOLDER``.

The sandbox is driven as its users would drive it, and each reply, form, error and page is
photographed wide and light, and as narrow as a phone and dark. FOLDER then contains
``index.html`` with all of them, and sheets of them as PNG files. ``--language`` and ``--only``
restrict the run.
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
from tests.journeys import photo_sheets
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.photo_session import PhotoSession, Screenshot
from tests.journeys.scenes import SCENES, SCENES_WITH_HISTORY, SCENES_WITHOUT_HISTORY
from tests.sandbox.real_bot import run_bot_and_sandbox

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday on which no period ends, so that sheets of two days can be compared."""


TRIGGER_SECONDS = 60.0
"""Seconds for which a trigger id is valid: two browsers and the bot share one machine."""


@dataclass(frozen=True)
class PhotoOptions:
    """The groups and languages to photograph, and the folder for the sheets."""

    folder: Path
    languages: tuple[str, ...]
    groups: tuple[str, ...]


async def take_photos(options: PhotoOptions, chromium_path: str) -> list[Path]:
    """Photograph the scenes of *options*, and return the paths of the sheets."""
    packs = catalogue.load_catalogue()
    (options.folder / "shots").mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        shots = [
            shot
            for language in options.languages
            for groups in _split_groups(options.groups)
            for shot in await _play_scenes(options, groups, packs.get_pack(language), browser)
        ]
        sheets = await photo_sheets.write_sheets(shots, options.folder, browser)
        await browser.close()
    return sheets


def _split_groups(groups: Sequence[str]) -> list[list[str]]:
    """Return the groups to play in one sandbox each, in their order."""
    quiet = [group for group in groups if group in SCENES_WITHOUT_HISTORY]
    return [part for part in ([group for group in groups if group not in quiet], quiet) if part]


async def _play_scenes(
    options: PhotoOptions, groups: Sequence[str], words: LanguagePack, browser: Browser
) -> list[Screenshot]:
    """Play the scenes of *groups* in one language, in a sandbox of its own."""
    practice = personas.localize_practice(words.language)
    has_history = bool(SCENES_WITH_HISTORY.intersection(groups))
    start_time = seed.history_start(practice, NOW) if has_history else NOW
    manifest = slack.build_manifest(words, base_url="https://attune.example.org")
    with tempfile.TemporaryDirectory() as folder:
        async with run_bot_and_sandbox(
            words, Path(folder), start_time, practice, manifest=manifest
        ) as engine:
            if has_history:
                await seed.generate_history(engine, NOW)
            engine.trigger_ids.trigger_seconds = TRIGGER_SECONDS
            session = PhotoSession(engine, words, options.folder / "shots")
            await session.open_pages(browser)
            for group in groups:
                session.group = group
                await SCENES[group](session)
            await session.close_pages()
    return session.screenshots


def main(arguments: Sequence[str] | None = None) -> int:
    """Photograph what the arguments select, and print the paths of the sheets."""
    languages = catalogue.load_catalogue().languages
    parser = argparse.ArgumentParser("tests.journeys.contact", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=languages, action="append")
    parser.add_argument("--only", choices=tuple(SCENES), action="append")
    parsed = parser.parse_args(arguments)
    chromium = needs.find_chromium()
    if chromium is None:
        sys.stderr.write(f"{needs.installation_advice(['chromium'])}\n")
        return 2
    options = PhotoOptions(
        parsed.folder.resolve(), tuple(parsed.language or languages), tuple(parsed.only or SCENES)
    )
    for sheet in asyncio.run(take_photos(options, str(chromium))):
        sys.stdout.write(f"{sheet}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""axe-core finds nothing on the screens of the practice workspace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.chat import slack
from bot.content import catalogue
from bot.sandbox.workspace import personas
from tests.journeys.accessibility import (
    ExaminationSession,
    examine_page,
    examine_screens,
)
from tests.sandbox.real_bot import run_bot_and_sandbox

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_axe_finds_a_planted_fault(browser: Browser, axe_script: str) -> None:
    """A picture without an alternative and a pale text are found: silence is no accident."""
    page = await browser.new_page()
    await page.set_content('<img src="data:,"><p style="color: #ccc; background: #fff">pale</p>')

    violations = await examine_page(page, axe_script)
    await page.close()

    rules = {violation.partition(":")[0] for violation in violations}
    assert {"image-alt", "color-contrast"} <= rules


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_axe_finds_nothing_on_any_screen(
    browser: Browser, tmp_path: Path, axe_script: str, language: str
) -> None:
    """Wide and light, and as a phone and dark, none of axe's rules is violated."""
    words = catalogue.load_catalogue().get_pack(language)
    practice = personas.localize_practice(words.language)
    manifest = slack.build_manifest(words, base_url="https://attune.example.org")
    async with run_bot_and_sandbox(words, tmp_path, NOW, practice, manifest=manifest) as engine:
        session = ExaminationSession(engine, words, tmp_path, axe_script=axe_script)
        await session.open_pages(browser)
        await examine_screens(session)
        await session.close_pages()

    assert len(session.examined_screens) == 29
    assert session.violations == []

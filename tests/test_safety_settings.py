"""The service's own safety texts: their limits, their languages and the finding of the check-up."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.safety_settings import MAX_SAFETY_TEXT_LENGTH
from tests.loaded_settings import SLACK, clear_environment, load_web, rejected_settings

CATALOGUE = load_catalogue()


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def test_safety_texts_are_read_by_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text that is set has its language; whitespace is collapsed."""
    settings = load_web(
        monkeypatch, **SLACK, SAFETY_TEXT_EN="Call  1.", SAFETY_TEXT_FR="", SAFETY_TEXT_ZH="打一。"
    )

    assert settings.safety_texts == {"en": "Call 1.", "zh": "打一。"}


@pytest.mark.parametrize("text", ["x" * (MAX_SAFETY_TEXT_LENGTH + 1), "call\x07one"])
def test_long_or_unprintable_text_is_rejected(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A text that is too long, or has a control character, is a malformed setting."""
    rejected = rejected_settings(monkeypatch, **SLACK, SAFETY_TEXT_FR=text)

    assert rejected == {"SAFETY_TEXT_FR"}


@given(st.dictionaries(st.sampled_from(["en", "fr", "zh"]), st.text(min_size=1), min_size=1))
def test_every_language_has_a_text_if_one_has(texts: dict[str, str]) -> None:
    """A language has its own text, else the first one that is set."""
    catalogue = CATALOGUE.add_safety_texts(texts)

    for tag in catalogue.languages:
        expected = texts.get(tag.partition("-")[0], next(iter(texts.values())))
        assert catalogue.get_pack(tag).safety_text == expected


def test_no_language_has_a_text_without_a_setting() -> None:
    """Without a setting no language has a text."""
    catalogue = CATALOGUE.add_safety_texts({})

    assert {catalogue.get_pack(tag).safety_text for tag in catalogue.languages} == {""}

"""Retention settings shorten what is stored and lengthen nothing, and everybody reads them."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin.settings_checkup import build_retention_finding
from bot.content.catalogue import load_catalogue
from bot.domain.person import privacy_notice
from bot.elements import Text
from bot.retention_periods import (
    DEFAULT_RETENTION,
    MAX_RETENTION_MONTHS,
    MIN_AUDIT_MONTHS,
    MIN_TABLE_MONTHS,
    RetentionPeriods,
)
from bot.served_content import load_served_content
from tests.loaded_settings import SLACK, clear_environment, load_web, rejected_settings

CATALOGUE = load_catalogue()
MINIMUMS = {
    "TABLES_RETENTION_MONTHS": MIN_TABLE_MONTHS,
    "AUDIT_RETENTION_MONTHS": MIN_AUDIT_MONTHS,
}
TWO_YEARS = timedelta(days=731)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def test_the_defaults_are_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a setting, tables and the audit trail are stored for two years and a day."""
    periods = load_web(monkeypatch, **SLACK).retention

    assert periods == DEFAULT_RETENTION
    assert periods.tables == periods.audit == TWO_YEARS


@pytest.mark.parametrize("name", MINIMUMS)
@pytest.mark.parametrize("value", ["25", "1000", "0", "-1", "below", "6.5", "two"])
def test_a_period_outside_its_bounds_is_rejected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A longer period, one below the minimum and anything but a number stop the start."""
    text = str(MINIMUMS[name] - 1) if value == "below" else value

    assert rejected_settings(monkeypatch, **SLACK, **{name: text}) == {name}


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize(("name", "minimum"), MINIMUMS.items())
def test_the_refusal_names_the_bounds(language: str, name: str, minimum: int) -> None:
    """The operator reads both bounds of the setting."""
    sentence = CATALOGUE.get_pack(language).translate(f"operator.settings.{name.lower()}")

    assert str(minimum) in sentence
    assert str(MAX_RETENTION_MONTHS) in sentence


@given(
    st.integers(MIN_TABLE_MONTHS, MAX_RETENTION_MONTHS),
    st.integers(MIN_AUDIT_MONTHS, MAX_RETENTION_MONTHS),
)
def test_no_setting_exceeds_the_bound(table_months: int, audit_months: int) -> None:
    """Each allowed number is at most two years and a day, and fewer months are fewer days."""
    periods = RetentionPeriods(table_months, audit_months)
    shorter = RetentionPeriods(table_months - 1, audit_months - 1)

    assert shorter.tables < periods.tables <= TWO_YEARS
    assert shorter.audit < periods.audit <= TWO_YEARS
    assert periods.tables <= timedelta(days=31 * table_months)
    assert periods.audit <= timedelta(days=31 * audit_months)


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_everybody_reads_the_months_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """*What is kept?* and the check-up state the numbers that were set, in every language."""
    settings = load_web(
        monkeypatch, **SLACK, TABLES_RETENTION_MONTHS="17", AUDIT_RETENTION_MONTHS="19"
    )
    words = load_served_content(settings).get_pack(language)
    texts = [
        element.text
        for element in privacy_notice.render_notice(words).body
        if isinstance(element, Text)
    ]

    assert "19" in texts[1]
    assert "17" in texts[2]
    assert not any("24" in text for text in texts)
    finding = build_retention_finding(settings).render_sentence(words)
    assert all(number in finding for number in ("17", "19", "24"))


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_no_number_of_a_period_is_typed_into_the_notice(language: str) -> None:
    """The sentences of *What is kept?* have no number but that of unanswered check-ins."""
    words = CATALOGUE.get_pack(language)
    typed = {
        key
        for key, sentence in words.sentences.items()
        if key.startswith("privacy.kept.") and any(map(str.isdecimal, str(sentence)))
    }

    assert typed == {"privacy.kept.quiet"}

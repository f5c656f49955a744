"""The screens of a person's own data, in every language."""

import re
from dataclasses import replace

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.conversation import Person
from bot.domain.person import own_data
from bot.domain.person.data_copy import DataCopy, Rows
from bot.elements import Button, Code
from bot.retention_periods import RetentionPeriods
from bot.store.data_map import PERSONAL_TABLES
from tests.doubles import START
from tests.sample_team import reply_text, steps_by_name

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")
MARIE = Person("slack:T1", "U1")
LONG_ROWS: Rows = {"delivery": [{"detail": "x" * 1_000}] * 20}


def build_copy(rows: Rows) -> DataCopy:
    """Build a copy with *rows*."""
    return DataCopy((MARIE,), START.date(), rows)


@pytest.mark.parametrize("words", PACKS, ids=CATALOGUE.languages)
def test_every_table_has_a_sentence(words: LanguagePack) -> None:
    """A table with rows about people fails here until it is described in every language."""
    rows = {name: [{"id": 1}] for name in (*PERSONAL_TABLES, "team_record")}

    sentences = own_data.describe_copy(build_copy(rows), words)

    assert len(set(sentences)) == len(rows) + 2


def test_a_person_without_rows_reads_so() -> None:
    """The copy says that nothing is stored, and what it cannot show."""
    form = own_data.build_copy_form(build_copy({}), ("A sentence.",), "", WORDS)

    assert WORDS.translate("own_data.copy.nothing") in reply_text(form)
    assert WORDS.translate("own_data.copy.sealed") in reply_text(form)
    assert steps_by_name(form) == {}


def test_a_long_copy_has_parts() -> None:
    """Each part leads to the next, the last to the first; words are in the first alone."""
    copied, data, parts = build_copy(LONG_ROWS), "", []
    for _ in range(4):
        form = own_data.build_copy_form(copied, ("A sentence.",), data, WORDS)
        button = steps_by_name(form)[own_data.COPY_BUTTON_NAME]
        assert isinstance(button, Button)
        data = button.data
        codes = [element for element in form.body if isinstance(element, Code)]
        parts.append((data, "A sentence." in reply_text(form), len(codes)))

    assert parts == [("2", True, 3), ("3", False, 3), ("4", False, 3), ("1", False, 1)]


@pytest.mark.parametrize("data", ["0", "5", "-1", "x", "²", "9" * 5_000])
def test_a_forged_part_is_the_first(data: str) -> None:
    """Whatever a client sends, a part is shown."""
    form = own_data.build_copy_form(build_copy(LONG_ROWS), (), data, WORDS)
    assert form == own_data.build_copy_form(build_copy(LONG_ROWS), (), "1", WORDS)


@pytest.mark.parametrize("words", PACKS, ids=CATALOGUE.languages)
def test_titles_fit(words: LanguagePack) -> None:
    """Both products show 24 characters of a title and of a button that submits."""
    forms = (
        own_data.build_erasure_form(words),
        own_data.build_erased_form(words, is_key_lost=False),
        own_data.build_copy_form(build_copy({}), (), "", words),
    )
    assert all(len(form.title) <= 24 and len(form.submit) <= 24 for form in forms)


@pytest.mark.parametrize("words", PACKS, ids=CATALOGUE.languages)
def test_remaining_periods_are_those_of_the_settings(words: LanguagePack) -> None:
    """The form names what an operator shortened, and the weeks that the retention duty uses."""
    shortened = replace(words, retention=RetentionPeriods(audit_months=3))

    text = reply_text(own_data.build_erasure_form(shortened))

    assert re.findall(r"\d+", text) == ["53", "3"]


def test_a_lost_key_is_named() -> None:
    """The confirmation says that what was filed under it cannot be taken back."""
    with_key, without_key = (
        reply_text(own_data.build_erased_form(WORDS, is_key_lost=is_lost))
        for is_lost in (False, True)
    )
    assert "key" not in with_key
    assert "key" in without_key

"""Screens on which a person reads everything stored about them, or has it erased."""

from collections.abc import Sequence

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.person import data_copy
from bot.domain.person.data_copy import DataCopy
from bot.domain.person.privacy_notice import describe_periods
from bot.elements import ActionRow, Button, Caption, Code, Divider, Element, Form, Text

FORM_NAME = "erase"
COPY_BUTTON_NAME = "home.copy"

_DOCUMENTS_PER_PART = 3
"""JSON documents of one form: below the smallest limit, that of a card on Teams."""

_ERASURE_KEYS = ("now", "never", "remains", "after")


def build_buttons(words: LanguagePack) -> ActionRow:
    """Build the buttons that show the copy and the form of the erasure, the same for everybody."""
    return ActionRow(
        (
            Button(COPY_BUTTON_NAME, words.translate("own_data.copy.step"), opens_form=True),
            Button("home.erase", words.translate("own_data.erase.step"), opens_form=True),
        )
    )


def describe_copy(copied: DataCopy, words: LanguagePack) -> tuple[str, ...]:
    """Describe what the copy has, a sentence for each table, and what it cannot have."""
    counts = {name: len(rows) for name, rows in copied.tables.items()}
    lines = [
        words.translate(f"own_data.copy.table.{name}", count=count)
        for name, count in counts.items()
    ] or [words.translate("own_data.copy.nothing")]
    return (
        *lines,
        words.translate("own_data.copy.sealed"),
        words.translate("own_data.copy.marks"),
    )


def build_copy_form(
    copied: DataCopy, sentences: Sequence[str], part_data: str, words: LanguagePack
) -> Form:
    """Build the form with one part of the copy, whose number from 1 is *part_data*.

    The first part has *sentences* about the person and those about the copy before its documents;
    it is shown for anything that is no number of a part.
    """
    documents = data_copy.split_copy(copied)
    part_count = -(-len(documents) // _DOCUMENTS_PER_PART)
    is_number = part_data.isascii() and part_data.isdigit() and len(part_data) < len("1000")
    number = int(part_data) if is_number else 1
    number = number if 1 <= number <= part_count else 1
    start = (number - 1) * _DOCUMENTS_PER_PART
    body: list[Element] = []
    if number == 1:
        body += _render_words(copied, sentences, words)
    body.append(
        Caption(words.translate("own_data.copy.part", number=str(number), count=str(part_count)))
    )
    body += map(Code, documents[start : start + _DOCUMENTS_PER_PART])
    if part_count > 1:
        key, target = ("next", number + 1) if number < part_count else ("first", 1)
        label = words.translate(f"own_data.copy.{key}")
        body.append(ActionRow((Button(COPY_BUTTON_NAME, label, str(target), opens_form=True),)))
    return surface.build_note_form(words, words.translate("own_data.copy.title"), tuple(body))


def build_erasure_form(words: LanguagePack) -> Form:
    """Build the form that says what an erasure deletes, what it leaves, and what comes after.

    It is the same for everybody, whatever is stored.
    """
    periods = describe_periods(words.retention)
    return Form(
        FORM_NAME,
        words.translate("own_data.erase.title"),
        tuple(Text(words.translate(f"own_data.erase.{key}", **periods)) for key in _ERASURE_KEYS),
        submit=words.translate("own_data.erase.submit"),
        close=words.translate("common.cancel"),
    )


def build_erased_form(words: LanguagePack, *, is_key_lost: bool) -> Form:
    """Build the confirmation of an erasure, the same whether or not anything was filed.

    *is_key_lost* when nothing in the period of the person's own team can be deleted.
    """
    text = words.translate("own_data.erase.done_lost" if is_key_lost else "own_data.erase.done")
    return surface.build_note_form(
        words, words.translate("own_data.erase.done_title"), (Text(text),)
    )


def _render_words(
    copied: DataCopy, sentences: Sequence[str], words: LanguagePack
) -> tuple[Element, ...]:
    """Render what is stored in words: first as on the home page, then by table."""
    return (
        Text(words.translate("own_data.copy.intro")),
        Text("\n".join(f"• {sentence}" for sentence in sentences)),
        Divider(),
        Text("\n".join(f"• {sentence}" for sentence in describe_copy(copied, words))),
    )

"""Classes of the reasons of deliveries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin.reason_classes import classify_reason
from bot.chat.error_subjects import Subject

CLASSES = {"", "late", "time_off", "other", *(subject.value for subject in Subject)}


@pytest.mark.parametrize(
    ("reason", "expected_class"),
    [
        ("", ""),
        ("late", "late"),
        ("holiday", "time_off"),
        ("user_not_found", "person"),
        ("ConversationNotFound", "chat"),
        ("invalid_blocks", "request"),
        ("token_revoked", "workspace"),
        ("ratelimited", "passing"),
        ("TimeoutError", "other"),
    ],
)
def test_reason_has_a_class(reason: str, expected_class: str) -> None:
    """Codes of both products, of the calendar, and of nothing that is known."""
    assert classify_reason(reason) == expected_class


@given(reason=st.text())
def test_any_text_has_one_of_the_classes(reason: str) -> None:
    """A product's new code adds no series, and no text reaches a label."""
    assert classify_reason(reason) in CLASSES

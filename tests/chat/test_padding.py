import json
import zlib

from hypothesis import given
from hypothesis import strategies as st

from bot.chat import padding

BODIES = st.dictionaries(st.text(), st.text() | st.integers(), min_size=1)


@given(BODIES)
def test_padded_body_has_one_size_and_same_content(body: dict[str, object]) -> None:
    """Every body has the same number of bytes, and parses to what it was."""
    text = padding.serialize_padded(body)

    assert len(text.encode()) == padding.PADDING_BLOCK_BYTES
    assert json.loads(text) == body


def test_larger_body_is_padded_to_next_multiple() -> None:
    """A body above the size is sent whole, at twice the size."""
    body = {"text": "x" * padding.PADDING_BLOCK_BYTES}

    text = padding.serialize_padded(body)

    assert len(text) == 2 * padding.PADDING_BLOCK_BYTES
    assert json.loads(text) == body


def test_padding_is_no_run_of_one_character() -> None:
    """Compressed, the padding keeps at least a fifth of its size."""
    text = padding.serialize_padded({"a": 1})

    assert len(zlib.compress(text.encode(), 9)) > padding.PADDING_BLOCK_BYTES / 5

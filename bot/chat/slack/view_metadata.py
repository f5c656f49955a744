"""Serialize a form's data and origin into the ``private_metadata`` of a view, and parse it.

The string is padded to a fixed length. Slack sends it back in the payload of each later request
about the view, and the size of these requests must not depend on the codes in the data.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

_FROM_HOME_MARK = "\N{HOUSE}"
"""Prefix of the string if the form was opened from the app's Home tab."""

_CHANNEL_MARK = "\N{ROUND PUSHPIN}"
"""Delimiter before and after the channel id, if the form was opened from a conversation."""

METADATA_LENGTH = 3_000
"""Length of the string in characters; the maximum that Slack documents and accepts."""

_SEPARATOR = "~"
"""Delimiter between data and padding; the padding, URL-safe base64, does not contain it."""

_FILLER_BYTES = hashlib.shake_256(b"attune metadata filler").digest(METADATA_LENGTH)
_FILLER = base64.urlsafe_b64encode(_FILLER_BYTES).decode()
"""Padding of pseudorandom characters: compression finds no repetition in it."""


def pack_metadata(data: str, *, from_home: bool, channel: str = "") -> str:
    """Return the ``private_metadata`` string: origin mark, *data*, delimiter and padding.

    It has :data:`METADATA_LENGTH` characters; longer data is returned without padding and is not
    truncated. *channel* is ignored with *from_home*.
    """
    mark = f"{_CHANNEL_MARK}{channel}{_CHANNEL_MARK}" if channel else ""
    content = (_FROM_HOME_MARK if from_home else mark) + data + _SEPARATOR
    return content + _FILLER[: max(0, METADATA_LENGTH - len(content))]


def read_form_data(view: Mapping[str, Any]) -> str:
    """Return the form's data from the ``private_metadata`` of *view*, without mark and padding.

    A string without a delimiter, from an earlier release, is parsed as if it had no padding.
    """
    content = _read_content(view)
    if content.startswith(_CHANNEL_MARK):
        return content.split(_CHANNEL_MARK, 2)[-1]
    return content.removeprefix(_FROM_HOME_MARK)


def read_channel(view: Mapping[str, Any]) -> str:
    """Return the id of the channel that the form was opened from, ``""`` for none.

    It is trusted: a client cannot change it, since Slack stores it and signs the request.
    """
    content = _read_content(view)
    return content.split(_CHANNEL_MARK, 2)[1] if content.startswith(_CHANNEL_MARK) else ""


def is_from_home(view: Mapping[str, Any]) -> bool:
    """Whether the string has the prefix of a form that was opened from the Home tab."""
    return _read_content(view).startswith(_FROM_HOME_MARK)


def _read_content(view: Mapping[str, Any]) -> str:
    metadata = str(view.get("private_metadata") or "")
    content, separator, _filler = metadata.rpartition(_SEPARATOR)
    return content if separator else metadata

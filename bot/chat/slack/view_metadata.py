"""Private metadata of a modal view: the form's data, and where the form was opened from.

It is padded to one length: Slack returns it with each later request about the view, whose size
would otherwise depend on the codes in the data.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

_FROM_HOME_MARK = "\N{HOUSE}"
"""Prefix of the metadata of a form that was opened from the app's Home tab."""

_CHANNEL_MARK = "\N{ROUND PUSHPIN}"
"""Encloses the channel in the metadata of a form that was opened from a conversation."""

METADATA_LENGTH = 3_000
"""Characters of every view's metadata; the maximum that Slack documents and accepts."""

_SEPARATOR = "~"
"""Separates the data from the filler. The filler does not contain it."""

_FILLER_BYTES = hashlib.shake_256(b"attune metadata filler").digest(METADATA_LENGTH)
_FILLER = base64.urlsafe_b64encode(_FILLER_BYTES).decode()
"""Characters without a pattern, so that compression does not shorten them."""


def pack_metadata(data: str, *, from_home: bool, channel: str = "") -> str:
    """Return a view's private metadata: *data*, marked with the place that opened the form.

    The metadata of :data:`METADATA_LENGTH` characters ends with a filler. Data that is longer
    than that is returned without one.
    """
    mark = f"{_CHANNEL_MARK}{channel}{_CHANNEL_MARK}" if channel else ""
    content = (_FROM_HOME_MARK if from_home else mark) + data + _SEPARATOR
    return content + _FILLER[: max(0, METADATA_LENGTH - len(content))]


def read_form_data(view: Mapping[str, Any]) -> str:
    """Return the form's data from a view's private metadata, without marks and filler.

    A view that an earlier release opened has no filler.
    """
    content = _read_content(view)
    if content.startswith(_CHANNEL_MARK):
        return content.split(_CHANNEL_MARK, 2)[-1]
    return content.removeprefix(_FROM_HOME_MARK)


def read_channel(view: Mapping[str, Any]) -> str:
    """Return the channel that the form was opened from, ``""`` for none.

    The metadata is part of a payload that Slack signs, so no client can replace it.
    """
    content = _read_content(view)
    return content.split(_CHANNEL_MARK, 2)[1] if content.startswith(_CHANNEL_MARK) else ""


def is_from_home(view: Mapping[str, Any]) -> bool:
    """Whether the form was opened from the app's Home tab."""
    return _read_content(view).startswith(_FROM_HOME_MARK)


def _read_content(view: Mapping[str, Any]) -> str:
    metadata = str(view.get("private_metadata") or "")
    content, separator, _filler = metadata.rpartition(_SEPARATOR)
    return content if separator else metadata

"""Private metadata of a modal view: the form's data, and where the form was opened from."""

from collections.abc import Mapping
from typing import Any

_FROM_HOME_MARK = "\N{HOUSE}"
"""Prefix of the metadata of a form that was opened from the app's Home tab."""

_CHANNEL_MARK = "\N{ROUND PUSHPIN}"
"""Encloses the channel in the metadata of a form that was opened from a conversation."""


def pack_metadata(data: str, *, from_home: bool, channel: str = "") -> str:
    """Return a view's private metadata: *data*, marked with the place that opened the form."""
    if from_home:
        return _FROM_HOME_MARK + data
    return f"{_CHANNEL_MARK}{channel}{_CHANNEL_MARK}{data}" if channel else data


def read_form_data(view: Mapping[str, Any]) -> str:
    """Return the form's data from a view's private metadata, without the marks."""
    metadata = _read_metadata(view)
    if metadata.startswith(_CHANNEL_MARK):
        return metadata.split(_CHANNEL_MARK, 2)[-1]
    return metadata.removeprefix(_FROM_HOME_MARK)


def read_channel(view: Mapping[str, Any]) -> str:
    """Return the channel that the form was opened from, ``""`` for none.

    The metadata is part of a payload that Slack signs, so no client can replace it.
    """
    metadata = _read_metadata(view)
    return metadata.split(_CHANNEL_MARK, 2)[1] if metadata.startswith(_CHANNEL_MARK) else ""


def is_from_home(view: Mapping[str, Any]) -> bool:
    """Whether the form was opened from the app's Home tab."""
    return _read_metadata(view).startswith(_FROM_HOME_MARK)


def _read_metadata(view: Mapping[str, Any]) -> str:
    return str(view.get("private_metadata") or "")

"""Private metadata of a modal view: the form's data and whether it was opened from the Home."""

from collections.abc import Mapping
from typing import Any

_FROM_HOME_MARK = "\N{HOUSE}"
"""Prefix of the metadata of a form that was opened from the app's Home tab."""


def pack_metadata(data: str, *, from_home: bool) -> str:
    """Return a view's private metadata: *data*, marked if the form was opened from the Home."""
    return (_FROM_HOME_MARK if from_home else "") + data


def read_form_data(view: Mapping[str, Any]) -> str:
    """Return the form's data from a view's private metadata, without the mark."""
    return str(view.get("private_metadata") or "").removeprefix(_FROM_HOME_MARK)


def is_from_home(view: Mapping[str, Any]) -> bool:
    """Whether the form was opened from the app's Home tab."""
    return str(view.get("private_metadata") or "").startswith(_FROM_HOME_MARK)

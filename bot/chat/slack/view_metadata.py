"""What a form carries along while it is open: its own data, and where the person came from."""

from collections.abc import Mapping
from typing import Any

_FROM_HOME_MARK = "\N{HOUSE}"
"""Stands before the data of a form that was opened from the app's Home."""


def pack_metadata(data: str, *, from_home: bool) -> str:
    """Return a view's private metadata; *home* says that the person came from the app's Home."""
    return (_FROM_HOME_MARK if from_home else "") + data


def read_form_data(view: Mapping[str, Any]) -> str:
    """Return the data that a form was given when it was shown."""
    return str(view.get("private_metadata") or "").removeprefix(_FROM_HOME_MARK)


def is_from_home(view: Mapping[str, Any]) -> bool:
    """Whether the person came to this form from the app's Home."""
    return str(view.get("private_metadata") or "").startswith(_FROM_HOME_MARK)

"""What a form carries along while it is open: its own data, and where the person came from."""

from collections.abc import Mapping
from typing import Any

_FROM_HOME = "\N{HOUSE}"
"""Stands before the data of a form that was opened from the app's Home."""


def pack(data: str, *, home: bool) -> str:
    """Return a view's private metadata; *home* says that the person came from the app's Home."""
    return (_FROM_HOME if home else "") + data


def data(view: Mapping[str, Any]) -> str:
    """Return the data that a form was given when it was shown."""
    return str(view.get("private_metadata") or "").removeprefix(_FROM_HOME)


def from_home(view: Mapping[str, Any]) -> bool:
    """Whether the person came to this form from the app's Home."""
    return str(view.get("private_metadata") or "").startswith(_FROM_HOME)

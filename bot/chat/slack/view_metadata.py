"""Private metadata of a modal view: the form's data and whether it was opened from the Home.

It is padded to one length: Slack returns it with each later request about the view, whose size
would otherwise depend on the codes in the data.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

_FROM_HOME_MARK = "\N{HOUSE}"
"""Prefix of the metadata of a form that was opened from the app's Home tab."""

METADATA_LENGTH = 3_000
"""Characters of every view's metadata; the maximum that Slack documents and accepts."""

_SEPARATOR = "~"
"""Separates the data from the filler. The filler does not contain it."""

_FILLER_BYTES = hashlib.shake_256(b"attune metadata filler").digest(METADATA_LENGTH)
_FILLER = base64.urlsafe_b64encode(_FILLER_BYTES).decode()
"""Characters without a pattern, so that compression does not shorten them."""


def pack_metadata(data: str, *, from_home: bool) -> str:
    """Return a view's private metadata: *data*, marked if the form was opened from the Home.

    The metadata of :data:`METADATA_LENGTH` characters ends with a filler. Data that is longer
    than that is returned without one.
    """
    content = (_FROM_HOME_MARK if from_home else "") + data + _SEPARATOR
    return content + _FILLER[: max(0, METADATA_LENGTH - len(content))]


def read_form_data(view: Mapping[str, Any]) -> str:
    """Return the form's data from a view's private metadata, without the mark and the filler.

    A view that an earlier release opened has no filler.
    """
    metadata = str(view.get("private_metadata") or "")
    content, separator, _ = metadata.rpartition(_SEPARATOR)
    return (content if separator else metadata).removeprefix(_FROM_HOME_MARK)


def is_from_home(view: Mapping[str, Any]) -> bool:
    """Whether the form was opened from the app's Home tab."""
    return str(view.get("private_metadata") or "").startswith(_FROM_HOME_MARK)

"""Entries of the operator's trail: purges of workspaces and rotations of the operator's secret.

They outlive the workspace that they are about, so that they name neither it nor any person.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OperatorAction(StrEnum):
    """What an entry records; the value is stored, and is the key of its sentence."""

    PURGE_BEGUN = "purge_begun"
    """``row_count`` rows of a workspace are going to be deleted, for ``reason``."""
    PURGE_ENDED = "purge_ended"
    """Nothing of the workspace is left; whichever process completed it acts as the clock."""
    ROTATED = "rotated"
    """``row_count`` rows were sealed with the newest secret."""


class OperatorActor(StrEnum):
    """Who acted; the value is stored, and is the key of the word for it."""

    OPERATOR = "operator"
    """A command of the operator."""
    CLOCK = "clock"
    """A duty of the running bot."""


@dataclass(frozen=True)
class OperatorEntry:
    """One purge or rotation; ``at`` is an aware instant.

    ``reason`` is the code of the suspension that led to a purge, ``""`` for a connected workspace.
    ``workspace_digest`` is :func:`bot.domain.counts.pseudonyms.derive_workspace_digest` of the
    workspace, ``b""`` without one.
    """

    at: datetime
    action: OperatorAction
    actor: OperatorActor
    row_count: int = 0
    reason: str = ""
    workspace_digest: bytes = b""

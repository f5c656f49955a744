"""Entries of the audit trail: who installed the app, changed a set-up or took tables out, and when.

An entry without a team is about its whole workspace.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

OPERATOR_ID = ""
"""The actor of a change by the operator's commands."""

ERASED_ID = "-"
"""The id in place of a person who was erased; no product has such an id."""


class AuditAction(StrEnum):
    """What an entry records; the value is stored, and is the key of its sentence."""

    CREATED = "created"
    CHANGED = "changed"
    """``detail`` has the codes of the changed fields, separated by commas."""
    UNDONE = "undone"
    """The set-up before the last change was restored."""
    MOVED = "moved"
    """``detail`` has the old and the new channel, separated by a space."""
    CLOSED = "closed"
    """The team was closed or removed."""
    NAMED = "named"
    """``subject_id`` supervises a team that had no active supervisor."""
    HANDED_OVER = "handed_over"
    """``subject_id`` supervises the team in the place of the actor."""
    SUPERVISOR_ADDED = "supervisor_added"
    SUPERVISOR_REMOVED = "supervisor_removed"
    DIRECTOR_ADDED = "director_added"
    DIRECTOR_REMOVED = "director_removed"
    SHARED = "shared"
    """The actor shared a question, a plan or tables with the team's channel."""
    EXPORTED = "exported"
    """The actor was shown every published table of the team as text to copy."""
    INSTALLED = "installed"
    """The actor installed the app in the workspace; ``detail`` has the number of permissions."""
    ORGANISATION_INSTALLED = "org_installed"
    """The app was installed for an organisation, and for the workspace as one of its own.

    Nobody is named: an administrator of the organisation may have no account in the workspace, so
    that no erasure there would find their name.
    """
    KEY_ROTATED = "key_rotated"
    """The operator gave the tokens of the workspace a new key."""


READING_ACTIONS = frozenset({AuditAction.SHARED, AuditAction.EXPORTED})
"""What is done with published tables, and changes no set-up."""


@dataclass(frozen=True)
class AuditEntry:
    """One change of a team's set-up, roles or place, or a use of its tables; nothing that is filed.

    ``actor_id`` is the product id of who made it, :data:`OPERATOR_ID` for the operator;
    ``subject_id`` the person whom a role concerns, ``""`` for none. ``team_name`` is the name after
    the change; it and ``team_id`` are ``""`` for the workspace. ``at`` is an aware instant.
    ``detail`` has ids, codes and counts, at most 200 characters.
    People on lists are counted there and not named: who joined or left by themselves changes no
    declared list, so that no entry follows from it.
    """

    workspace: str
    team_id: str
    team_name: str
    at: datetime
    actor_id: str
    action: AuditAction
    subject_id: str = ""
    detail: str = ""

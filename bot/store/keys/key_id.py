"""Identifiers of stored keys and the names under which key stores save them."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

_NAME_PATTERN = re.compile(
    r"[0-9a-f]{32}(?:-(?P<closes_at>\d{1,15}))?\.(?P<kind>period|team|installation)"
)
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class PeriodKeyId:
    """The key of every period of one tenant that ends at ``closes_at``, in Unix seconds.

    All units and ledgers of the tenant share it; each of their records has a derived key.
    """

    workspace: str
    closes_at: int

    @property
    def file_name(self) -> str:
        """A name without the tenant's id, from which ``closes_at`` can be read."""
        return f"{period_key_prefix(self.workspace)}{self.closes_at}.period"


@dataclass(frozen=True)
class TeamKeyId:
    """The key of one team's record, which is stored as long as the team exists."""

    team_id: str

    @property
    def file_name(self) -> str:
        """A name without the team's id."""
        return f"{_digest('team', self.team_id)}.team"


@dataclass(frozen=True)
class InstallationKeyId:
    """The key that seals the tokens of one Slack workspace or organisation, until it leaves.

    ``is_next`` is the key that is replacing it: see :mod:`bot.store.keys.key_replacement`.
    """

    workspace: str
    is_next: bool = False

    @property
    def file_name(self) -> str:
        """A name without the workspace's id."""
        kind = "next installation" if self.is_next else "installation"
        return f"{_digest(kind, self.workspace)}.installation"

    @property
    def next_id(self) -> "InstallationKeyId":
        """The key that replaces this one."""
        return InstallationKeyId(self.workspace, is_next=True)


@dataclass(frozen=True)
class PepperKeyId:
    """The generated pepper of a deployment that configures none; only a newer one replaces it.

    ``is_next`` is the one that is replacing it: see :mod:`bot.store.keys.key_replacement`.
    """

    is_next: bool = False

    @property
    def file_name(self) -> str:
        """The fixed name of the one pepper, or of the next one."""
        return "pepper-next" if self.is_next else "pepper"

    @property
    def next_id(self) -> "PepperKeyId":
        """The pepper that replaces this one."""
        return PepperKeyId(is_next=True)


@dataclass(frozen=True)
class IdempotencyKeyId:
    """The key of every digest of a processed request; it is never destroyed."""

    @property
    def file_name(self) -> str:
        """The fixed name of the one key."""
        return "idempotency"


@dataclass(frozen=True)
class StoredKey:
    """A key of a period, a team or an installation as listed by a key store, without its owner.

    ``kind`` is ``period``, ``team`` or ``installation``; ``closes_at`` is a period's end in Unix
    seconds, so that the keys of ended periods can be deleted without the database.
    """

    file_name: str
    kind: str
    closes_at: int | None = None


KeyId: TypeAlias = PeriodKeyId | TeamKeyId | InstallationKeyId | PepperKeyId | IdempotencyKeyId
"""Identifies a key that can be created."""


def period_key_prefix(workspace: str) -> str:
    """Return how the names of the period keys of *workspace* begin, and of no other tenant's."""
    return f"{_digest('period', workspace)}-"


def parse_file_name(file_name: str) -> StoredKey | None:
    """Return the stored key with this name; ``None`` for any other file.

    The pepper and the key of the digests belong to no period and no team: they are other files.
    """
    match = _NAME_PATTERN.fullmatch(file_name)
    if match is None or (match["kind"] == "period") != (match["closes_at"] is not None):
        return None
    return StoredKey(
        file_name, match["kind"], int(match["closes_at"]) if match["closes_at"] else None
    )


def _digest(kind: str, identifier: str) -> str:
    """Return the SHA-256 digest of an identifier, shortened, in hexadecimal digits.

    It makes the name safe for every file system; it does not hide an id that can be guessed.
    """
    return sha256(f"attune {kind} key\0{identifier}".encode()).digest()[:_DIGEST_BYTES].hex()

"""What a move of a database consists of: its plan, phases and outcomes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.store.database_faults import DatabaseFault
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.key_store import KeyStore

StepCallback = Callable[[int, int], None]
"""Called after each transaction with the rows copied and all rows."""


class MovePhase(StrEnum):
    """What a move does next; each is committed before the next one begins."""

    PREPARING = "preparing"
    COPYING = "copying"
    COMPARING = "comparing"
    COPYING_KEYS = "copying_keys"
    RETIRING_SOURCE = "retiring_source"
    HANDING_OVER_KEYS = "handing_over_keys"
    COMPLETING = "completing"


class MoveRefusal(StrEnum):
    """Why a database is not moved; each has a sentence for the operator."""

    MISSING = "missing"
    IN_USE = "in_use"
    OLDER_SCHEMA = "older_schema"
    UNKNOWN_SCHEMA = "unknown_schema"
    KEYS_IN_USE = "keys_in_use"
    KEYS_DIFFER = "keys_differ"
    OTHER_KEYS_OPTION = "other_keys_option"
    NOT_EMPTY = "not_empty"
    MOVED_ELSEWHERE = "moved_elsewhere"
    DIFFERENT = "different"


class MoveRefusedError(Exception):
    """The database stays where it is, for the reason in ``refusal``."""

    def __init__(self, refusal: MoveRefusal) -> None:
        """Store the reason."""
        super().__init__(refusal.value)
        self.refusal = refusal


class UnusableTargetError(Exception):
    """The target cannot be used, for the reason in ``fault``."""

    def __init__(self, fault: DatabaseFault) -> None:
        """Store the reason."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Move:
    """What is moved: the SQLite file and the PostgreSQL URL, and the key stores before and after.

    ``new_key_store`` is ``None`` where the key store stays.
    """

    source: Path
    target_url: str
    source_key_store: KeyStore
    new_key_store: DatabaseKeyStore | None = None

    @property
    def target_key_store(self) -> KeyStore:
        """The key store of the moved database."""
        return self.new_key_store or self.source_key_store


@dataclass(frozen=True)
class MoveReport:
    """The number of rows and keys that were moved; ``was_complete`` if an earlier run did it."""

    row_count: int = 0
    key_count: int = 0
    was_complete: bool = False


@dataclass(frozen=True)
class MoveObserver:
    """What is called while a move runs, for the operator."""

    on_phase: Callable[[MovePhase], None] = lambda _phase: None
    on_rows: StepCallback = lambda _done, _total: None

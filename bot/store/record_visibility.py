"""Filter of the record cache: which workspaces may see a record that another job has cached."""

from collections import defaultdict
from collections.abc import Collection, Container, Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table

from bot.store import record_statements
from bot.store.key_condition import bind_row_keys

RecordId = TypeVar("RecordId", bound=Hashable)
_TableId_contra = TypeVar("_TableId_contra", contravariant=True)


class RecordTable(Protocol[_TableId_contra]):
    """The table of one kind of record."""

    table: Table

    def row_key(self, record_id: _TableId_contra) -> dict[str, object]:
        """Return the primary key of a record's row, in the order of the table's columns."""


class RecordVisibility(Generic[RecordId]):
    """Hides a cached record from a job whose workspace row-level security would not show its row.

    ``workspace`` is that of the present job; ``None`` stands for all, to which nothing is hidden.
    """

    def __init__(self, connection: Connection, codec: RecordTable[RecordId]) -> None:
        """Query the table of the records of *codec* in the transaction of *connection*."""
        self._connection = connection
        self._codec = codec
        self._visible_to: defaultdict[RecordId, set[str]] = defaultdict(set)
        self.workspace: str | None = None

    def mark_visible(self, record_id: RecordId) -> None:
        """Note that the database has shown a record's row to the present workspace."""
        if self.workspace is not None:
            self._visible_to[record_id].add(self.workspace)

    def exclude_hidden(
        self, record_ids: Iterable[RecordId], *caches: Container[RecordId]
    ) -> list[RecordId]:
        """Return each of *record_ids* once, without those in *caches* that are to be hidden."""
        distinct = list(dict.fromkeys(record_ids))
        if self.workspace is None:
            return distinct
        unchecked = [
            record_id
            for record_id in distinct
            if self.workspace not in self._visible_to[record_id]
            and any(record_id in cache for cache in caches)
        ]
        hidden = self._find_hidden(unchecked) if unchecked else frozenset()
        return [record_id for record_id in distinct if record_id not in hidden]

    def _find_hidden(self, record_ids: Collection[RecordId]) -> frozenset[RecordId]:
        keys = {id_: tuple(self._codec.row_key(id_).values()) for id_ in record_ids}
        query = record_statements.build_key_select(self._codec.table)
        rows = self._connection.execute(query, bind_row_keys(list(keys.values())))
        visible = {tuple(row) for row in rows}
        for record_id, key in keys.items():
            if key in visible:
                self.mark_visible(record_id)
        return frozenset(record_id for record_id, key in keys.items() if key not in visible)

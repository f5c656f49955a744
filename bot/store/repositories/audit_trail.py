"""Repository of the table ``audit_entry``: who changed which team's set-up or roles, and when."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Row,
    String,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
)

from bot.conversation import Person
from bot.domain.teams.audit_entry import READING_ACTIONS, AuditAction, AuditEntry
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.repositories.operator_trail import OperatorTrail
from bot.store.schema import audit_entries, previous_setups

_PERSON_PARAMETER = bindparam("person_id", type_=String)

_SELECT_IS_NAMED = select(
    exists().where(
        audit_entries.c.workspace == bindparam("workspace"),
        (audit_entries.c.actor == _PERSON_PARAMETER)
        | (audit_entries.c.subject == _PERSON_PARAMETER),
    )
)
_DELETE_BEFORE = delete(audit_entries).where(audit_entries.c.at < bindparam("cutoff"))
_DELETE_OF_WORKSPACE_BEFORE = _DELETE_BEFORE.where(
    audit_entries.c.workspace == bindparam("workspace_key")
)
_SELECT_OLDEST = (
    select(audit_entries.c.workspace, func.min(audit_entries.c.at).label("oldest"))
    .where(audit_entries.c.at < bindparam("cutoff"))
    .group_by(audit_entries.c.workspace)
)


class AuditTrail:
    """Repository of audit entries, by a random primary key.

    An entry is inserted in the transaction of its change, and only where a row changed: a retry
    inserts none. None is inserted when a person files, answers, reads a table, joins, pauses or
    leaves, nor when the worker finds a closed account. Sharing a table and exporting all tables as
    text are entries of :data:`READING_ACTIONS`, which change no set-up.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*.

        ``operator_entries`` is the repository of entries that are not deleted with a workspace.
        """
        self._connection = connection
        self.operator_entries = OperatorTrail(connection, records)

    def record(self, entries: Collection[AuditEntry]) -> None:
        """Insert *entries*, and delete the undo copies of the teams whose set-up they changed.

        An undo must not revert a later change with them.
        """
        rows = [
            {
                "id": uuid4().hex,
                "workspace": entry.workspace,
                "team": entry.team_id,
                "team_name": entry.team_name,
                "at": to_unix_seconds(entry.at),
                "actor": entry.actor_id,
                "action": entry.action.value,
                "subject": entry.subject_id,
                "detail": entry.detail,
            }
            for entry in entries
        ]
        if rows:
            self._connection.execute(insert(audit_entries), rows)
            changed_ids = {
                entry.team_id for entry in entries if entry.action not in READING_ACTIONS
            }
            is_changed = previous_setups.c.team.in_(changed_ids)
            self._connection.execute(delete(previous_setups).where(is_changed))

    def list_entries(
        self, *, workspace: str = "", team_ids: Iterable[str] | None = None, limit: int = 1000
    ) -> tuple[AuditEntry, ...]:
        """Return the newest *limit* entries, newest first, of a workspace or of some teams.

        By default of every workspace and team. Entries of the same second are sorted by team name,
        action and subject, which reveals no order of insertion.
        """
        query = select(audit_entries)
        if workspace:
            query = query.where(audit_entries.c.workspace == workspace)
        if team_ids is not None:
            query = query.where(audit_entries.c.team.in_(tuple(team_ids)))
        query = query.order_by(
            audit_entries.c.at.desc(),
            audit_entries.c.team_name,
            audit_entries.c.action,
            audit_entries.c.subject,
        )
        return tuple(map(_parse_row, self._connection.execute(query.limit(limit))))

    def record_daily(self, entry: AuditEntry) -> None:
        """Insert *entry* unless a row with its team, actor and action exists on its day in UTC."""
        day_start = entry.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        query = select(
            exists().where(
                audit_entries.c.team == entry.team_id,
                audit_entries.c.at >= to_unix_seconds(day_start),
                audit_entries.c.actor == entry.actor_id,
                audit_entries.c.action == entry.action.value,
            )
        )
        if not self._connection.scalar(query):
            self.record([entry])

    def names_person(self, person: Person) -> bool:
        """Return whether *person* is the actor or subject of a row in their workspace."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        return bool(self._connection.scalar(_SELECT_IS_NAMED, parameters))

    def list_oldest_before(self, moment: datetime) -> dict[str, datetime]:
        """Return a dict of the oldest entry's time by workspace, if it is before *moment*."""
        rows = self._connection.execute(_SELECT_OLDEST, {"cutoff": to_unix_seconds(moment)})
        return {row.workspace: from_unix_seconds(row.oldest) for row in rows}

    def delete_before(self, moment: datetime, workspace: str = "") -> int:
        """Delete the rows older than *moment*; return how many.

        With the default *workspace* of every workspace, and the operator's entries as well.
        """
        parameters: dict[str, object] = {"cutoff": to_unix_seconds(moment)}
        if not workspace:
            deleted_count = self._connection.execute(_DELETE_BEFORE, parameters).rowcount
            return deleted_count + self.operator_entries.delete_before(moment)
        parameters["workspace_key"] = workspace
        return self._connection.execute(_DELETE_OF_WORKSPACE_BEFORE, parameters).rowcount


def _parse_row(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        workspace=row.workspace,
        team_id=row.team,
        team_name=row.team_name,
        at=from_unix_seconds(row.at),
        actor_id=row.actor,
        action=AuditAction(row.action),
        subject_id=row.subject,
        detail=row.detail,
    )

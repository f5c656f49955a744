"""The audit trail of set-ups: who changed which team's set-up or roles, and when."""

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
    """Repository of audit entries.

    An entry is added in the transaction of its change, and only where something changed: a
    repeated request adds none. Nothing is added when a person files, answers, reads a table, joins,
    pauses or leaves, nor when the worker finds a closed account. What a supervisor shares, and the
    day on which somebody had all tables shown as text, are entries that change no set-up.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*.

        ``operator_entries`` are those that outlive their workspace.
        """
        self._connection = connection
        self.operator_entries = OperatorTrail(connection, records)

    def record(self, entries: Collection[AuditEntry]) -> None:
        """Add *entries*; a set-up before one that changed it can no longer be restored."""
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

        A blank *workspace* is every workspace, and *team_ids* of ``None`` every team. The order of
        the entries of one second is that of their actions and subjects.
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
        """Add *entry* unless the actor did the same with the team on its day in UTC already."""
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
        """Return whether an entry names *person*, as actor or subject."""
        parameters = {"workspace": person.workspace, "person_id": person.id}
        return bool(self._connection.scalar(_SELECT_IS_NAMED, parameters))

    def list_oldest_before(self, moment: datetime) -> dict[str, datetime]:
        """Return when the oldest entry of each workspace with any before *moment* was made."""
        rows = self._connection.execute(_SELECT_OLDEST, {"cutoff": to_unix_seconds(moment)})
        return {row.workspace: from_unix_seconds(row.oldest) for row in rows}

    def delete_before(self, moment: datetime, workspace: str = "") -> int:
        """Delete the entries of before *moment*; return how many.

        A blank *workspace* is every workspace, and the operator's entries.
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

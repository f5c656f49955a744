"""Repository of the table ``previous_setup``: undo copies of set-ups as JSON, for a day."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from bot.conversation import Person
from bot.domain.teams.setup_undo import PreviousSetup, encode_setup, parse_setup_copy
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.schema import previous_setups
from bot.store.upsert import upsert_row

_DELETE_BEFORE = delete(previous_setups).where(previous_setups.c.at < bindparam("cutoff"))


class PreviousSetups:
    """Repository of undo copies, at most one row per team, the primary key.

    A later entry in the audit trail deletes the row of its team, see
    :meth:`bot.store.repositories.audit_trail.AuditTrail.record`.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def save(self, team_id: str, workspace: str, previous: PreviousSetup) -> None:
        """Upsert the undo copy of a team; an earlier one is replaced."""
        row = {
            "team": team_id,
            "workspace": workspace,
            "person": previous.setter_id,
            "at": to_unix_seconds(previous.changed_at),
            "body": encode_setup(previous.setup),
        }
        upsert_row(self._connection, previous_setups, row)

    def find(self, team_id: str) -> PreviousSetup | None:
        """Return the undo copy of a team; ``None`` without a row, as after a later change."""
        query = select(previous_setups).where(previous_setups.c.team == team_id)
        row = self._connection.execute(query).one_or_none()
        return _parse_row(row) if row else None

    def list_by_setter(self, setter: Person) -> dict[str, PreviousSetup]:
        """Return a dict of the undo copies of changes by *setter*, by team id."""
        query = select(previous_setups).where(
            previous_setups.c.workspace == setter.workspace, previous_setups.c.person == setter.id
        )
        rows = self._connection.execute(query.order_by(previous_setups.c.team))
        return {row.team: _parse_row(row) for row in rows}

    def delete_before(self, moment: datetime) -> int:
        """Delete the rows of changes before *moment*; return how many."""
        parameters = {"cutoff": to_unix_seconds(moment)}
        return self._connection.execute(_DELETE_BEFORE, parameters).rowcount


def _parse_row(row: Row[Any]) -> PreviousSetup:
    return PreviousSetup(row.person, from_unix_seconds(row.at), parse_setup_copy(row.body))

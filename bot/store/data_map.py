"""The data map: which columns of every table are about a person, and what an erasure leaves.

A table that is missing here, or a column of one, fails ``tests/store/test_data_map.py``: whoever
adds a column decides in the same commit whether it is about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Table

from bot.store import schema

ACTOR_COLUMNS = ("workspace", "person")
"""The columns of most tables that identify the person of a row."""


class Remainder(Enum):
    """What remains of a person's rows in a table after an erasure, and why."""

    NOTHING = "nothing"
    SETUP = "setup"
    """What the set-up declares is the supervisor's statement of who is in the team: only the set-up
    changes it. What the person added is deleted. Of somebody who has left nothing remains."""
    LINK = "link"
    """Which accounts are one person's, which the operator states: as the set-up above, and while a
    frozen list has any of the accounts, also of somebody who has left. Without it the person would
    have a second yearly bound under the other account."""
    EXPOSURE = "exposure"
    """The frozen lists, until 53 weeks after the close: they limit how much the tables of a year
    may tell about the person, and were written by the set-up alone. Of somebody who has left those
    of open periods go, unless a key is lost."""
    HISTORY = "history"
    """Who changed a set-up, for the people whom it concerned; 24 months, a day for the set-up
    before the change. Of somebody who has left "somebody who left" remains."""


@dataclass(frozen=True)
class TableFacts:
    """What the columns of ``table`` are, by name; every column is in exactly one of the groups.

    ``accounts`` are pairs of a column with a workspace and one with the id of a person in it, which
    may have the workspace in common. ``texts`` may contain the id of a person among other words, of
    the first pair's workspace. ``fields`` are about the person of the row, if ``accounts`` has one;
    ``sealed`` are encrypted, and nobody's without the key. ``remainder`` is what an erasure leaves.
    """

    table: Table
    accounts: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    remainder: Remainder = Remainder.NOTHING

    @property
    def is_personal(self) -> bool:
        """Whether a row of the table can be about a person."""
        return bool(self.accounts)


def _describe_impersonal(table: Table, *fields: str, sealed: tuple[str, ...] = ()) -> TableFacts:
    return TableFacts(table, fields=fields, sealed=sealed)


_PERSONAL_TABLES = (
    TableFacts(
        schema.people,
        (("workspace", "id"),),
        fields=(
            *("language", "locale", "zone", "checkin_day", "checkin_time", "paused_until"),
            *("joined", "home_team", "unreachable", "closed_since", "work_days"),
        ),
    ),
    TableFacts(schema.chat_routes, (ACTOR_COLUMNS,), fields=("channel", "way")),
    TableFacts(
        schema.linked_accounts,
        (ACTOR_COLUMNS, ("same_workspace", "same_person")),
        remainder=Remainder.LINK,
    ),
    TableFacts(
        schema.rosters, (ACTOR_COLUMNS,), fields=("team", "declared"), remainder=Remainder.SETUP
    ),
    TableFacts(
        schema.roles, (ACTOR_COLUMNS,), fields=("team", "role", "agreed"), remainder=Remainder.SETUP
    ),
    TableFacts(
        schema.close_notices,
        (ACTOR_COLUMNS,),
        fields=("stopped", "day", "time"),
        remainder=Remainder.SETUP,
    ),
    TableFacts(
        schema.deliveries,
        (ACTOR_COLUMNS,),
        texts=("detail",),
        fields=(
            *("id", "kind", "channel", "slot", "due", "late", "state", "attempt", "started"),
            *("reference", "reason"),
        ),
    ),
    TableFacts(
        schema.period_members,
        (ACTOR_COLUMNS,),
        fields=("ledger", "unit", "closes", "epsilon", "erased"),
        remainder=Remainder.EXPOSURE,
    ),
    TableFacts(
        schema.audit_entries,
        (("workspace", "actor"), ("workspace", "subject")),
        fields=("id", "team", "team_name", "at", "action", "detail"),
        remainder=Remainder.HISTORY,
    ),
    TableFacts(
        schema.previous_setups,
        (ACTOR_COLUMNS,),
        texts=("body",),
        fields=("team", "at"),
        remainder=Remainder.HISTORY,
    ),
)

_IMPERSONAL_TABLES = (
    _describe_impersonal(
        schema.workspaces,
        *("id", "suspended", "rests_until", "pace", "probes", "probe_at", "uninstalled"),
    ),
    _describe_impersonal(
        schema.teams,
        *("id", "workspace", "channel", "name", "practice", "language", "zone", "checkin_day"),
        *("checkin_time", "tip_days", "tip_time", "question", "open_to_team", "unreachable"),
        *("holidays", "removed"),
    ),
    _describe_impersonal(schema.team_records, "team", sealed=("body",)),
    _describe_impersonal(schema.watermarks, "name", "looked"),
    _describe_impersonal(schema.duty_runs, "name", "last_run", "failed_runs"),
    _describe_impersonal(schema.idempotency_keys, "day", sealed=("key",)),
    _describe_impersonal(
        schema.periods,
        *("ledger", "unit", "closes", "opens", "closes_at", "size", "weeks", "cap", "epsilon"),
        *("question", "workspace", "undone_since", "additions_until"),
    ),
    _describe_impersonal(schema.feeds, "ledger", "team", "closes", "unit"),
    _describe_impersonal(schema.ledger_records, "ledger", "unit", "closes", sealed=("body",)),
    _describe_impersonal(schema.unit_classes, "ledger", "unit", "size", "fixed_until"),
    _describe_impersonal(
        schema.releases, "ledger", "unit", "closes", "opens", "cap", "question", "body"
    ),
    _describe_impersonal(
        schema.installations,
        *("workspace", "organisation", "link_ended", "version", "renewal_until"),
        sealed=("body",),
    ),
    _describe_impersonal(schema.encrypted_secrets, "name", sealed=("body",)),
    _describe_impersonal(
        schema.operator_entries,
        *("id", "at", "action", "actor", "row_count", "reason"),
        sealed=("digest",),
    ),
)

DATA_MAP: Mapping[str, TableFacts] = {
    facts.table.name: facts for facts in (*_PERSONAL_TABLES, *_IMPERSONAL_TABLES)
}
"""The facts of every table, by its name; those with rows about people come first."""

PERSONAL_TABLES: Mapping[str, TableFacts] = {
    name: facts for name, facts in DATA_MAP.items() if facts.is_personal
}
"""The tables with rows about people, by name."""

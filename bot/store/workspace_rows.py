"""The rows of a workspace, table by table: the one list that a purge deletes by.

A new table gets an entry in :data:`ROWS_BY_TABLE`, which returns the condition of the rows that
mention a workspace, its teams or its people; or, if none does, its reason in
:data:`TABLES_WITHOUT_WORKSPACE`. ``tests/store/test_workspace_rows.py`` fails for any other table.
A table whose rows are found by those of another is deleted before it, so the order matters.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, ScalarSelect, Table, func, literal, or_, select

from bot.store.repositories.column_codecs import practice_unit_key, team_unit_key
from bot.store.schema import metadata, teams

RowCondition = Callable[[Table, str], ColumnElement[bool]]
"""Returns the condition of the rows of a table that belong to a workspace."""


def is_row_of_workspace(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the rows whose column ``workspace`` is *workspace*."""
    return table.c.workspace == workspace


def is_row_of_account(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the links of accounts of *workspace*, and those to such accounts."""
    return or_(table.c.workspace == workspace, table.c.same_workspace == workspace)


def is_row_of_installation(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the installation of *workspace*, and the workspaces that it serves as an organisation.

    A workspace with an installation of its own is not deleted with its organisation.
    """
    is_link = (table.c.organisation == workspace) & table.c.body.is_(None)
    return or_(table.c.workspace == workspace, is_link)


def is_row_of_team(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the rows of the teams of *workspace*."""
    return table.c.team.in_(select_team_ids(workspace))


def is_row_of_member(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the rows of the people of *workspace*, and of anybody in its teams."""
    return or_(table.c.workspace == workspace, is_row_of_team(table, workspace))


def is_row_of_unit(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the rows of the units of *workspace*: its teams, and the pools of its practices.

    A practice pools teams of one workspace, whose key is in the unit's, so that no unit belongs to
    two. Compared by ``substr``: ``LIKE`` ignores case on SQLite.
    """
    prefix = practice_unit_key(workspace, "")
    unit_keys = select(literal(team_unit_key("")) + teams.c.id).where(
        teams.c.workspace == workspace
    )
    is_pool = func.substr(table.c.unit, 1, len(prefix)) == prefix
    return or_(table.c.unit.in_(unit_keys), is_pool)


def is_row_of_unit_member(table: Table, workspace: str) -> ColumnElement[bool]:
    """Match the rows of the units of *workspace*, and of its people on any other unit's list."""
    return or_(table.c.workspace == workspace, is_row_of_unit(table, workspace))


def select_team_ids(workspace: str) -> ScalarSelect[str]:
    """Select the ids of the teams of *workspace*, the removed ones too."""
    return select(teams.c.id).where(teams.c.workspace == workspace).scalar_subquery()


ROWS_BY_TABLE: Mapping[str, RowCondition] = {
    "team_record": is_row_of_team,
    "ledger_record": is_row_of_unit,
    "feed": is_row_of_unit,
    "period": is_row_of_unit_member,
    "delivery": is_row_of_workspace,
    "way": is_row_of_workspace,
    "close_notice": is_row_of_workspace,
    "previous_setup": is_row_of_workspace,
    "audit_entry": is_row_of_workspace,
    "period_member": is_row_of_unit_member,
    "unit_class": is_row_of_unit,
    "release": is_row_of_unit,
    "alias": is_row_of_account,
    "installation": is_row_of_installation,
    "roster": is_row_of_member,
    "role": is_row_of_member,
    "person": is_row_of_workspace,
}
"""The condition by table, in the order of deletion."""

LAST_ROWS_BY_TABLE: Mapping[str, RowCondition] = {
    "team": is_row_of_workspace,
    "workspace": lambda table, workspace: table.c.id == workspace,
}
"""The same for the rows by which all others are found: they are deleted at the end, at once."""

TABLES_WITHOUT_WORKSPACE: Mapping[str, str] = {
    "duty": "watermarks of the whole deployment",
    "duty_run": "runs of the whole deployment",
    "inbox": "keyed digests, which nobody can assign, for two days",
    "operator_entry": "keyed digests of workspaces that were deleted, and no person",
    "seal": "secrets of the operator's own settings",
}
"""Why the rows of the other tables mention no workspace, no team and no person."""


def build_condition(table_name: str, workspace: str) -> ColumnElement[bool]:
    """Return the condition of the rows of *workspace* in the table called *table_name*."""
    conditions = {**ROWS_BY_TABLE, **LAST_ROWS_BY_TABLE}
    return conditions[table_name](metadata.tables[table_name], workspace)

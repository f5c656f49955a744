"""Add the table `period_member`, the frozen list of each period: who was on it at its opening.

For open periods the rows are inserted from the present lists of the teams that feed them. A person
on the lists of two teams gets a row for the one in which they count: their home team, else the
first. A linked account gets none, since its main account is counted. The new column
`additions_until` of `period` is seven days after the opening, as for a new period.
"""

from collections.abc import Iterator
from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    PrimaryKeyConstraint,
    String,
    column,
    insert,
    select,
    table,
    update,
)

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
supports_since = "0012"
rewritten_tables = ("feed", "period", "person", "roster")

_COMMENT = (
    "Who was on a unit's list when its period was frozen, and the period's epsilon; "
    "written by the set-up alone, kept for 53 weeks after the close."
)
_DAY_SECONDS = 86_400
_ADDITION_SECONDS = 7 * _DAY_SECONDS
_ROWS_PER_STATEMENT = 1000

_PERIOD_KEY = ("ledger", "unit", "closes")
_periods = table(
    "period",
    column("ledger", String(10)),
    column("unit", String(180)),
    column("closes", Date()),
    column("opens", Date()),
    column("closes_at", BigInteger()),
    column("epsilon", String(10)),
    column("additions_until", BigInteger()),
)
_feeds = table("feed", column("ledger"), column("team"), column("closes", Date()), column("unit"))
_rosters = table("roster", column("team"), column("workspace"), column("person"))
_links = table("alias", column("workspace"), column("person"))
_people = table("person", column("workspace"), column("id"), column("home_team"))
_members = table(
    "period_member",
    *(column(name) for name in ("ledger", "unit", "workspace", "person", "epsilon")),
    column("closes", Date()),
)


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "period_member",
        Column("ledger", String(10), nullable=False),
        Column("unit", String(180), nullable=False),
        Column("closes", Date, nullable=False),
        Column("workspace", String(80), nullable=False),
        Column("person", String(80), nullable=False),
        Column("epsilon", String(10), nullable=False),
        PrimaryKeyConstraint(*_PERIOD_KEY, "workspace", "person"),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )
    op.create_index("period_member_person", "period_member", ["workspace", "person"])
    until = Column("additions_until", BigInteger(), nullable=False, server_default="0")
    op.add_column("period", until)
    rows = list(_list_members(connection))
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        connection.execute(insert(_members), rows[start : start + _ROWS_PER_STATEMENT])
    _set_additions_end(connection)


def downgrade() -> None:
    op.drop_column("period", "additions_until")
    op.drop_index("period_member_person", "period_member")
    op.drop_table("period_member")


def _list_members(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``period_member`` for every open period, each person once per ledger."""
    home_team_by_person = _load_home_teams(connection)
    people_by_team: dict[str, list[tuple[str, str]]] = {}
    for person, team_id in sorted(home_team_by_person.items()):
        people_by_team.setdefault(team_id, []).append(person)
    epsilons = {
        (row.ledger, row.unit, row.closes): row.epsilon
        for row in connection.execute(select(_periods))
    }
    listed: set[tuple[str, tuple[str, str]]] = set()
    query = select(_feeds).order_by(_feeds.c.closes, _feeds.c.unit, _feeds.c.team)
    for row in connection.execute(query).all():
        period = (row.ledger, row.unit, row.closes)
        for person in people_by_team.get(row.team, []):
            if period in epsilons and (row.ledger, person) not in listed:
                listed.add((row.ledger, person))
                key = dict(zip(_PERIOD_KEY, period, strict=True))
                workspace, person_id = person
                names = {"workspace": workspace, "person": person_id}
                yield {**key, **names, "epsilon": epsilons[period]}


def _load_home_teams(connection: Connection) -> dict[tuple[str, str], str]:
    """Return a dict of the team in which each person of a roster counts, by workspace and id."""
    query = select(_rosters).order_by(_rosters.c.team.desc())
    linked = {tuple(row) for row in connection.execute(select(_links))}
    teams = {
        (row.workspace, row.person): row.team
        for row in connection.execute(query)
        if (row.workspace, row.person) not in linked
    }
    for row in connection.execute(select(_people).where(_people.c.home_team != "")):
        if (row.workspace, row.id) in teams:
            teams[row.workspace, row.id] = row.home_team
    return teams


def _set_additions_end(connection: Connection) -> None:
    """Update ``additions_until`` of every open period; a clock change may shift it by an hour."""
    for row in connection.execute(select(_periods)).all():
        opened_at = row.closes_at - (row.closes - row.opens).days * _DAY_SECONDS
        key = [_periods.c[name] == getattr(row, name) for name in _PERIOD_KEY]
        change = update(_periods).where(*key)
        connection.execute(change.values(additions_until=opened_at + _ADDITION_SECONDS))

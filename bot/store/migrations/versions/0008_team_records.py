"""Move unanswered counts and intentions into one encrypted row per team, the table `team_record`.

Each team gets a random key in the key store. The table `intention` and the column `quiet` of
`person` are dropped, and :mod:`bot.store.erasure` removes their remains in free pages and in the
write-ahead log.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from alembic import context, op
from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    column,
    delete,
    func,
    insert,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from bot.conversation import Person
from bot.domain.checkins import team_slots
from bot.domain.checkins.questions import Intention
from bot.domain.checkins.team_slots import TeamRecord, TeamSlot
from bot.domain.counts import pseudonyms
from bot.store import record_cache
from bot.store.erasure import mark_rewrite_pending
from bot.store.keys.key_id import TeamKeyId
from bot.store.keys.key_store import KeyStore

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
supports_since = "0008"
rewritten_tables = ("intention", "person")

_OLD_PEOPLE_COMMENT = (
    "What is kept about a person; quiet counts 0 to 6 unanswered check-ins, work_days "
    "are '1,2,3' for somebody part-time."
)
_PEOPLE_COMMENT = "What is kept about a person; work_days are '1,2,3' for somebody part-time."
_RECORD_COMMENT = "Unanswered counts and intentions of a team's people, encrypted; of one size."
_INTENTION_COMMENT = "What a person asked to be reminded of, for 8 days; no link to any debrief."
_INTENTION: dict[str, TypeEngine[Any]] = {
    "workspace": String(80),
    "person": String(80),
    "code": String(20),
    "sign": String(40),
    "week": String(8),
    "until": Date(),
}

_people = table("person", column("workspace"), column("id"), column("home_team"), column("quiet"))
_rosters = table("roster", column("team"))
_intentions = table("intention", *(column(name, kind) for name, kind in _INTENTION.items()))
_team_records = table("team_record", column("team", String(32)), column("body", LargeBinary()))


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "team_record",
        Column("team", String(32), nullable=False),
        Column("body", LargeBinary, nullable=False),
        PrimaryKeyConstraint("team"),
        sqlite_with_rowid=False,
        comment=_RECORD_COMMENT,
    )
    rows = [{"team": team_id, "body": body} for team_id, body in _seal_records(connection)]
    if rows:
        connection.execute(insert(_team_records), rows)
    if rows or connection.scalar(select(func.count()).select_from(_intentions)):
        mark_rewrite_pending(connection)
    op.drop_table("intention")
    op.drop_column("person", "quiet")
    _comment_people(_PEOPLE_COMMENT)


def downgrade() -> None:
    # Encrypted records are not converted back: counts default to 0, intentions are lost.
    op.add_column("person", Column("quiet", Integer, nullable=False, server_default="0"))
    _comment_people(_OLD_PEOPLE_COMMENT)
    op.create_table(
        "intention",
        *(Column(name, kind, nullable=False) for name, kind in _INTENTION.items()),
        PrimaryKeyConstraint("workspace", "person"),
        comment=_INTENTION_COMMENT,
    )
    op.get_bind().execute(delete(_team_records))
    op.drop_table("team_record")


def _comment_people(comment: str) -> None:
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment("person", comment)


def _seal_records(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Yield the id and the encrypted record of every team with roster rows or home-team members."""
    key_store: KeyStore = context.config.attributes["key_store"]
    slots_by_team = _load_contents(connection)
    query = select(_rosters.c.team, func.count()).group_by(_rosters.c.team)
    listed: Counter[str] = Counter(dict(connection.execute(query).all()))
    for team_id in sorted({*slots_by_team, *listed}):
        contents = slots_by_team[team_id]
        key = key_store.get_or_create(TeamKeyId(team_id))
        token_key = record_cache.derive_token_key(key, team_id)
        record = TeamRecord(team_slots.count_slots(max(listed[team_id], len(contents))))
        for person, unanswered_count, intention in contents:
            token = pseudonyms.derive_contributor_token(token_key, person)
            slot = TeamSlot(token, unanswered_count, intention)
            record = team_slots.replace_slot(record, slot)
        yield team_id, record_cache.seal_new_record(key, team_id, record)


def _load_contents(
    connection: Connection,
) -> defaultdict[str, list[tuple[Person, int, Intention | None]]]:
    """Return a dict of (person, count, intention) by home team.

    A person without a home team gets no check-in and is skipped, and so is their intention.
    """
    intentions = {
        Person(row.workspace, row.person): Intention(row.code, row.sign, row.week, row.until)
        for row in connection.execute(select(_intentions))
    }
    contents: defaultdict[str, list[tuple[Person, int, Intention | None]]] = defaultdict(list)
    for row in connection.execute(select(_people).where(_people.c.home_team != "")):
        person = Person(row.workspace, row.id)
        intention = intentions.get(person)
        if intention and not team_slots.can_encode(intention):
            intention = None
        contents[row.home_team].append((person, row.quiet, intention))
    return contents

"""Replace the rows of `slip` by one encrypted row per open period in the table `ledger_record`.

The random keys are in the key store, one for each workspace and end of periods. Tokens were derived
from the pepper and a salt in the database; now they are derived from the period's key alone. The
table `slip` is dropped, and :mod:`bot.store.erasure` removes its remains in free pages and in the
write-ahead log.
"""

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import chain
from typing import Any

from alembic import context, op
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Row,
    String,
    column,
    delete,
    insert,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from bot.conversation import Person
from bot.domain.counts import pseudonyms, slots
from bot.domain.counts.release_rule import CountingTerms
from bot.domain.counts.slots import LedgerRecord, RecordShape
from bot.store import sealing
from bot.store.erasure import mark_rewrite_pending
from bot.store.keys.key_store import KeyStore
from bot.store.period import Period

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
supports_since = "0007"
rewritten_tables = ("period", "slip")

_TERMS: dict[str, TypeEngine[Any]] = {
    "opens": Date(),
    "closes_at": BigInteger(),
    "size": Integer(),
    "weeks": Integer(),
    "cap": Integer(),
    "epsilon": String(10),
    "question": String(10),
}
_KEY: dict[str, TypeEngine[Any]] = {"ledger": String(10), "unit": String(180), "closes": Date()}
_OLD: dict[str, TypeEngine[Any]] = {"pepper": String(16), "salt": LargeBinary(32)}
_NEW: dict[str, TypeEngine[Any]] = {"workspace": String(80)}
_COMMENT = "An open period and the terms it opened with; destroyed when it closes."
_RECORD_COMMENT = "Everything filed in an open period, encrypted; of one size, whatever was filed."
_SLIP_COMMENT = "What a debrief leaves while its period is open: no person, no time, no text."

_period_table = table(
    "period", *(column(name, kind) for name, kind in (_KEY | _TERMS | _NEW).items())
)
_old_period_table = table(
    "period", *(column(name, kind) for name, kind in (_KEY | _TERMS | _OLD).items())
)
_slips = table(
    "slip",
    *(column(name, kind) for name, kind in _KEY.items()),
    *(column("id", LargeBinary()), column("token", LargeBinary()), column("code", String())),
)
_feeds = table("feed", *(column(name, kind) for name, kind in _KEY.items()), column("team"))
_teams = table("team", column("id"), column("workspace"))
_rosters = table("roster", column("team"), column("workspace"), column("person"))
_people = table("person", column("workspace"), column("id"))
_aliases = table("alias", column("same_workspace"), column("same_person"))

PeriodKey = tuple[str, str, date]


def upgrade() -> None:
    connection = op.get_bind()
    period_rows = list(connection.execute(select(_old_period_table)))
    op.create_table(
        "ledger_record",
        *(Column(name, kind, nullable=False) for name, kind in _KEY.items()),
        Column("body", LargeBinary, nullable=False),
        PrimaryKeyConstraint(*_KEY),
        sqlite_with_rowid=False,
        comment=_RECORD_COMMENT,
    )
    periods = list(_seal_periods(connection, period_rows)) if period_rows else []
    op.drop_table("slip")
    _replace_period_table(_NEW)
    for period in periods:
        connection.execute(insert(_period_table), _build_period_row(period))
    if periods:
        mark_rewrite_pending(connection)


def downgrade() -> None:
    # Encrypted records are not converted back: open periods are deleted, and opened again later.
    for name in ("feed", "period"):
        op.get_bind().execute(delete(table(name)))
    op.drop_table("ledger_record")
    _replace_period_table(_OLD)
    op.create_table(
        "slip",
        Column("id", LargeBinary(16), nullable=False),
        *(Column(name, kind, nullable=False) for name, kind in _KEY.items()),
        Column("token", LargeBinary(32), nullable=False),
        Column("code", String(20), nullable=False),
        PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
        comment=_SLIP_COMMENT,
    )


def _replace_period_table(last_columns: Mapping[str, TypeEngine[Any]]) -> None:
    op.drop_table("period")
    columns = _KEY | _TERMS | dict(last_columns)
    op.create_table(
        "period",
        *(Column(name, kind, nullable=False) for name, kind in columns.items()),
        PrimaryKeyConstraint(*_KEY),
        sqlite_with_rowid=False,
        comment=_COMMENT,
    )


def _build_period_row(period: Period) -> dict[str, object]:
    return {
        **period.row_key,
        "workspace": period.workspace,
        "opens": period.opens,
        "closes_at": period.closes_at,
        "size": period.size,
        "weeks": period.terms.weeks,
        "cap": period.terms.cap,
        "epsilon": str(period.terms.epsilon),
        "question": period.question,
    }


def _seal_periods(connection: Connection, period_rows: list[Row[Any]]) -> Iterator[Period]:
    """Insert the encrypted record of every open period, and yield the periods."""
    key_store: KeyStore = context.config.attributes["key_store"]
    slips_by_period = _load_slips(connection)
    teams_by_period = _load_feeding_teams(connection)
    workspaces = {row.id: row.workspace for row in connection.execute(select(_teams))}
    rosters: dict[str, list[Person]] = defaultdict(list)
    for row in connection.execute(select(_rosters)):
        rosters[row.team].append(Person(row.workspace, row.person))
    for row in period_rows:
        key = (row.ledger, row.unit, row.closes)
        team_ids = teams_by_period[key]
        workspace = next((workspaces[team] for team in team_ids if team in workspaces), "")
        period, listed = _build_period(row, workspace), _flatten(rosters, team_ids)
        everybody = chain(listed, _load_everybody(connection, workspace))
        period_key = key_store.get_or_create(period.key_id)
        token_key = sealing.derive_subkey(period_key, sealing.TOKEN_LABEL, *period.identity)
        renamed = _rename_tokens(row, token_key, everybody, slips_by_period[key])
        record = _fill_record(period, len(listed), renamed)
        record_key = sealing.derive_subkey(period_key, sealing.RECORD_LABEL, *period.identity)
        body = sealing.seal(record_key, slots.encode_record(record), *period.identity)
        _insert_record(connection, period, body)
        yield period


def _fill_record(
    period: Period, listed_people: int, slips: list[tuple[bytes, str]]
) -> LedgerRecord:
    token_count = len({token for token, _ in slips})
    slot_count = slots.count_slots(max(listed_people, token_count))
    record = LedgerRecord(RecordShape(slot_count, period.terms.cap, period.codes))
    for token, code in slips:
        record = slots.file_code(record, token, code, secrets.randbelow)
    return record


def _rename_tokens(
    row: Row[Any], token_key: bytes, people: Iterable[Person], slips: list[tuple[bytes, str]]
) -> list[tuple[bytes, str]]:
    """Return *slips* with each old token replaced by the token of the new key.

    An old token that matches none of *people*, or whose pepper is not configured, is replaced by an
    HMAC of itself: its debriefs are counted and capped, and cannot be withdrawn any more.
    """
    old_tokens = {token for token, _ in slips}
    new_tokens = {
        token: hmac.new(token_key, token, hashlib.sha256).digest()[: slots.TOKEN_BYTES]
        for token in old_tokens
    }
    pepper = _find_pepper(row.pepper)
    for person in people if pepper else ():
        if not old_tokens:
            break
        old_token = _derive_old_token(pepper, bytes(row.salt), person)
        if old_token in old_tokens:
            old_tokens.remove(old_token)
            new_tokens[old_token] = pseudonyms.derive_contributor_token(token_key, person)
    return [(new_tokens[token], code) for token, code in slips]


def _find_pepper(fingerprint: str) -> bytes:
    """Return the configured pepper with this fingerprint; ``b""`` if there is none."""
    peppers: tuple[bytes, ...] = context.config.attributes["peppers"]
    return next(
        (
            pepper
            for pepper in peppers
            if _hash_parts(pepper, b"fingerprint")[:8].hex() == fingerprint
        ),
        b"",
    )


def _derive_old_token(pepper: bytes, salt: bytes, person: Person) -> bytes:
    return _hash_parts(pepper, b"contributor", salt, person.workspace.encode(), person.id.encode())


def _hash_parts(pepper: bytes, *parts: bytes) -> bytes:
    message = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
    return hmac.new(pepper, message, hashlib.sha256).digest()


def _build_period(row: Row[Any], workspace: str) -> Period:
    terms = CountingTerms(row.weeks, row.cap, Fraction(row.epsilon))
    return Period(
        workspace=workspace,
        ledger=row.ledger,
        unit=row.unit,
        opens=row.opens,
        closes=row.closes,
        closes_at=row.closes_at,
        size=row.size,
        terms=terms,
        question=row.question,
    )


def _insert_record(connection: Connection, period: Period, body: bytes) -> None:
    record_table = table(
        "ledger_record",
        *(column(name, kind) for name, kind in _KEY.items()),
        column("body", LargeBinary()),
    )
    connection.execute(insert(record_table), {**period.row_key, "body": body})


def _load_slips(connection: Connection) -> dict[PeriodKey, list[tuple[bytes, str]]]:
    """Return a dict of (old token, code) pairs by period, sorted by the random primary key."""
    slips: dict[PeriodKey, list[tuple[bytes, str]]] = defaultdict(list)
    for row in connection.execute(select(_slips).order_by(_slips.c.id)):
        slips[row.ledger, row.unit, row.closes].append((bytes(row.token), row.code))
    return slips


def _load_feeding_teams(connection: Connection) -> dict[PeriodKey, list[str]]:
    team_ids: dict[PeriodKey, list[str]] = defaultdict(list)
    for row in connection.execute(select(_feeds).order_by(_feeds.c.team)):
        team_ids[row.ledger, row.unit, row.closes].append(row.team)
    return team_ids


def _flatten(rosters: dict[str, list[Person]], team_ids: list[str]) -> list[Person]:
    return [person for team_id in team_ids for person in rosters[team_id]]


def _load_everybody(connection: Connection, workspace: str) -> Iterator[Person]:
    """Yield the persons in rows of *workspace*, and the main accounts of all workspaces."""
    for query in (
        select(_people.c.workspace, _people.c.id).where(_people.c.workspace == workspace),
        select(_rosters.c.workspace, _rosters.c.person).where(_rosters.c.workspace == workspace),
        select(_aliases.c.same_workspace, _aliases.c.same_person),
    ):
        for person_workspace, person_id in connection.execute(query):
            yield Person(person_workspace, person_id)

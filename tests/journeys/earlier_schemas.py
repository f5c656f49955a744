"""Bring a database back to an earlier schema, with what a release of that schema had stored.

The downgrades of the migrations delete what such a release did not know. Two of them also delete
what it did know, because a sealed record cannot become rows again: below 0008 the unanswered
counts and intentions, below 0007 the open periods with what was filed in them. These rows are
inserted here as releases of those schemas wrote them, for the same people, codes and counts.

What remains is today's content in an earlier form. A release of that time is not played: none is
older than the first tag. Its key folder had no key of a period yet; here it has, so that the
upgrade seals with the same keys, and the table of the close can be compared to the byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alembic import command
from sqlalchemy import Column, Connection, MetaData, Select, Table, delete, insert, select

from bot.conversation import Person
from bot.domain.checkins.questions import Intention
from bot.domain.counts import pseudonyms, slots
from bot.store import sealing
from bot.store.migration_declarations import load_declarations
from bot.store.repositories import Repositories
from bot.store.row_security import begin_across_workspaces
from bot.store.schema import (
    feeds,
    idempotency_keys,
    metadata,
    period_members,
    periods,
    rosters,
    watermarks,
)
from bot.store.store import Store
from tests.journeys.botprocess import PEPPER
from tests.ledger_records import count_filed_debriefs, load_records
from tests.store.test_sealing_migration import SALTS, derive_old_token, fingerprint
from tests.upgrade_cost import build_config

EARLIER_SCHEMAS = tuple(declaration.revision for declaration in load_declarations()[:-1])
"""Every schema but today's, the oldest first."""

FIRST_SEALED_LEDGER, FIRST_TEAM_RECORDS, FIRST_DATABASE_ID = "0007", "0008", "0010"

_COMPUTED_TABLES = ("period_member", "unit_class")
"""Tables that a migration fills from those of before."""

_UNCOMPARED_TABLES = frozenset({"duty", "duty_run", "ledger_record", "team_record"})
"""Marks of the clock, which moves, and sealed records, whose contents are compared instead."""

_IDENTITY_NAMES = ("database_id", "key_store_claimed", "oldest_supported_revision")
"""Rows of the table of watermarks by which the database and its key store know each other."""

Row = dict[str, Any]


@dataclass(frozen=True)
class SealedContents:
    """What earlier schemas had as rows: open periods with feeds, debriefs by person, and counts."""

    periods: tuple[Row, ...]
    feeds: tuple[Row, ...]
    debriefs: tuple[tuple[Row, Person, str], ...]
    counts: Mapping[Person, tuple[int, Intention | None]]


def read_sealed_contents(store: Store) -> SealedContents:
    """Return what the sealed records of *store* contain, by person."""

    def read(repos: Repositories) -> SealedContents:
        connection = repos._connection
        query = select(rosters.c.workspace, rosters.c.person).distinct()
        people = [Person(*row) for row in connection.execute(query)]
        return SealedContents(
            tuple(dict(row) for row in connection.execute(select(periods)).mappings()),
            tuple(dict(row) for row in connection.execute(select(feeds)).mappings()),
            tuple(_list_debriefs(store, repos, people)),
            {
                person: (
                    repos.people.get(person).unanswered_count,
                    repos.intentions.get_intention(person),
                )
                for person in people
            },
        )

    return store.read_sync(read)


def _list_debriefs(
    store: Store, repos: Repositories, people: list[Person]
) -> list[tuple[Row, Person, str]]:
    debriefs = []
    for period, record in load_records(repos).items():
        key = store.key_store.get(period.key_id)
        assert key is not None
        token_key = sealing.derive_subkey(key, sealing.TOKEN_LABEL, *period.identity)
        people_by_token = {
            pseudonyms.derive_contributor_token(token_key, person): person for person in people
        }
        debriefs += [
            (period.row_key, people_by_token[token], code)
            for token, code in slots.token_codes(record)
        ]
    return debriefs


def bring_back(store: Store, revision: str) -> MetaData:
    """Bring the database of *store* back to the schema *revision*, and return its tables."""
    contents = read_sealed_contents(store)
    with begin_across_workspaces(store._engines.writer) as connection:
        command.downgrade(build_config(connection, store), revision)
        schema = MetaData()
        schema.reflect(connection)
        if revision < FIRST_TEAM_RECORDS:
            _insert_counts(connection, schema, contents)
        if revision < FIRST_SEALED_LEDGER:
            _insert_periods(connection, schema, contents)
        if revision < FIRST_DATABASE_ID and watermarks.name in schema.tables:
            connection.execute(delete(watermarks).where(watermarks.c.name.in_(_IDENTITY_NAMES)))
    return schema


def _insert_counts(connection: Connection, schema: MetaData, contents: SealedContents) -> None:
    people, intentions = schema.tables["person"], schema.tables["intention"]
    for person, (count, intention) in contents.counts.items():
        is_person = (people.c.workspace == person.workspace, people.c.id == person.id)
        connection.execute(people.update().where(*is_person).values(quiet=count))
        if intention:
            identity = {"workspace": person.workspace, "person": person.id}
            wish = {"code": intention.code, "sign": intention.sign_code}
            days = {"week": intention.week, "until": intention.expires_on}
            connection.execute(insert(intentions), identity | wish | days)


def _insert_periods(connection: Connection, schema: MetaData, contents: SealedContents) -> None:
    """Insert the open periods, their feeds, and two slips of each debrief."""
    pepper = PEPPER.encode()
    for row in contents.periods:
        secret = {"pepper": fingerprint(pepper), "salt": SALTS[row["ledger"]]}
        _insert_known(connection, schema.tables["period"], row | secret)
    for row in contents.feeds:
        _insert_known(connection, schema.tables["feed"], row)
    for number, (key, person, code) in enumerate(contents.debriefs):
        token = derive_old_token(pepper, SALTS[key["ledger"]], person)
        slip = {"id": number.to_bytes(16, "big"), "token": token, "code": code}
        connection.execute(insert(schema.tables["slip"]), key | slip)


def _insert_known(connection: Connection, table: Table, row: Row) -> None:
    """Insert the columns of *row* that an earlier *table* has."""
    connection.execute(insert(table), {name: row[name] for name in row if name in table.columns})


def describe_content(store: Store, schema: MetaData) -> dict[str, list[str]]:
    """Return the rows by table: the columns that *schema* has, and what migrations compute.

    Sealed records are described by what is in them. Frozen lists that a migration computes are
    those of open periods: an earlier release had none of a closed one.
    """
    contents = read_sealed_contents(store)
    counted = store.read_sync(count_filed_debriefs)
    columns_by_table = {
        table.name: [column for column in table.columns if _is_known(column, schema)]
        for table in metadata.sorted_tables
    }

    def read(repos: Repositories) -> dict[str, list[str]]:
        return {
            name: sorted(map(repr, repos._connection.execute(_select_rows(name, columns, schema))))
            for name, columns in columns_by_table.items()
            if columns and name not in _UNCOMPARED_TABLES
        }

    return store.read_sync(read) | {
        "debriefs": sorted(map(repr, contents.debriefs)),
        "debriefs by period": sorted(map(repr, counted.items())),
        "unanswered counts and intentions": sorted(map(repr, contents.counts.items())),
    }


def _select_rows(name: str, columns: list[Column[Any]], schema: MetaData) -> Select[Any]:
    query = select(*columns)
    if name != period_members.name or name in schema.tables:
        return query
    open_days = select(periods.c.closes)
    return query.where(period_members.c.closes.in_(open_days))


def list_changed_tables(
    rows_by_table: Mapping[str, list[str]], later_rows_by_table: Mapping[str, list[str]]
) -> tuple[str, ...]:
    """Return the names of the tables that have other rows later.

    The clock may add a random digest to those of requests, to hide when a form is sent. It does
    where the marks of the clock are missing, below 0003.
    """
    return tuple(
        name
        for name, rows in rows_by_table.items()
        if set(rows) - set(later_rows_by_table[name])
        or (len(rows) != len(later_rows_by_table[name]) and name != idempotency_keys.name)
    )


def _is_known(column: Column[Any], schema: MetaData) -> bool:
    table = column.table.name
    if table in _COMPUTED_TABLES:
        return True
    return table in schema.tables and column.name in schema.tables[table].columns

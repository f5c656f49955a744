"""Open periods are sealed in place by the migration, from every earlier revision."""

import hashlib
import hmac
import secrets
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from bot.conversation import Person
from bot.domain.counts import slots
from bot.store import migrate
from bot.store.migration_declarations import MIGRATIONS_FOLDER
from bot.store.row_security import begin_across_workspaces
from bot.store.store import Store
from tests.database_files import read_all_bytes
from tests.key_folders import open_test_store
from tests.ledger_records import fetch_token_codes
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AFTER_QUARTER,
    close_due_periods,
    fetch_period_spans,
    file_debrief_job,
    releases_of_team,
    withdraw_debriefs_job,
)

EARLIER_REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
WORKSPACE = "slack:T1"
PEOPLE = tuple(Person(WORKSPACE, f"north {number}") for number in range(9))
GONE = Person(WORKSPACE, "on no list any more")
CLOSES, OPENS = date(2027, 1, 4), date(2026, 11, 23)
SALTS = {"total": b"t" * 32, "breakdown": b"b" * 32}


def derive_old_token(pepper: bytes, salt: bytes, person: Person) -> bytes:
    """Derive a token as the earlier releases did."""
    parts = (b"contributor", salt, person.workspace.encode(), person.id.encode())
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(pepper, message, hashlib.sha256).digest()


def fingerprint(pepper: bytes) -> str:
    """Return the fingerprint that the earlier releases stored with a period."""
    message = len(b"fingerprint").to_bytes(4, "big") + b"fingerprint"
    return hmac.new(pepper, message, hashlib.sha256).digest()[:8].hex()


def upgrade_to(store: Store, revision: str) -> None:
    """Create the tables of an earlier release."""
    with begin_across_workspaces(store._engines.writer) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
        config.attributes["connection"] = connection
        config.attributes["key_store"] = store.key_store
        command.upgrade(config, revision)


def insert_rows(connection: Connection, table: str, *rows: dict[str, object]) -> None:
    """Insert rows into a table of an earlier release."""
    for row in rows:
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)  # noqa: S608 - names of this test


def insert_team(connection: Connection) -> None:
    """Insert a team of nine with its feeds and its periods' terms."""
    team = {"id": "north", "workspace": WORKSPACE, "channel": "Cnorth", "name": "north"}
    schedule = {"checkin_day": 1, "checkin_time": "09:00", "tip_days": "", "tip_time": "09:00"}
    rest = {"language": "en", "zone": "America/Toronto", "question": "form", "open_to_team": False}
    insert_rows(connection, "team", team | schedule | rest)
    for person in PEOPLE:
        row = {"team": "north", "workspace": WORKSPACE, "person": person.id, "declared": True}
        insert_rows(connection, "roster", row)


def insert_period(connection: Connection, ledger: str, pepper: bytes) -> None:
    """Insert an open period with its feed, as opened with *pepper*."""
    key: dict[str, object] = {"ledger": ledger, "unit": "team:north", "closes": CLOSES}
    terms = {"opens": OPENS, "closes_at": int(AFTER_QUARTER.timestamp()), "size": 9, "weeks": 13}
    counting = {"cap": 4, "epsilon": "8/5", "question": "form" if ledger == "breakdown" else ""}
    secret = {"pepper": fingerprint(pepper), "salt": SALTS[ledger]}
    insert_rows(connection, "period", key | terms | counting | secret)
    insert_rows(connection, "feed", {**key, "team": "north"})


def insert_slips(connection: Connection, pepper: bytes, *people: Person) -> list[bytes]:
    """Insert the slips of a debrief of each of *people*; return their keys, tokens and salts."""
    secret_values = list(SALTS.values())
    for person in people:
        for ledger, code in (("total", "debrief"), ("breakdown", "away")):
            token = derive_old_token(pepper, SALTS[ledger], person)
            key = secrets.token_bytes(16)
            row = {"id": key, "ledger": ledger, "unit": "team:north", "closes": CLOSES}
            insert_rows(connection, "slip", {**row, "token": token, "code": code})
            secret_values += [key, token]
    return secret_values


def create_earlier_database(
    database: str, revision: str, *people: Person, pepper: bytes = PEPPERS[0]
) -> list[bytes]:
    """Create a database of an earlier release in which *people* filed; return its secrets."""
    store = open_test_store(database, PEPPERS)
    upgrade_to(store, revision)
    with begin_across_workspaces(store._engines.writer) as connection:
        insert_team(connection)
        for ledger in ("total", "breakdown"):
            insert_period(connection, ledger, pepper)
        secret_values = insert_slips(connection, pepper, *people)
    store.close_sync()
    return secret_values


async def count_codes(store: Store) -> dict[str, int]:
    """Count the stored codes by ledger."""
    token_codes = await fetch_token_codes(store)
    return {period.ledger: len(pairs) for period, pairs in token_codes.items()}


def open_migrated(database: str, peppers: tuple[bytes, ...] = PEPPERS) -> Store:
    """Open the database and migrate it."""
    store = open_test_store(database, peppers)
    store.migrate()
    return store


@pytest.mark.parametrize("revision", EARLIER_REVISIONS)
async def test_open_period_is_sealed_with_everything_filed(database: str, revision: str) -> None:
    """Every debrief is still counted and capped, and each person can still withdraw theirs."""
    create_earlier_database(database, revision, *PEOPLE[:4], PEOPLE[0])
    store = open_migrated(database)

    assert await count_codes(store) == {"total": 5, "breakdown": 5}
    assert set((await fetch_period_spans(store)).values()) == {("2026-11-23", "2027-01-04")}
    assert await store.across_workspaces.write(withdraw_debriefs_job(PEOPLE[0])) == 2
    assert await store.across_workspaces.write(withdraw_debriefs_job(PEOPLE[3])) == 1
    assert (await store.across_workspaces.write(file_debrief_job(PEOPLE[1]))).withdrawable_until
    assert await count_codes(store) == {"total": 3, "breakdown": 3}
    assert await close_due_periods(store) == 2
    assert len(await releases_of_team(store, "north")) == 2
    await store.close()


async def test_record_has_the_slots_of_the_list(database: str) -> None:
    """A sealed record has the size of one that was opened by this release."""
    create_earlier_database(database, "0005", PEOPLE[0])
    store = open_migrated(database)

    bodies = await store.across_workspaces.read(
        lambda repos: list(repos._connection.scalars(text("SELECT body FROM ledger_record")))
    )
    assert [len(bytes(body)) for body in bodies] == [slots.count_slots(9) * (16 + 1 + 4) + 28] * 2
    await store.close()


@pytest.mark.parametrize(
    ("person", "pepper"),
    [(GONE, PEPPERS[0]), (PEOPLE[0], b"a pepper that is not configured any more")],
    ids=["a person on no list", "an unknown pepper"],
)
async def test_debrief_of_an_unknown_token_is_counted_and_capped(
    database: str, person: Person, pepper: bytes
) -> None:
    """What cannot be attributed keeps one slot of its own, so that the cap still holds."""
    create_earlier_database(database, "0005", *[person] * 6, PEOPLE[1], pepper=pepper)
    store = open_migrated(database)

    token_codes = await fetch_token_codes(store)
    slips_per_token = [
        sorted(sum(other == token for other, _ in pairs) for token in {token for token, _ in pairs})
        for pairs in token_codes.values()
    ]
    assert slips_per_token == [[1, 4], [1, 4]]
    await store.close()


async def test_slips_of_a_linked_account_are_attributed(database: str) -> None:
    """A person whose main account is on no list of the workspace can withdraw after the change."""
    main = Person("msteams:t", "main account")
    create_earlier_database(database, "0005", main)
    store = open_test_store(database, PEPPERS)
    with begin_across_workspaces(store._engines.writer) as connection:
        alias: dict[str, object] = {"workspace": WORKSPACE, "person": PEOPLE[0].id}
        insert_rows(
            connection,
            "alias",
            alias | {"same_workspace": main.workspace, "same_person": main.id},
        )
        row = {"team": "north", "workspace": main.workspace, "person": main.id, "declared": True}
        insert_rows(connection, "roster", row)
    store.migrate()

    assert await store.across_workspaces.write(withdraw_debriefs_job(PEOPLE[0])) == 1
    await store.close()


@pytest.mark.parametrize("revision", EARLIER_REVISIONS)
async def test_no_byte_of_the_slips_is_left(tmp_path: Path, revision: str) -> None:
    """No key, token or salt remains in the database file, its write-ahead log or its journal."""
    database = f"sqlite:///{tmp_path}/attune.sqlite"
    secret_values = create_earlier_database(database, revision, *PEOPLE, *PEOPLE)
    assert all(value in read_all_bytes(tmp_path) for value in secret_values)

    store = open_migrated(database)

    bytes_left = read_all_bytes(tmp_path)
    assert [value for value in secret_values if value[:8] in bytes_left] == []
    assert [value for value in secret_values if value[-8:] in bytes_left] == []
    await store.close()


async def test_erasure_is_repeated_after_a_crash(tmp_path: Path) -> None:
    """A process killed between the migration's commit and the erasure erases at its next start."""
    database = f"sqlite:///{tmp_path}/attune.sqlite"
    create_earlier_database(database, "0005", *PEOPLE)
    store = open_test_store(database, PEPPERS)
    with begin_across_workspaces(store._engines.writer) as connection:
        migrate.upgrade_schema(connection, PEPPERS, store.key_store)
        markers = connection.execute(text("SELECT name FROM duty")).fetchall()
    upgraded = {"database_id", "oldest_supported_revision"}
    assert {name for (name,) in markers} == upgraded | {"erase removed rows"}
    store.migrate()

    with begin_across_workspaces(store._engines.reader) as connection:
        remaining = connection.execute(text("SELECT name FROM duty")).scalars().all()
    assert set(remaining) == upgraded
    await store.close()


async def test_rolled_back_sealing_loses_nothing(database: str) -> None:
    """A migration that fails after its keys were created is repeated with the same keys."""
    create_earlier_database(database, "0005", *PEOPLE[:3])
    store = open_test_store(database, PEPPERS)

    with store._engines.writer.connect() as connection, connection.begin() as transaction:
        migrate.upgrade_schema(connection, PEPPERS, store.key_store)
        transaction.rollback()
    assert "slip" in inspect(store._engines.reader).get_table_names()
    keys = store.key_store.list_ids()
    store.migrate()

    assert store.key_store.list_ids() == keys
    assert await count_codes(store) == {"total": 3, "breakdown": 3}
    await store.close()


async def test_database_without_periods_needs_no_key(database: str) -> None:
    """A new deployment creates no key before its first period."""
    store = open_migrated(database)

    assert store.key_store.is_empty()
    await store.close()

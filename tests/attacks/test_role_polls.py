"""What a role without privileges on PostgreSQL's server reads around each form."""

from collections.abc import Iterable

import psycopg
import pytest

from bot.store.period import Period
from bot.store.repositories.ledger import Ledger
from tests.attacks.role_polls import READS, TEXTS, WRITES, PollingRole, select_view
from tests.attacks.used_databases import open_watched_bot, prepare_filled_database
from tests.attacks.wal_archive import (
    COVER,
    FILING,
    WITHDRAWAL,
    Event,
    deal_events,
    score_guesses,
)
from tests.postgres import PostgresServer
from tests.sample_team import CLINICIANS

OTHERS = (WITHDRAWAL, "guide", "check-in", COVER)
EVENT_COUNT = 100
MAX_BINARY_SHARE, MAX_PERSON_SHARE = 1 / 2 + 0.29, 1 / len(CLINICIANS) + 0.18
"""Chance and four standard deviations of 50 guesses."""


async def poll_events(server: PostgresServer) -> list[Event]:
    """Return what the role saw of each event in the views of what is written."""
    async with open_watched_bot(server) as bot:
        role = PollingRole(bot)
        return [
            await role.trace_form(kind, person, WRITES)
            for kind, person in deal_events((FILING,), OTHERS, EVENT_COUNT)
        ]


async def claim_polls_tell_no_kind(server: PostgresServer) -> None:
    """Claim that each view tells that something was written, but neither what nor whose."""
    events = await poll_events(server)
    assert all(event.trace for event in events), "a form or a cover shows"
    for view in WRITES:
        polled = [select_view(event, view) for event in events]
        assert score_guesses(polled, lambda event: event.kind == FILING) <= MAX_BINARY_SHARE
        assert score_guesses(polled, lambda event: event.person.id) <= MAX_PERSON_SHARE


async def test_polls_of_writes_tell_a_moment_and_no_kind(postgres: PostgresServer) -> None:
    """Polled around every event, counters and sizes show it, and are at chance for its kind."""
    await claim_polls_tell_no_kind(postgres)


async def test_polls_tell_the_kind_where_filing_alone_writes(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If records are not written again by every form, the same role tells forms apart."""
    await prepare_filled_database(postgres)

    def skip(_ledger: Ledger, _periods: Iterable[Period]) -> None:
        return

    monkeypatch.setattr(Ledger, "reseal_periods", skip)
    with pytest.raises(AssertionError):
        await claim_polls_tell_no_kind(postgres)


async def test_role_reads_no_statement_and_no_value(postgres: PostgresServer) -> None:
    """The text of other sessions' statements and the values of columns are denied."""
    async with open_watched_bot(postgres) as bot:
        role = PollingRole(bot)
        statements = {row[0] for row in role.query(TEXTS["statements"])}
        values = role.query(TEXTS["values"])

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            role.query("SELECT body FROM ledger_record")
    assert statements == {"<insufficient privilege>"}
    assert values == []


async def test_role_tells_a_kind_from_rows_read(postgres: PostgresServer) -> None:
    """The documented residual, for which the documents revoke the privilege to connect."""
    async with open_watched_bot(postgres) as bot:
        role = PollingRole(bot)
        traces = {
            kind: (await role.trace_form(kind, CLINICIANS[0], READS)).trace
            for kind in (FILING, "check-in")
        }

    assert traces[FILING] != traces["check-in"]


async def test_role_that_may_not_connect_reads_sums_alone(postgres: PostgresServer) -> None:
    """After the advised ``REVOKE`` the role is refused, and another database has the sums only."""
    async with open_watched_bot(postgres) as bot:
        role = PollingRole(bot)
        bot.execute(f"REVOKE CONNECT ON DATABASE {bot.database} FROM PUBLIC")

        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            role.query("SELECT 1")
        elsewhere = {
            view: [row for row in role.query(statement, "postgres") if row[1:]]
            for view, statement in {**WRITES, **READS}.items()
        }

    named = {view for view, rows in elsewhere.items() if bot.database in {row[0] for row in rows}}
    assert named == {"sums written", "sums read"}
    assert not {"ledger_record", "inbox"} & {row[0] for rows in elsewhere.values() for row in rows}

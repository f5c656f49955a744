"""PostgreSQL's log and write counters tell neither what a form was nor whose it was."""

from collections.abc import Iterable

import pytest

from bot.store.period import Period
from bot.store.repositories.ledger import Ledger
from tests.attacks.wal_archive import (
    COVER,
    FILING,
    OTHER_FORMS,
    READ_COUNTERS,
    WRITE_COUNTERS,
    Event,
    cover_probability,
    deal_events,
    open_watched_bot,
    score_guesses,
)
from tests.postgres import PostgresServer
from tests.sample_team import CLINICIANS

EVENT_COUNT = 160
MAX_BINARY_SHARE = 0.73
"""Half and four standard deviations of 80 guesses."""

MAX_PERSON_SHARE = 1 / len(CLINICIANS) + 0.16
"""The same for one of nine people."""


def is_filing(event: Event) -> bool:
    """Whether the event filed a debrief."""
    return event.kind == FILING


def is_cover(event: Event) -> bool:
    """Whether the event was no form."""
    return event.kind == COVER


async def trace_log(
    server: PostgresServer, others: tuple[str, ...], event_count: int = EVENT_COUNT
) -> list[Event]:
    """Return the traces in the log of debriefs among *others*."""
    async with open_watched_bot(server) as bot:
        events = deal_events((FILING,), others, event_count)
        return [await bot.trace_wal(kind, person) for kind, person in events]


async def claim_log_tells_no_filing(server: PostgresServer) -> None:
    """Claim that debriefs and other forms cannot be told apart, nor the people who sent them."""
    events = await trace_log(server, OTHER_FORMS)
    assert score_guesses(events, is_filing) <= MAX_BINARY_SHARE
    assert score_guesses(events, lambda event: event.person.id) <= MAX_PERSON_SHARE


async def claim_log_tells_no_cover(server: PostgresServer) -> None:
    """Claim that debriefs and covers cannot be told apart."""
    events = await trace_log(server, (COVER,))
    assert score_guesses(events, is_cover) <= MAX_BINARY_SHARE


async def claim_counters_tell_no_filing(server: PostgresServer) -> None:
    """Claim that the counters of written rows are the same after every form and cover."""
    async with open_watched_bot(server) as bot:
        traces = {
            (await bot.trace_counters(kind, CLINICIANS[0], WRITE_COUNTERS)).trace
            for kind in (FILING, *OTHER_FORMS, "withdrawal", COVER)
        }
    assert len(traces) == 1


async def test_log_tells_neither_what_a_form_was_nor_whose(postgres: PostgresServer) -> None:
    """Operations, tables, order and sizes are at chance for whether and who."""
    await claim_log_tells_no_filing(postgres)


async def test_log_does_not_tell_forms_from_covers(postgres: PostgresServer) -> None:
    """A debrief and a cover are at chance, too."""
    await claim_log_tells_no_cover(postgres)


async def test_log_names_only_the_tables_of_every_form(postgres: PostgresServer) -> None:
    """No form writes a row of a table that has a name in it."""
    events = await trace_log(postgres, OTHER_FORMS, 30)
    tables = {step[2] for event in events if isinstance(event.trace, tuple) for step in event.trace}

    owners = {name for name in tables if not name.startswith("pg_toast")} - {""}
    tables_of_forms = {"inbox", "ledger_record", "team_record"}
    assert owners <= tables_of_forms | {f"{name}_pkey" for name in tables_of_forms}


async def test_write_counters_tell_no_form_from_another(postgres: PostgresServer) -> None:
    """Any role that may connect reads them: they move alike for every form and for covers."""
    await claim_counters_tell_no_filing(postgres)


async def test_read_counters_tell_check_ins_from_debriefs(postgres: PostgresServer) -> None:
    """The documents say so, and the doctor reports roles that may connect and so read them."""
    async with open_watched_bot(postgres) as bot:
        filing, checkin = [
            (await bot.trace_counters(kind, CLINICIANS[0], READ_COUNTERS)).trace
            for kind in (FILING, "check-in")
        ]

    assert filing != checkin


@pytest.mark.parametrize(
    "claim", [claim_log_tells_no_filing, claim_log_tells_no_cover, claim_counters_tell_no_filing]
)
async def test_without_sealing_again_each_attack_succeeds(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, claim: object
) -> None:
    """If filing alone writes records, the log and the counters tell it: the claims fail."""

    def skip(_ledger: Ledger, _periods: Iterable[Period]) -> None:
        return

    monkeypatch.setattr(Ledger, "reseal_periods", skip)
    assert callable(claim)
    with pytest.raises(AssertionError):
        await claim(postgres)


def test_odds_of_a_suspected_moment() -> None:
    """The documented residual: in a suspected half hour a cover falls in 78 of 100 cases."""
    assert [round(cover_probability(minutes), 2) for minutes in (5, 30, 60)] == [0.22, 0.78, 0.95]

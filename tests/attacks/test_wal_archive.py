"""PostgreSQL's log and write counters tell neither what a form was nor whose it was."""

from collections.abc import Iterable
from functools import partial

import pytest

from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.store.period import Period
from bot.store.repositories.ledger import Ledger
from tests.attacks import weakened
from tests.attacks.used_databases import open_watched_bot, prepare_filled_database
from tests.attacks.wal_archive import (
    COVER,
    FILING,
    OTHER_FORMS,
    READ_COUNTERS,
    SETTINGS,
    WITHDRAWAL,
    WRITE_COUNTERS,
    Event,
    cover_probability,
    deal_events,
    list_steps,
    score_views,
)
from tests.postgres import PostgresServer
from tests.sample_team import CLINICIANS

EVENT_COUNT, WEAKENED_EVENT_COUNT = 160, 100
MAX_BINARY_SHARE = 0.73
"""Half and four standard deviations of 80 guesses."""

ANSWERS, ANSWER_COUNT = (FILING, WITHDRAWAL, "guide"), 120

MAX_PERSON_SHARE = 1 / len(CLINICIANS) + 0.17
"""The same for one of nine people, of 60 guesses."""

KNOWN_PLAINTEXT = (
    *(person.id.encode() for person in CLINICIANS),
    *(code.encode() for code in (*FORM_CODES, *STATUS_CODES) if len(code) > 4),
    bytes(48),
)
"""People, codes too long to occur by chance, and the zeros of unused slots."""


def is_filing(event: Event) -> bool:
    """Whether the event filed a debrief."""
    return event.kind == FILING


def person_id(event: Event) -> str:
    """Return the id of the person of the event."""
    return event.person.id


def is_cover(event: Event) -> bool:
    """Whether the event was no form."""
    return event.kind == COVER


async def trace_log(
    server: PostgresServer,
    others: tuple[str, ...],
    event_count: int = EVENT_COUNT,
    *,
    is_copied: bool = True,
) -> list[Event]:
    """Return the traces in the log of debriefs among *others*."""
    async with open_watched_bot(server, is_copied=is_copied) as bot:
        events = deal_events((FILING,), others, event_count)
        return [await bot.trace_wal(kind, person) for kind, person in events]


async def claim_log_tells_no_filing(server: PostgresServer, count: int = EVENT_COUNT) -> None:
    """Claim that debriefs and other forms cannot be told apart, nor the people who sent them."""
    events = await trace_log(server, (WITHDRAWAL, *OTHER_FORMS), count)
    assert max(score_views(events, is_filing).values()) <= MAX_BINARY_SHARE
    assert max(score_views(events, person_id).values()) <= MAX_PERSON_SHARE


async def claim_page_images_tell_no_answer(
    server: PostgresServer, answers: tuple[str, ...] = ANSWERS
) -> None:
    """Claim that filing, withdrawing and only reading leave the same page images and records."""
    chance = 1 / len(answers)
    max_share = chance + 4 * (chance * (1 - chance) / (ANSWER_COUNT / 2)) ** 0.5
    async with open_watched_bot(server) as bot:
        events = [
            await bot.trace_wal(kind, person, has_images=True)
            for kind, person in deal_events(answers, answers, ANSWER_COUNT)
        ]
    assert all(event.images for event in events)
    assert max(score_views(events, lambda event: event.kind).values()) <= max_share
    assert max(score_views(events, person_id).values()) <= MAX_PERSON_SHARE


async def claim_log_contains_no_plaintext(server: PostgresServer) -> None:
    """Claim that the log's bytes contain no person, no code and no unused slot.

    The records of a copied database could not be read without encryption.
    """
    events = await trace_log(server, (WITHDRAWAL, *OTHER_FORMS), 20, is_copied=False)
    log = b"".join(event.log for event in events)
    assert len(log) > 1000 * len(events)
    assert [text for text in KNOWN_PLAINTEXT if text in log] == []


async def claim_log_tells_no_cover(server: PostgresServer, count: int = EVENT_COUNT) -> None:
    """Claim that debriefs and covers cannot be told apart."""
    events = await trace_log(server, (COVER,), count)
    assert max(score_views(events, is_cover).values()) <= MAX_BINARY_SHARE


async def claim_counters_tell_no_filing(server: PostgresServer) -> None:
    """Claim that the counters of written rows are the same after every form and cover."""
    async with open_watched_bot(server) as bot:
        traces = {
            (await bot.trace_counters(kind, CLINICIANS[0], WRITE_COUNTERS)).trace
            for kind in (FILING, *OTHER_FORMS, WITHDRAWAL, COVER)
        }
    assert len(traces) == 1


async def test_log_tells_neither_what_a_form_was_nor_whose(postgres: PostgresServer) -> None:
    """Operations, tables, order and sizes are at chance for whether and who."""
    await claim_log_tells_no_filing(postgres)


async def test_page_images_do_not_tell_filing_withdrawing_and_reading(
    postgres: PostgresServer,
) -> None:
    """After a checkpoint the log has whole pages: of the same tables, whatever the form was."""
    await claim_page_images_tell_no_answer(postgres)


async def test_log_contains_no_known_plaintext(postgres: PostgresServer) -> None:
    """The raw bytes of the log's segments contain nothing that an attacker can look for."""
    await claim_log_contains_no_plaintext(postgres)


async def test_log_contains_plaintext_without_encryption(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where records are stored as they are, the same search finds their unused slots."""
    weakened.remove_encryption(monkeypatch)

    with pytest.raises(AssertionError):
        await claim_log_contains_no_plaintext(postgres)


async def test_log_tells_settings_from_other_forms(postgres: PostgresServer) -> None:
    """The documented residual: saved settings write the row of their person."""
    answers = (FILING, SETTINGS, "guide")
    async with open_watched_bot(postgres) as bot:
        events = [
            await bot.trace_wal(kind, person)
            for kind, person in deal_events((SETTINGS,), answers, 40)
        ]

    assert {event.kind == SETTINGS for event in events} == {True, False}
    for event in events:
        assert ("person" in {step[2] for step in list_steps(event)}) == (event.kind == SETTINGS)


async def test_log_does_not_tell_forms_from_covers(postgres: PostgresServer) -> None:
    """A debrief and a cover are at chance, too."""
    await claim_log_tells_no_cover(postgres)


async def test_log_names_only_the_tables_of_every_form(postgres: PostgresServer) -> None:
    """No form writes a row of a table that has a name in it."""
    events = await trace_log(postgres, (WITHDRAWAL, *OTHER_FORMS), 30)
    tables = {step[2] for event in events for step in list_steps(event)}

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
    "claim",
    [
        partial(claim_log_tells_no_filing, count=WEAKENED_EVENT_COUNT),
        partial(claim_page_images_tell_no_answer, answers=(FILING, "guide")),
        partial(claim_log_tells_no_cover, count=WEAKENED_EVENT_COUNT),
        claim_counters_tell_no_filing,
    ],
    ids=["filing", "page images", "cover", "counters"],
)
async def test_without_sealing_again_each_attack_succeeds(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, claim: object
) -> None:
    """If filing alone writes records, the log and the counters tell it: the claims fail."""
    await prepare_filled_database(postgres)

    def skip(_ledger: Ledger, _periods: Iterable[Period]) -> None:
        return

    monkeypatch.setattr(Ledger, "reseal_periods", skip)
    assert callable(claim)
    with pytest.raises(AssertionError):
        await claim(postgres)


def test_odds_of_a_suspected_moment() -> None:
    """The documented residual: in a suspected half hour a cover falls in 78 of 100 cases."""
    assert [round(cover_probability(minutes), 2) for minutes in (5, 30, 60)] == [0.22, 0.78, 0.95]

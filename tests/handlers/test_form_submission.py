"""Every form writes the same rows by the same path."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.content import catalogue
from bot.context import Context
from bot.conversation import Person, Request
from bot.store.repositories import Repositories
from bot.store.schema import ledger_records, metadata, team_records
from handlers import FORMS
from tests.handlers.recorded_statements import record_statements
from tests.ledger_records import count_stored_codes
from tests.prepared_stores import prepare_store
from tests.sample_team import (
    CLINICIANS,
    DIRECTOR,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_request,
    set_up_team,
)

CODES: FormAnswers = {"form": "away", "status": "touched"}
DEEPER_ANSWERS: FormAnswers = {
    "strain": "bond",
    "mine": ("missed_cue",),
    "cue_away": ("few_words",),
    "help": "supervision",
}
WEEK = "2026-W27"
SIGN = catalogue.load_catalogue().get_pack("en").signs[0]

FormRequest = tuple[str, FormAnswers, str]
"""A form's name, its answers and its data."""

FORM_REQUESTS: Mapping[str, FormRequest] = {
    "debrief": ("debrief", CODES, ""),
    "withdrawal": ("withdraw", {}, ""),
    "guide": ("guide", CODES, ""),
    "deeper": ("deeper", DEEPER_ANSWERS, "away.touched"),
    "check-in": ("checkin", {"checkin": "someone"}, f"{WEEK}:{SIGN.code}"),
    "follow-up": ("followup", {"followup": "rather_not"}, ""),
}


def build_form_request(name: str, person: Person = MARIE, key: str = "act 9") -> Request:
    """Build the submission of one of the forms."""
    _, answers, data = FORM_REQUESTS[name]
    return build_request(person, answers=answers, data=data, idempotency_key=key)


async def submit(context: Context, name: str, person: Person = MARIE, key: str = "act 9") -> None:
    """Submit one of the forms."""
    await FORMS[FORM_REQUESTS[name][0]](build_form_request(name, person, key), context)


async def fetch_row_sizes(context: Context) -> dict[str, list[tuple[int, ...]]]:
    """Return the sizes of all values of each row, by table."""

    def read_sizes(repos: Repositories) -> dict[str, list[tuple[int, ...]]]:
        return {
            name: sorted(map(measure_row, repos._connection.execute(select(table))))
            for name, table in metadata.tables.items()
        }

    return await context.store.across_workspaces.read(read_sizes)


def measure_row(row: Iterable[object]) -> tuple[int, ...]:
    """Return the size of each value: bytes, or characters of its text."""
    return tuple(len(value) if isinstance(value, bytes) else len(str(value)) for value in row)


@pytest.fixture
async def filed_context(context: Context, tmp_path: Path, prepared_stores: Path) -> Context:
    """A team in which people have joined and filed, so that there is something to withdraw."""
    return await prepare_store(context, tmp_path, prepared_stores / "filed by all", _file)


async def _file(context: Context) -> None:
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
    )
    for number, person in enumerate(CLINICIANS):
        await submit(context, "debrief", person, f"act before {number}")


EXPECTED_CHANGES = ("INSERT INTO inbox", "UPDATE ledger_record", "UPDATE team_record")


@pytest.mark.parametrize("name", FORM_REQUESTS)
async def test_each_form_writes_one_key_and_the_teams_records(
    filed_context: Context, name: str
) -> None:
    """One idempotency key and three records: no other row, whatever the form is."""
    with record_statements(filed_context) as statements:
        await submit(filed_context, name)

    changes = [(text, rows) for text, rows in statements if rows and is_change(text)]
    starts = [
        text.startswith(start) for (text, _), start in zip(changes, EXPECTED_CHANGES, strict=True)
    ]
    assert starts == [True, True, True]
    assert [rows for _, rows in changes] == [1, 2, 1]


def is_change(statement: str) -> bool:
    """Whether a statement can change rows."""
    return statement.startswith(("INSERT", "UPDATE", "DELETE"))


async def test_no_form_can_be_told_from_another_by_what_it_writes(
    filed_context: Context,
) -> None:
    """Tables, rows, sizes of values and bytes of the write-ahead log are equal for all forms.

    Filing comes first and withdrawal second, so that there is something to withdraw.
    """
    results = {}
    sizes_before = await fetch_row_sizes(filed_context)
    for name in FORM_REQUESTS:
        results[name] = await measure_form_growth(filed_context, name, sizes_before)
        sizes_before = await fetch_row_sizes(filed_context)

    assert all(result == results["debrief"] for result in results.values()), results


async def measure_form_growth(
    context: Context, name: str, sizes_before: dict[str, list[tuple[int, ...]]]
) -> tuple[object, ...]:
    """Submit a form; return its changes, the growth of each table and the size of the log."""
    await context.store.checkpoint()
    log_file = Path(f"{context.store._engines.writer.url.database}-wal")
    with record_statements(context) as statements:
        await submit(context, name, key=f"act {name}")
    log_size = measure_file(log_file)
    changes = [(text, rows) for text, rows in statements if rows and is_change(text)]
    sizes_after = await fetch_row_sizes(context)
    growth = {table: len(rows) - len(sizes_before[table]) for table, rows in sizes_after.items()}
    record_sizes = sizes_after["ledger_record"] + sizes_after["team_record"]
    return changes, growth, record_sizes, log_size


def measure_file(path: Path) -> int:
    """Return the size of a file in bytes."""
    return path.stat().st_size


@pytest.mark.parametrize("name", FORM_REQUESTS)
async def test_repetition_writes_the_same_rows(filed_context: Context, name: str) -> None:
    """A retry, and a second answer in one week, cannot be told from a first submission."""
    counts = []
    for _ in range(2):
        with record_statements(filed_context) as statements:
            await submit(filed_context, name)
        changes = [
            (text.split("(")[0].strip(), rows)
            for text, rows in statements
            if rows and is_change(text)
        ]
        counts.append(changes)

    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["guide", "check-in", "withdrawal"])
async def test_every_body_changes_with_every_form(filed_context: Context, name: str) -> None:
    """A form that files nothing changes all bytes of the records, as a filed debrief does."""

    async def fetch_bodies() -> list[bytes]:
        queries = (
            select(ledger_records.c.body).order_by(ledger_records.c.ledger),
            select(team_records.c.body),
        )
        return await filed_context.store.across_workspaces.read(
            lambda repos: [
                bytes(body) for query in queries for body in repos._connection.scalars(query)
            ]
        )

    before = await fetch_bodies()
    await submit(filed_context, name)

    equal_bytes = [
        sum(a == b for a, b in zip(*bodies, strict=True)) / len(bodies[0])
        for bodies in zip(before, await fetch_bodies(), strict=True)
    ]
    assert max(equal_bytes) < 0.1


@pytest.mark.parametrize("person", [SUPERVISOR, DIRECTOR, STRANGER], ids=lambda person: person.id)
async def test_person_who_is_not_counted_files_nothing(
    filed_context: Context, person: Person
) -> None:
    """Their form is answered like any other, and the records contain what they did."""
    before = await count_stored_codes(filed_context.store)
    await submit(filed_context, "debrief", person)

    assert await count_stored_codes(filed_context.store) == before


async def test_withdrawal_takes_back_what_an_account_filed_before_it_was_linked(
    filed_context: Context,
) -> None:
    """Either account withdraws what both have filed, each under its own token."""
    alias = Person("msteams:t", "marie on teams")
    await filed_context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(alias, TEAM.id)
    )
    await submit(filed_context, "debrief", alias, "act of the alias")
    await filed_context.store.across_workspaces.write(
        lambda repos: repos.linked_accounts.set_links([(MARIE, alias)])
    )

    await submit(filed_context, "withdrawal", alias)

    assert await count_stored_codes(filed_context.store) == 2 * (len(CLINICIANS) - 1)


async def test_person_beyond_the_last_slot_reads_when_they_count(context: Context) -> None:
    """A person for whom no slot is left gets the guide, and reads that nothing was kept."""
    await set_up_team(context, clinicians=CLINICIANS[:5])
    await set_up_team(context)
    extra = tuple(Person(MARIE.workspace, f"extra {number}") for number in range(9))
    await set_up_team(context, clinicians=(*CLINICIANS, *extra))
    requests = [
        build_request(person, answers=CODES, idempotency_key=f"act {number}")
        for number, person in enumerate((*CLINICIANS, *extra))
    ]
    replies = [await FORMS["debrief"](request, context) for request in requests]
    retried_replies = [await FORMS["debrief"](request, context) for request in requests]

    words = context.catalogue.get_pack("en")
    sentence = words.translate("privacy.filed.counted_from", day="Monday, July 6")
    assert [sentence in repr(reply) for reply in replies] == [False] * 9 + [True] * 9
    assert retried_replies == replies
    assert await count_stored_codes(context.store) == 2 * 9

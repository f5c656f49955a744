import hashlib
import hmac
import re
import secrets
import shutil
import sqlite3
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import closing, suppress
from itertools import permutations
from pathlib import Path

from bot.conversation import Person
from bot.domain.counts import pseudonyms
from bot.store import sealing
from bot.store.repositories import Repositories
from tests.attacks.database_copies import BotInstance, open_instance, run_in_copies
from tests.attacks.naive import hash_person, hash_person_with_key
from tests.database_files import read_all_bytes
from tests.doubles import PEPPERS
from tests.ledger_records import fetch_token_codes
from tests.sample_team import CLINICIANS, SUPERVISOR, set_up_team

PEPPER = PEPPERS[0]
ROUNDS = 30
Rows = list[tuple[object, ...]]


def dump_tables(folder: Path) -> dict[str, Rows]:
    """Return every row of every table of a copied database, in the file's own order."""
    with closing(sqlite3.connect(folder / "attune.sqlite")) as database:
        cursor = database.execute("select name from sqlite_master where type = 'table'")
        names = [name for (name,) in cursor.fetchall()]
        return {name: database.execute(f"select * from [{name}]").fetchall() for name in names}  # noqa: S608 - the file names them


def guess_tokens(person: Person, keys: Iterable[bytes]) -> set[bytes]:
    """Return every token that an attacker with these candidates for a key could derive."""
    names = [person.id, f"{person.workspace} {person.id}", f"{person.workspace}{person.id}"]
    tokens = {hashlib.sha256(name.encode()).digest() for name in names}
    for key in (b"", *keys):
        tokens |= {hmac.new(key, name.encode(), hashlib.sha256).digest() for name in names}
        tokens |= {hashlib.sha256(key + name.encode()).digest() for name in names}
        tokens.add(pseudonyms.derive_contributor_token(key, person))
    return tokens


def count_linked_people(
    tables: dict[str, Rows],
    people: Iterable[Person],
    peppers: Iterable[bytes] = (),
    period_keys: Iterable[bytes] = (),
) -> int:
    """Return the number of people linked to what was filed, from a dump and what else is known.

    Every bytes value of the dump and every pepper is tried as a key of tokens and of records;
    *period_keys* are contents of the key folder.
    """
    rows = tables["period"] + tables["ledger_record"]
    values = [value for row in rows for value in row if isinstance(value, bytes)]
    key_candidates = [*values, *peppers, *period_keys]
    open_pairs = list(open_records(tables, key_candidates))
    readable = b"|".join([*values, *(text for text, _ in open_pairs), str(rows).encode()])
    token_keys = [*key_candidates, *(token_key for _, token_key in open_pairs)]
    return sum(
        any(_is_counted(token, readable) for token in guess_tokens(person, token_keys))
        or person.id.encode() in readable
        for person in people
    )


def _is_counted(token: bytes, readable: bytes) -> bool:
    """Whether *token* precedes a count; everybody on the list has a slot, with debriefs or not."""
    return re.search(re.escape(token) + rb"[^\0]", readable, re.DOTALL) is not None


def open_records(
    tables: dict[str, Rows], key_candidates: Iterable[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the plaintext and the token key of every record that one of the candidates opens."""
    (workspace,) = {row[1] for row in tables.get("team", [])} or {""}
    for ledger, unit, closes, body in (row for row in tables["ledger_record"] if len(row) > 1):
        identity = tuple(str(part).encode() for part in (workspace, unit, ledger, closes))
        for key in key_candidates:
            record_key, token_key = (
                sealing.derive_subkey(key, label, *identity)
                for label in (sealing.RECORD_LABEL, sealing.TOKEN_LABEL)
            )
            with suppress(sealing.SealBrokenError):
                assert isinstance(body, bytes)
                yield sealing.open_sealed(record_key, body, *identity), token_key


def read_period_keys(folder: Path) -> list[bytes]:
    """Return the content of every file in the key folder of a copy."""
    return [path.read_bytes() for path in sorted((folder / "attune.keys").iterdir())]


async def prepare_filed_team(instance: BotInstance) -> None:
    """Set up a team of nine clinicians, all of whom have filed."""
    await set_up_team(instance.context)
    await instance.give_agreement(SUPERVISOR)
    await instance.file_debriefs(*CLINICIANS)


def test_usual_pseudonyms_are_linked_from_a_dump() -> None:
    """A plain id, its digest, and a keyed digest beside its key all identify every person."""
    key = secrets.token_bytes(32)
    naive_rows: tuple[tuple[Rows, Rows], ...] = (
        ([], [(person.id,) for person in CLINICIANS]),
        ([], [(hash_person(person.id),) for person in CLINICIANS]),
        ([(key,)], [(hash_person_with_key(person.id, key),) for person in CLINICIANS]),
    )

    assert [
        count_linked_people({"period": periods, "ledger_record": records}, CLINICIANS)
        for periods, records in naive_rows
    ] == [9, 9, 9]


async def claim_dump_links_no_one(folder: Path) -> None:
    """Claim that records, every id in the workspace and the pepper give no link and no count."""
    async with open_instance(folder / "linked") as instance:
        await prepare_filed_team(instance)
    tables = dump_tables(folder / "linked")
    bodies = [row[3] for row in tables["ledger_record"] if isinstance(row[3], bytes)]

    assert len(bodies) == 2
    assert count_linked_people(tables, CLINICIANS, [PEPPER]) == 0
    assert all(len(zlib.compress(body)) > len(body) for body in bodies), "it has a structure"
    assert not any(person.id in str(tables["inbox"]) for person in CLINICIANS)


async def test_dump_of_open_period_links_no_one_even_with_pepper(tmp_path: Path) -> None:
    """Without the key folder an open period is as closed as a published one."""
    await claim_dump_links_no_one(tmp_path)


async def test_dump_of_open_period_with_keys_links_every_person(tmp_path: Path) -> None:
    """The documents state that a holder of the keys can link debriefs until the close."""
    async with open_instance(tmp_path) as instance:
        await prepare_filed_team(instance)
    keys = read_period_keys(tmp_path)

    assert count_linked_people(dump_tables(tmp_path), CLINICIANS, period_keys=keys) == 9


async def claim_close_destroys_records(folder: Path) -> None:
    """Claim that nothing opens a record after its close: not an older dump with all that is left.

    No byte of the record is left in the closed files, and no key in the folder opens the copy that
    was taken before.
    """
    async with open_instance(folder / "open") as instance:
        await prepare_filed_team(instance)
        copy_time = instance.clock.current_time
    open_tables = dump_tables(folder / "open")
    shutil.copytree(folder / "open", folder / "closed")
    async with open_instance(folder / "closed", copy_time) as instance:
        await instance.close_period()
        closed_bytes = read_all_bytes(folder / "closed")
        assert {row[2] for row in await instance.fetch_rows("ledger_record")}.isdisjoint(
            row[2] for row in await instance.fetch_rows("release")
        )
    bodies = [row[3] for row in open_tables["ledger_record"] if isinstance(row[3], bytes)]
    keys = read_period_keys(folder / "closed")

    assert count_linked_people(open_tables, CLINICIANS, [PEPPER], keys) == 0
    assert count_linked_people(dump_tables(folder / "closed"), CLINICIANS, [PEPPER], keys) == 0
    assert not [body for body in bodies if body[:16] in closed_bytes or body[-16:] in closed_bytes]


async def test_no_dump_links_anyone_after_the_close(tmp_path: Path) -> None:
    """Neither the closed files nor an older copy can be opened with what is left anywhere."""
    await claim_close_destroys_records(tmp_path)


async def claim_tokens_are_unlinkable(folder: Path) -> None:
    """Claim that no person has the same token in two ledgers, or in two periods."""
    async with open_instance(folder / "apart") as instance:
        await prepare_filed_team(instance)
        first_tokens = await fetch_tokens(instance)
        await instance.close_period()
        await instance.file_debriefs(*CLINICIANS)
        second_tokens = await fetch_tokens(instance)

    assert len(first_tokens) == len(second_tokens) == 18
    assert not first_tokens & second_tokens


async def fetch_tokens(instance: BotInstance) -> set[bytes]:
    """Return the tokens of all records that a key opens."""
    token_codes = await fetch_token_codes(instance.context.store)
    return {token for pairs in token_codes.values() for token, _ in pairs}


async def test_two_ledgers_and_two_periods_cannot_be_joined(tmp_path: Path) -> None:
    """A person has a different token in each, so no slot leads to another."""
    await claim_tokens_are_unlinkable(tmp_path)


async def test_idempotency_keys_identify_no_one_without_pepper(tmp_path: Path) -> None:
    """The inbox table stores a keyed digest and a day for each form, alike for every form."""
    async with open_instance(tmp_path) as instance:
        await prepare_filed_team(instance)
    inbox_rows = dump_tables(tmp_path)["inbox"]
    names = [person.id for person in CLINICIANS]
    guessed_digests = {
        hashlib.sha256(f"{kind}\0{key}".encode()).digest()
        for kind in ("form", "debrief", "checkin")
        for key in [f"act {number}" for number in range(400)] + names
    }

    assert len(inbox_rows) == 9
    assert {len(row) for row in inbox_rows} == {2}
    assert not guessed_digests & {row[0] for row in inbox_rows}


def share_in_order(order: list[bytes], tokens_in_order: list[bytes]) -> float:
    """Return the share of slots that *order* assigns to the right person."""
    return sum(
        token == expected for token, expected in zip(order, tokens_in_order, strict=True)
    ) / len(order)


async def test_storage_order_assigns_no_slot_to_its_person(tmp_path: Path) -> None:
    """Even in an opened record no order is better than chance, given the filing order.

    One in nine is right by chance; a naive table with a sequential id is right every time. Three
    standard deviations over thirty rounds, for each of the orders, are 0.06 apiece.
    """
    assert share_in_order([b"a", b"b"], [b"a", b"b"]) == 1
    shares = await measure_order_shares(tmp_path, ROUNDS)

    assert set(shares) == {"by slot", "backwards", "by inbox"}
    assert max(shares.values()) <= 1 / 9 + 0.12


async def measure_order_shares(folder: Path, rounds: int) -> dict[str, float]:
    """Return the share of slots that each order assigns to the right person, over *rounds*.

    Each round has a key of its own: with one key, the order by token would be the same in all.
    """
    matches: Counter[str] = Counter()
    for number in range(rounds):
        async with open_instance(folder / str(number)) as instance:
            await set_up_team(instance.context)
            await instance.file_debriefs(*CLINICIANS)
            await instance.context.store.checkpoint()
            slot_order, true_order = await instance.context.store.across_workspaces.read(
                read_total_orders
            )
        for name, order in suggested_orders(slot_order, folder / str(number)).items():
            matches[name] += sum(a == b for a, b in zip(order, true_order, strict=True))
    return {name: count / rounds / len(CLINICIANS) for name, count in matches.items()}


def read_total_orders(repos: Repositories) -> tuple[list[bytes], list[bytes]]:
    """Return the total's tokens in the order of its slots, and in the order of filing."""
    periods = [period for period in repos.ledger._periods.list_periods() if not period.question]
    (open_record,) = repos._records.ledger_records.load_records(periods).values()
    slot_order = [slot.token for slot in open_record.record.slots]
    token_key = open_record.token_key
    return slot_order, [
        pseudonyms.derive_contributor_token(token_key, person) for person in CLINICIANS
    ]


def suggested_orders(slot_order: list[bytes], folder: Path) -> dict[str, list[bytes]]:
    """Return the total's tokens in every order that an opened copy of the file suggests."""
    tables, file_bytes = dump_tables(folder), read_all_bytes(folder)
    digests = [row[0] for row in tables["inbox"] if isinstance(row[0], bytes)]
    digest_order = sorted(range(len(digests)), key=lambda index: file_bytes.find(digests[index]))
    return {
        "by slot": slot_order,
        "backwards": slot_order[::-1],
        "by inbox": [slot_order[index % len(slot_order)] for index in digest_order],
    }


async def test_rest_of_dump_does_not_depend_on_who_filed(tmp_path: Path) -> None:
    """Two copies in which different people filed have the same rows except records and inbox."""

    async def prepare(instance: BotInstance) -> None:
        await set_up_team(instance.context)

    def file_for(*people: Person) -> Callable[[BotInstance], Awaitable[object]]:
        async def file_and_fetch(instance: BotInstance) -> object:
            await instance.file_debriefs(*people)
            return await instance.fetch_tables("ledger_record", "team_record", "inbox")

        return file_and_fetch

    pairs = list(permutations(CLINICIANS, 2))[:3]
    tables = await run_in_copies(
        tmp_path, prepare, file_for(), *(file_for(*pair) for pair in pairs)
    )

    assert all(rows == tables[0] for rows in tables)

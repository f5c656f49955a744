import hashlib
import hmac
import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from itertools import permutations
from pathlib import Path

from bot.conversation import Person
from bot.domain.counts import pseudonyms
from tests.attacks.database_copies import BotInstance, open_instance, run_in_copies
from tests.attacks.naive import hash_person, hash_person_with_key
from tests.database_files import read_all_bytes
from tests.doubles import PEPPERS
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


def guess_tokens(person: Person, salts: Iterable[bytes], peppers: Iterable[bytes]) -> set[bytes]:
    """Return every token that an attacker with these salts and peppers could derive."""
    names = [person.id, f"{person.workspace} {person.id}", f"{person.workspace}{person.id}"]
    tokens = {hashlib.sha256(name.encode()).digest() for name in names}
    for salt in salts:
        tokens |= {hmac.new(salt, name.encode(), hashlib.sha256).digest() for name in names}
        tokens |= {hashlib.sha256(salt + name.encode()).digest() for name in names}
        for pepper in (b"", salt, *peppers):
            tokens.add(pseudonyms.derive_contributor_token(pepper, salt, person))
    return tokens


def count_linked_people(
    tables: dict[str, Rows], people: Iterable[Person], peppers: Iterable[bytes] = ()
) -> int:
    """Return the number of people linked to a slip, from a dump and, optionally, the pepper."""
    salts = [value for row in tables["period"] for value in row if isinstance(value, bytes)]
    slip_values = {value for row in tables["slip"] for value in row if isinstance(value, bytes)}
    slip_text = str(tables["slip"])
    return sum(
        bool(guess_tokens(person, salts, peppers) & slip_values) or person.id in slip_text
        for person in people
    )


async def prepare_filed_team(instance: BotInstance) -> None:
    """Set up a team of nine clinicians, all of whom have filed."""
    await set_up_team(instance.context)
    await instance.give_agreement(SUPERVISOR)
    await instance.file_debriefs(*CLINICIANS)


def test_usual_pseudonyms_are_linked_from_a_dump() -> None:
    """A plain id, its digest, and a keyed digest beside its key all identify every person."""
    key = secrets.token_bytes(32)
    plain_ids: dict[str, Rows] = {"period": [], "slip": [(person.id,) for person in CLINICIANS]}
    digests: dict[str, Rows] = {
        "period": [],
        "slip": [(hash_person(person.id),) for person in CLINICIANS],
    }
    keyed_digests: dict[str, Rows] = {
        "period": [(key,)],
        "slip": [(hash_person_with_key(person.id, key),) for person in CLINICIANS],
    }

    assert [
        count_linked_people(tables, CLINICIANS) for tables in (plain_ids, digests, keyed_digests)
    ] == [9, 9, 9]


async def test_dump_of_open_period_links_no_one_without_pepper(tmp_path: Path) -> None:
    """Salt, slips and every id in the workspace do not suffice for a single link."""
    async with open_instance(tmp_path) as instance:
        await prepare_filed_team(instance)
    tables = dump_tables(tmp_path)

    assert len(tables["slip"]) == 18
    assert count_linked_people(tables, CLINICIANS) == 0
    assert not any(
        person.id.encode() in str(tables["slip"] + tables["inbox"]).encode()
        for person in CLINICIANS
    )


async def test_dump_of_open_period_with_pepper_links_every_person(tmp_path: Path) -> None:
    """The documents state that a holder of the pepper can link slips until the close."""
    async with open_instance(tmp_path) as instance:
        await prepare_filed_team(instance)

    assert count_linked_people(dump_tables(tmp_path), CLINICIANS, [PEPPER]) == 9


async def claim_close_destroys_slips(folder: Path) -> None:
    """Claim that a dump after a close links no one, even with the pepper and an older dump."""
    async with open_instance(folder / "open") as instance:
        await prepare_filed_team(instance)
        copy_time = instance.clock.current_time
    open_tables = dump_tables(folder / "open")
    shutil.copytree(folder / "open", folder / "closed")
    async with open_instance(folder / "closed", copy_time) as instance:
        await instance.close_period()
        closed_bytes = read_all_bytes(folder / "closed")
    salts = [value for row in open_tables["period"] for value in row if isinstance(value, bytes)]
    derived_tokens = {
        token for person in CLINICIANS for token in guess_tokens(person, salts, [PEPPER])
    }
    slip_values = {
        value for row in open_tables["slip"] for value in row if isinstance(value, bytes)
    }

    assert count_linked_people(dump_tables(folder / "closed"), CLINICIANS, [PEPPER]) == 0
    assert dump_tables(folder / "closed")["slip"] == []
    assert not [
        secret for secret in derived_tokens | slip_values | set(salts) if secret in closed_bytes
    ]


async def test_dump_after_close_links_no_one_even_with_pepper(tmp_path: Path) -> None:
    """No slip, token or salt is left in any byte of the file, its log or its journal."""
    await claim_close_destroys_slips(tmp_path)


async def claim_tokens_are_unlinkable(folder: Path) -> None:
    """Claim that no person has the same token in two ledgers, or in two periods."""
    async with open_instance(folder / "apart") as instance:
        await prepare_filed_team(instance)
        first_tokens = {row[4] for row in await instance.fetch_rows("slip")}
        await instance.close_period()
        await instance.file_debriefs(*CLINICIANS)
        second_tokens = {row[4] for row in await instance.fetch_rows("slip")}

    assert len(first_tokens) == len(second_tokens) == 18
    assert not first_tokens & second_tokens


async def test_two_ledgers_and_two_periods_cannot_be_joined(tmp_path: Path) -> None:
    """A person has a different token in each, so no slip leads to another."""
    await claim_tokens_are_unlinkable(tmp_path)


async def test_idempotency_keys_identify_no_one_without_pepper(tmp_path: Path) -> None:
    """The inbox table stores a keyed digest and a day for each form, alike for every form."""
    async with open_instance(tmp_path) as instance:
        await prepare_filed_team(instance)
    inbox_rows = dump_tables(tmp_path)["inbox"]
    names = [person.id for person in CLINICIANS]
    guessed_digests = {
        hashlib.sha256(f"{kind}\0{key}".encode()).digest()
        for kind in ("debrief", "checkin")
        for key in [f"act {number}" for number in range(400)] + names
    }

    assert len(inbox_rows) == 9
    assert {len(row) for row in inbox_rows} == {2}
    assert not guessed_digests & {row[0] for row in inbox_rows}


def share_in_order(order: list[bytes], tokens_in_order: list[bytes]) -> float:
    """Return the share of slips that *order* assigns to the right person."""
    return sum(
        token == expected for token, expected in zip(order, tokens_in_order, strict=True)
    ) / len(order)


async def test_storage_order_assigns_no_slip_to_its_person(tmp_path: Path) -> None:
    """Every order that the file suggests is no better than chance, given the filing order.

    One in nine is right by chance; a naive table with a sequential id is right every time. Three
    standard deviations over thirty rounds, for each of the orders, are 0.06 apiece.
    """
    assert share_in_order([b"a", b"b"], [b"a", b"b"]) == 1
    shares = await measure_order_shares(tmp_path, ROUNDS)

    assert set(shares) == {"by key", "by place", "backwards", "by inbox"}
    assert max(shares.values()) <= 1 / 9 + 0.12


async def measure_order_shares(folder: Path, rounds: int) -> dict[str, float]:
    """Return the share of slips that each order assigns to the right person, over *rounds*."""
    matches: Counter[str] = Counter()
    async with open_instance(folder) as instance:
        await set_up_team(instance.context)
        for _ in range(rounds):
            await instance.file_debriefs(*CLINICIANS)
            await instance.context.store.checkpoint()
            true_order = await tokens_in_filing_order(instance)
            for name, order in suggested_orders(folder).items():
                matches[name] += sum(a == b for a, b in zip(order, true_order, strict=True))
            for person in CLINICIANS:
                await instance.submit_form("withdraw", person, {})
    return {name: count / rounds / len(CLINICIANS) for name, count in matches.items()}


async def tokens_in_filing_order(instance: BotInstance) -> list[bytes]:
    """Return the tokens in the total's ledger, in the order in which people filed."""
    periods = {row[0]: row for row in await instance.fetch_rows("period")}
    salt = next(value for value in periods["total"] if isinstance(value, bytes))
    return [pseudonyms.derive_contributor_token(PEPPER, salt, person) for person in CLINICIANS]


def suggested_orders(folder: Path) -> dict[str, list[bytes]]:
    """Return the total's tokens in every order that a copy of the file suggests."""
    tables, file_bytes = dump_tables(folder), read_all_bytes(folder)
    rows = [row for row in tables["slip"] if row[1] == "total"]
    by_key = [row[4] for row in rows if isinstance(row[4], bytes)]
    by_place = sorted(by_key, key=file_bytes.find)
    digests = [row[0] for row in tables["inbox"] if isinstance(row[0], bytes)]
    digest_order = sorted(range(len(digests)), key=lambda index: file_bytes.find(digests[index]))
    by_inbox = [by_key[index % len(by_key)] for index in digest_order[: len(by_key)]]
    return {
        "by key": by_key,
        "by place": by_place,
        "backwards": by_place[::-1],
        "by inbox": by_inbox,
    }


async def test_rest_of_dump_does_not_depend_on_who_filed(tmp_path: Path) -> None:
    """Two copies in which different people filed have the same rows except slips and inbox."""

    async def prepare(instance: BotInstance) -> None:
        await set_up_team(instance.context)

    def file_for(*people: Person) -> Callable[[BotInstance], Awaitable[object]]:
        async def file_and_fetch(instance: BotInstance) -> object:
            await instance.file_debriefs(*people)
            return await instance.fetch_tables("slip", "inbox")

        return file_and_fetch

    pairs = list(permutations(CLINICIANS, 2))[:3]
    tables = await run_in_copies(
        tmp_path, prepare, file_for(), *(file_for(*pair) for pair in pairs)
    )

    assert all(rows == tables[0] for rows in tables)

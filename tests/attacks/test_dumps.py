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
from tests.attacks.forks import World, open_world, run_in_forks
from tests.attacks.naive import hash_person, hash_person_with_key
from tests.database_files import read_all_bytes
from tests.doubles import PEPPERS
from tests.sample_team import CLINICIANS, SUPERVISOR, set_up_team

PEPPER = PEPPERS[0]
ROUNDS = 30
Rows = list[tuple[object, ...]]


def dump(folder: Path) -> dict[str, Rows]:
    """Every row of a copied database, in the order in which the file hands them out."""
    with closing(sqlite3.connect(folder / "attune.sqlite")) as database:
        found = database.execute("select name from sqlite_master where type = 'table'")
        names = [name for (name,) in found.fetchall()]
        return {name: database.execute(f"select * from [{name}]").fetchall() for name in names}  # noqa: S608 - the file names them


def guesses(person: Person, salts: Iterable[bytes], peppers: Iterable[bytes]) -> set[bytes]:
    """Every token that somebody with this much could think of for a person."""
    names = [person.id, f"{person.workspace} {person.id}", f"{person.workspace}{person.id}"]
    found = {hashlib.sha256(name.encode()).digest() for name in names}
    for salt in salts:
        found |= {hmac.new(salt, name.encode(), hashlib.sha256).digest() for name in names}
        found |= {hashlib.sha256(salt + name.encode()).digest() for name in names}
        for pepper in (b"", salt, *peppers):
            found.add(pseudonyms.derive_contributor_token(pepper, salt, person))
    return found


def linked(kept: dict[str, Rows], people: Iterable[Person], peppers: Iterable[bytes] = ()) -> int:
    """To how many people a slip can be put, with a dump and perhaps the pepper."""
    salts = [value for row in kept["period"] for value in row if isinstance(value, bytes)]
    held = {value for row in kept["slip"] for value in row if isinstance(value, bytes)}
    told = str(kept["slip"])
    return sum(bool(guesses(one, salts, peppers) & held) or one.id in told for one in people)


async def filed(one: World) -> None:
    """Nine clinicians, all of whom have filed."""
    await set_up_team(one.context)
    await one.give_agreement(SUPERVISOR)
    await one.file_debriefs(*CLINICIANS)


def test_the_usual_pseudonyms_are_linked_by_whoever_has_the_dump() -> None:
    """A plain id, its digest, and a keyed digest beside its key all give everybody away."""
    key = secrets.token_bytes(32)
    plain: dict[str, Rows] = {"period": [], "slip": [(one.id,) for one in CLINICIANS]}
    digests: dict[str, Rows] = {
        "period": [],
        "slip": [(hash_person(one.id),) for one in CLINICIANS],
    }
    beside: dict[str, Rows] = {
        "period": [(key,)],
        "slip": [(hash_person_with_key(one.id, key),) for one in CLINICIANS],
    }

    assert [linked(kept, CLINICIANS) for kept in (plain, digests, beside)] == [9, 9, 9]


async def test_a_dump_of_an_open_period_links_nobody_without_the_pepper(tmp_path: Path) -> None:
    """Salt, slips and every id in the workspace are not enough for a single link."""
    async with open_world(tmp_path) as one:
        await filed(one)
    kept = dump(tmp_path)

    assert len(kept["slip"]) == 18
    assert linked(kept, CLINICIANS) == 0
    assert not any(
        who.id.encode() in str(kept["slip"] + kept["inbox"]).encode() for who in CLINICIANS
    )


async def test_a_dump_of_an_open_period_with_the_pepper_links_everybody(tmp_path: Path) -> None:
    """Said openly in the documents: this is what the pepper's keeper could do, until the close."""
    async with open_world(tmp_path) as one:
        await filed(one)

    assert linked(dump(tmp_path), CLINICIANS, [PEPPER]) == 9


async def leaves_nothing(folder: Path) -> None:
    """Claim that after a close a dump links nobody, even with the pepper and an older dump."""
    async with open_world(folder / "open") as one:
        await filed(one)
        at = one.clock.current_time
    held = dump(folder / "open")
    shutil.copytree(folder / "open", folder / "closed")
    async with open_world(folder / "closed", at) as one:
        await one.close_period()
        left = read_all_bytes(folder / "closed")
    salts = [value for row in held["period"] for value in row if isinstance(value, bytes)]
    made = {token for who in CLINICIANS for token in guesses(who, salts, [PEPPER])}
    slips = {value for row in held["slip"] for value in row if isinstance(value, bytes)}

    assert linked(dump(folder / "closed"), CLINICIANS, [PEPPER]) == 0
    assert dump(folder / "closed")["slip"] == []
    assert not [one for one in made | slips | set(salts) if one in left]


async def test_a_dump_after_the_close_links_nobody_even_with_the_pepper(tmp_path: Path) -> None:
    """No slip, token or salt is left in any byte of the file, its log or its journal."""
    await leaves_nothing(tmp_path)


async def are_kept_apart(folder: Path) -> None:
    """Claim that nobody's token is the same in two ledgers, or in two periods."""
    async with open_world(folder / "apart") as one:
        await filed(one)
        first = {row[4] for row in await one.fetch_rows("slip")}
        await one.close_period()
        await one.file_debriefs(*CLINICIANS)
        second = {row[4] for row in await one.fetch_rows("slip")}

    assert len(first) == len(second) == 18
    assert not first & second


async def test_two_ledgers_and_two_periods_cannot_be_joined(tmp_path: Path) -> None:
    """One person has another token in each, so that no slip leads to another."""
    await are_kept_apart(tmp_path)


async def test_the_inbox_tells_nobody_apart_without_the_pepper(tmp_path: Path) -> None:
    """That somebody sent a form off is a keyed digest and a day, alike for every form."""
    async with open_world(tmp_path) as one:
        await filed(one)
    kept = dump(tmp_path)["inbox"]
    names = [who.id for who in CLINICIANS]
    tried = {
        hashlib.sha256(f"{kind}\0{key}".encode()).digest()
        for kind in ("debrief", "checkin")
        for key in [f"act {number}" for number in range(400)] + names
    }

    assert len(kept) == 9
    assert {len(row) for row in kept} == {2}
    assert not tried & {row[0] for row in kept}


def right_by(order: list[bytes], tokens_in_order: list[bytes]) -> float:
    """How many slips an order puts on the right person, where filing went down a known list."""
    return sum(a == b for a, b in zip(order, tokens_in_order, strict=True)) / len(order)


async def test_the_order_of_storage_puts_no_slip_on_its_person(tmp_path: Path) -> None:
    """Who knows the order of filing and tries every order of the file does no better than chance.

    One in nine is right by chance; a naive table with a running number is right every time.
    Three standard deviations over thirty rounds, for each of the orders, are 0.06 apiece.
    """
    assert right_by([b"a", b"b"], [b"a", b"b"]) == 1
    found = await rights(tmp_path, ROUNDS)

    assert set(found) == {"by key", "by place", "backwards", "by inbox"}
    assert max(found.values()) <= 1 / 9 + 0.12


async def rights(folder: Path, rounds: int) -> dict[str, float]:
    """Which share of slips each order puts on the right person, over so many rounds."""
    found: Counter[str] = Counter()
    async with open_world(folder) as one:
        await set_up_team(one.context)
        for _ in range(rounds):
            await one.file_debriefs(*CLINICIANS)
            await one.context.store.checkpoint()
            truth = await in_order(one)
            for name, order in orders(folder).items():
                found[name] += sum(a == b for a, b in zip(order, truth, strict=True))
            for who in CLINICIANS:
                await one.submit_form("withdraw", who, {})
    return {name: many / rounds / len(CLINICIANS) for name, many in found.items()}


async def in_order(one: World) -> list[bytes]:
    """The tokens in the total's ledger, in the order in which people filed."""
    periods = {row[0]: row for row in await one.fetch_rows("period")}
    salt = next(value for value in periods["total"] if isinstance(value, bytes))
    return [pseudonyms.derive_contributor_token(PEPPER, salt, who) for who in CLINICIANS]


def orders(folder: Path) -> dict[str, list[bytes]]:
    """The total's tokens in every order that a copy of the file suggests."""
    kept, held = dump(folder), read_all_bytes(folder)
    rows = [row for row in kept["slip"] if row[1] == "total"]
    by_key = [row[4] for row in rows if isinstance(row[4], bytes)]
    by_place = sorted(by_key, key=held.find)
    digests = [row[0] for row in kept["inbox"] if isinstance(row[0], bytes)]
    places = sorted(range(len(digests)), key=lambda at: held.find(digests[at]))
    by_inbox = [by_key[at % len(by_key)] for at in places[: len(by_key)]]
    return {
        "by key": by_key,
        "by place": by_place,
        "backwards": by_place[::-1],
        "by inbox": by_inbox,
    }


async def test_whoever_filed_the_rest_of_the_dump_is_the_same(tmp_path: Path) -> None:
    """But for slips and done acts, two worlds in which others filed keep the same rows."""

    async def before(one: World) -> None:
        await set_up_team(one.context)

    def by(*people: Person) -> Callable[[World], Awaitable[object]]:
        async def act(one: World) -> object:
            await one.file_debriefs(*people)
            return await one.fetch_tables("slip", "inbox")

        return act

    pairs = list(permutations(CLINICIANS, 2))[:3]
    kept = await run_in_forks(tmp_path, before, by(), *(by(*pair) for pair in pairs))

    assert all(one == kept[0] for one in kept)

"""Draw a table's noise again from an old backup and the pepper, and compare it with the table.

The attacker knows what all others filed, has a copy of the open period, the pepper and the
published tables, and knows how keys, tokens and noise are derived. Every value at hand is tried as
the key.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

from bot.conversation import Person
from bot.domain.codebook import FORM_CODES, TOTAL_CODE
from bot.domain.counts import pseudonyms, release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import TOTAL
from bot.store import sealing
from bot.store.repositories import Repositories
from schedules import retention
from tests.attacks.environment import AttackEnvironment, AttackTeam, open_environment
from tests.attacks.guessing_game import Score
from tests.attacks.night_bytes import HASHES, NightCopy, copy_files
from tests.domain.counts.utility import Slips, terms_for_size
from tests.doubles import PEPPERS

TEAM_SIZE, TEAM_COUNT, MAX_PERIODS = 11, 4, 4
OTHERS_FORMS = ("away",) * 18 + ("against",) * 2
"""Two each: the total is at a band's edge and a leader is named, so that tables show noise."""

Identity = tuple[bytes, ...]
Filed = Sequence[tuple[Person, str]]


@dataclass(frozen=True)
class PublishedTable:
    """A published table, with the identity of its period, which an old copy shows."""

    identity: Identity
    body: str

    @property
    def ledger(self) -> str:
        """The ledger of the table."""
        return self.identity[2].decode()


def list_keys(copy: NightCopy, pepper: bytes) -> set[bytes]:
    """Return every key that the attacker tries: the values of the copy, and mixed with *pepper*."""
    values = [value for value in copy.values if len(value) <= 64]
    identities = [part for record in copy.records for part in record.identity]
    mixed = {derive(pepper, value) for derive in HASHES for value in (*values, *identities)}
    return {pepper, *values, *mixed}


def derive_subkeys(key: bytes, table: PublishedTable) -> tuple[bytes, bytes]:
    """Return the keys of the tokens and of the noise that *table* would have under *key*."""
    return (
        sealing.derive_subkey(key, sealing.TOKEN_LABEL, *table.identity),
        sealing.derive_subkey(key, sealing.NOISE_LABEL, *table.identity),
    )


def redraw_bodies(
    token_key: bytes, noise_key: bytes, table: PublishedTable, worlds: Sequence[Filed]
) -> list[str]:
    """Return the table that each of *worlds* would have under two keys derived for it.

    The worlds share most people, so each person's token is derived once.
    """
    people = {person for filed in worlds for person, _ in filed}
    tokens = {person: pseudonyms.derive_contributor_token(token_key, person) for person in people}
    return [
        _draw_body(
            noise_key,
            table.ledger,
            [
                (tokens[person], TOTAL_CODE if table.ledger == TOTAL else code)
                for person, code in filed
            ],
        )
        for filed in worlds
    ]


def _draw_body(noise_key: bytes, ledger: str, token_codes: Slips) -> str:
    generator = NoiseGenerator(pseudonyms.derive_noise_key(noise_key, token_codes))
    terms = terms_for_size(TEAM_SIZE)
    if ledger == TOTAL:
        return release_rule.release_total(token_codes, terms.total, generator).json_body
    return release_rule.release_breakdown(token_codes, "form", terms.breakdown, generator).json_body


def guess_world(
    keys: Sequence[bytes], tables: Sequence[PublishedTable], worlds: Sequence[Filed]
) -> int:
    """Guess the world that most keys redraw, both tables together; a coin decides a tie.

    Keys of which the same keys are derived redraw the same tables, which are drawn once.
    """
    fits = [0 for _ in worlds]

    @cache
    def redraw(subkeys: tuple[bytes, bytes], number: int, indexes: tuple[int, ...]) -> list[str]:
        return redraw_bodies(*subkeys, tables[number], [worlds[index] for index in indexes])

    for key in keys:
        fitting = list(range(len(worlds)))
        for number, table in enumerate(tables):
            bodies = redraw(derive_subkeys(key, table), number, tuple(fitting))
            fitting = [
                index for index, body in zip(fitting, bodies, strict=True) if body == table.body
            ]
        for index in fitting:
            fits[index] += 1
    if fits[0] == fits[1]:
        return secrets.randbelow(2)
    return fits.index(max(fits))


async def play_redraws(period_count: int, *, has_pepper: bool = True) -> Score:
    """Play *period_count* periods of four teams, in each of which one person filed or did not.

    A database has a few periods only: the attacker tries every value of it on every table. The
    daily duty runs between two periods, so that a copy has the digests of its own period alone.
    """
    right = 0
    for first_period in range(0, period_count, MAX_PERIODS):
        async with open_environment(TEAM_SIZE, TEAM_COUNT) as environment:
            for _ in range(min(MAX_PERIODS, period_count - first_period)):
                right += await _play_period(environment, PEPPERS[0] if has_pepper else b"a guess")
                await retention.run(environment.context)
    play_count = period_count * TEAM_COUNT
    return Score(play_count, right / play_count, 0.0)


async def _play_period(environment: AttackEnvironment, pepper: bytes) -> int:
    truths = [secrets.randbelow(2) for _ in environment.teams]
    await environment.file_concurrently(
        [(person, (form,)) for team in environment.teams for person, form in _others_filed(team)]
    )
    await environment.file_concurrently(
        [
            (team.target, FORM_CODES[:truth])
            for team, truth in zip(environment.teams, truths, strict=True)
        ]
    )
    database = environment.context.store._engines.writer.url.database
    backup = copy_files(Path(str(database)).parent)
    await environment.close_all_periods()
    bodies = await environment.context.store.across_workspaces.read(_fetch_bodies)
    keys = sorted(list_keys(backup, pepper))
    return sum(
        guess_world(keys, _list_tables(team, backup, bodies), _list_worlds(team)) == truth
        for team, truth in zip(environment.teams, truths, strict=True)
    )


def _fetch_bodies(repos: Repositories) -> dict[Identity, str]:
    rows = repos._connection.exec_driver_sql("select unit, ledger, closes, body from release")
    return {tuple(str(part).encode() for part in row[:3]): row[3] for row in rows}


def _list_tables(
    team: AttackTeam, backup: NightCopy, bodies: dict[Identity, str]
) -> list[PublishedTable]:
    """Return the tables of *team*, the total first: it is drawn faster, and rules out keys."""
    tables = [
        PublishedTable(record.identity, bodies[record.identity[1:]])
        for record in backup.records
        if record.identity[1] == f"team:{team.team.id}".encode()
    ]
    return sorted(tables, key=lambda table: table.ledger != TOTAL)


def _others_filed(team: AttackTeam) -> list[tuple[Person, str]]:
    return list(zip(cycle(team.others), OTHERS_FORMS, strict=False))


def _list_worlds(team: AttackTeam) -> tuple[Filed, Filed]:
    others = _others_filed(team)
    return others, [*others, (team.target, FORM_CODES[0])]

"""Who asked for a reminder after a debrief, from one copy of the database or from two nights.

An intention named its person, and one asked for after ``/rupture`` stands beside a count that no
check-in leaves: answering a check-in resets the count.
"""

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.store import sealing
from bot.store.repositories import Repositories
from schedules import retention
from tests.attacks.database_copies import BotInstance, open_instance
from tests.sample_team import CLINICIANS, TEAM, FormAnswers, set_up_team

Rows = list[tuple[object, ...]]
Night = dict[str, Rows]
"""What a night's copy contains: the rows of each table, without the keys."""

ROUNDS, MAX_HITS = 20, 8
"""With nine people, chance names the right one more than eight times in 1 of 10,000 runs."""

DEEPER_ANSWERS: FormAnswers = {
    "strain": "bond",
    "mine": ("missed_cue",),
    "cue_away": ("few_words",),
    "help": "supervision",
}
UNANSWERED = 2


def guess_person(nights: Sequence[Night]) -> Person:
    """Return the person who asked for a reminder, by the rows of people, else by the record.

    A person's rows are those that contain their id. Without a suspect the slot decides of which
    the record's bytes differ most between the nights, or are most often zero in one.
    """
    first, last = nights[0], nights[-1]
    suspects = [
        person
        for person in CLINICIANS
        if find_rows(last, person).get("intention")
        or find_rows(first, person) != find_rows(last, person)
    ]
    return suspects[0] if len(suspects) == 1 else CLINICIANS[guess_slot(nights)]


def guess_slot(nights: Sequence[Night]) -> int:
    """Return the number of the slot that stands out most in the record's bytes."""
    old, new = (find_record(night) for night in (nights[0], nights[-1]))
    body = bytes(a ^ b for a, b in zip(old, new, strict=True)) if len(nights) > 1 else new
    length = max(1, len(body) // len(CLINICIANS))
    scores = [
        body[start : start + length].count(0)
        for start in range(0, length * len(CLINICIANS), length)
    ]
    return scores.index(min(scores) if len(nights) > 1 else max(scores))


def find_record(night: Night) -> bytes:
    """Return the body of the team's record."""
    (body,) = (row[1] for row in night["team_record"])
    assert isinstance(body, bytes)
    return body


def find_rows(night: Night, person: Person) -> dict[str, Rows]:
    """Return the rows that contain the id of *person*, by table."""
    return {name: [row for row in rows if person.id in row] for name, rows in night.items()}


def copy_night(folder: Path) -> Night:
    """Read everything that a copy of the database's file contains, without the keys."""
    with closing(sqlite3.connect(folder / "attune.sqlite")) as database:
        names = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {
            name: database.execute(f"select * from [{name}]").fetchall()  # noqa: S608 - the file names them
            for (name,) in names
        }


async def prepare_members(instance: BotInstance) -> None:
    """Let everybody join, with two check-ins unanswered."""
    await set_up_team(instance.context)

    def join_all(repos: Repositories) -> None:
        for person in CLINICIANS:
            repos.people.join_team(person, TEAM.id)
            repos.people.set_unanswered_count(person, UNANSWERED)

    await instance.context.store.across_workspaces.write(join_all)


async def play_week(instance: BotInstance, wisher: Person) -> None:
    """Let everybody refine a guide in random order; one of them asks for a reminder."""
    for person in secrets.SystemRandom().sample(CLINICIANS, len(CLINICIANS)):
        wish = {"wish": "yes" if person == wisher else "no"}
        await instance.submit_form("deeper", person, {**DEEPER_ANSWERS, **wish}, "away.touched")


async def fetch_wishers(context: Context) -> list[Person]:
    """Return everybody with an intention, as the bot itself knows."""
    return await context.store.across_workspaces.read(
        lambda repos: [person for person in CLINICIANS if repos.intentions.get_intention(person)]
    )


async def measure_hits(folder: Path, night_count: int) -> int:
    """Return how often the attacker names the person, of all rounds with one copy or two nights."""
    hits = 0
    async with open_instance(folder) as instance:
        await prepare_members(instance)
        for _ in range(ROUNDS):
            await instance.context.store.checkpoint()
            nights = [copy_night(folder)] if night_count > 1 else []
            wisher = secrets.choice(CLINICIANS)
            await play_week(instance, wisher)
            assert await fetch_wishers(instance.context) == [wisher]
            nights.append(copy_night(folder))
            hits += guess_person(nights) == wisher
            instance.clock.advance(days=10)
            await retention.run(instance.context)
            await instance.context.store.across_workspaces.write(
                lambda repos: [
                    repos.people.set_unanswered_count(person, UNANSWERED) for person in CLINICIANS
                ]
            )
    return hits


def test_attack_names_the_person_in_the_earlier_layout() -> None:
    """With a row beside each name, one copy and two nights name the person every time."""
    for wisher in CLINICIANS:
        people: Rows = [(person.workspace, person.id, UNANSWERED) for person in CLINICIANS]
        before: Night = {"person": people, "intention": []}
        wish = (wisher.workspace, wisher.id, "again", "ring", "2026-W37")
        after: Night = {"person": people, "intention": [wish]}

        assert guess_person([after]) == guess_person([before, after]) == wisher


@pytest.mark.parametrize("night_count", [1, 2], ids=["one copy", "two nights"])
async def test_wish_names_no_person(tmp_path: Path, night_count: int) -> None:
    """No row beside a name exists or changes: the attacker cannot do better than guess."""
    assert await measure_hits(tmp_path, night_count) <= MAX_HITS


async def test_unsealed_record_contains_the_wish(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without encryption the copy has the code of the wish, and with it no trace of it."""
    wish_counts = []
    for name in ("sealed", "unsealed"):
        if name == "unsealed":
            monkeypatch.setattr(sealing, "seal", lambda _key, plaintext, *_data: plaintext)
            monkeypatch.setattr(sealing, "open_sealed", lambda _key, body, *_data: body)
        async with open_instance(tmp_path / name) as instance:
            await prepare_members(instance)
            await play_week(instance, CLINICIANS[0])
        wish_counts.append(find_record(copy_night(tmp_path / name)).count(b"again"))

    assert wish_counts == [0, 1]

"""The wired bot behind Microsoft's own protocol: chats, dialogs, clocks and restarts."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.conversation import Person
from tests.chat.conftest import reopened
from tests.chat.expectations import DEBRIEF, MONDAY, WORDS, at, slips
from tests.chat.msteams import activities, testbed
from tests.chat.on_teams import OnTeams
from tests.chat.surfaces import plain
from tests.database_files import every_byte


async def sent(teams: OnTeams, activity: dict[str, Any]) -> Any:
    """Deliver an activity, and return what was answered."""
    answer = await teams._post(activity)
    return answer.json if answer.body else None


async def test_a_command_chosen_in_a_channel_is_private_from_beginning_to_end(
    teams: OnTeams,
) -> None:
    """The card that answers is for one alone; its dialog files a debrief, once, unseen."""
    channel = activities.in_channel(thread="1")
    await sent(teams, activities.slash(teams.ms.service, "rupture", teams.marie))
    (card,) = teams.ms.posted
    opens = testbed.action(card.card, "Open")["data"]
    opened = await sent(teams, activities.fetched(teams.ms.service, opens, teams.marie, **channel))
    form = opened["task"]["value"]["card"]["content"]
    save = testbed.action(form, WORDS.say("rupture.form.submit"))["data"]
    data = save | {name: codes[0] for name, codes in DEBRIEF.items()}
    filed = activities.submitted(teams.ms.service, data, teams.marie, **channel)
    for again in (filed, filed, {**filed, "id": "f:another"}):
        guide = await sent(teams, again)

    assert card.query == {"isTargetedActivity": "true"}
    assert guide["task"]["value"]["title"] == WORDS.say("rupture.guide.title")
    assert await slips(teams) == 2
    assert len(teams.ms.posted) == 1


async def test_joining_from_the_channels_card_is_seen_by_nobody_else(teams: OnTeams) -> None:
    """Join answers whoever pressed it in the place of the card; the channel's own stays."""
    await sent(teams, activities.installed(teams.ms.service, **activities.in_channel()))
    await teams.bot.tick()
    (card,) = [one for one in teams.ms.posted if teams.channel in one.path]
    join = testbed.action(card.card, WORDS.say("common.step.join"))["data"]
    before = len(teams.ms.calls)

    pressed = activities.executed(teams.ms.service, join, teams.marie, **activities.in_channel())
    answer = await sent(teams, pressed)

    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert len(teams.ms.calls) == before


async def test_whoever_never_wrote_is_asked_and_after_a_restart_too(
    teams: OnTeams, tmp_path: Path
) -> None:
    """Joined from the channel, Marie's chat is opened once; a new process knows the way to it."""
    await teams.bot.desk.store.write(
        lambda books: books.people.join(
            Person(f"msteams:{teams.workspace}", teams.marie),
            next(team.id for team in books.teams.every()),
        )
    )
    await sent(teams, activities.installed(teams.ms.service, **activities.in_channel()))
    await at(teams, MONDAY + timedelta(minutes=1))
    opened = [one for one in teams.ms.calls if one.path == "/v3/conversations"]
    assert len(opened) == len(teams.received(teams.marie)) == 1

    async with reopened(tmp_path, teams) as again:
        await at(again, MONDAY + timedelta(weeks=1, minutes=1))

    assert [one for one in teams.ms.calls if one.path == "/v3/conversations"] == opened
    assert len(teams.received(teams.marie)) == 2


async def test_removing_the_app_ends_what_is_owed_and_adding_it_resumes(teams: OnTeams) -> None:
    """Uninstalled, a person is owed nothing; installed again, the next question comes."""
    await teams.command(teams.marie, "checkin join")
    chat = teams._in_chat(teams.marie)
    before = len(teams.received(teams.marie))
    counts = []
    for week, action in enumerate(("remove", "add")):
        await sent(teams, activities.installed(teams.ms.service, action, teams.marie, **chat))
        await at(teams, MONDAY + timedelta(weeks=week, minutes=1))
        counts.append(len(teams.received(teams.marie)) - before)

    assert counts == [0, 1]


async def test_no_word_that_somebody_typed_is_kept(teams: OnTeams, tmp_path: Path) -> None:
    """Neither the store nor any answer holds what was written to the bot."""
    await teams.command(teams.marie, "rupture canary about a client")
    await teams.command(teams.marie, "canary")

    assert "canary" not in await asyncio.to_thread(_written, tmp_path)
    assert "canary" not in plain(teams.kept_by_the_product())


def _written(folder: Path) -> str:
    return every_byte(folder).decode("latin-1")

"""The wired bot behind Microsoft's own protocol: chats, dialogs, clocks and restarts."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.conversation import Person
from tests.chat.conftest import restart_bot
from tests.chat.expectations import DEBRIEF_ANSWERS, MONDAY, WORDS, advance_and_deliver, count_slips
from tests.chat.msteams import activities, testbed
from tests.chat.on_teams import TeamsProduct
from tests.chat.surfaces import normalize_text
from tests.database_files import read_all_bytes


async def sent(teams: TeamsProduct, activity: dict[str, Any]) -> Any:
    """Deliver an activity, and return what was answered."""
    answer = await teams._post_activity(activity)
    return answer.json if answer.body else None


async def test_a_command_chosen_in_a_channel_is_private_from_beginning_to_end(
    teams: TeamsProduct,
) -> None:
    """The card that answers is for one alone; its dialog files a debrief, once, unseen."""
    channel = activities.channel_parts(thread_id="1")
    await sent(
        teams, activities.build_targeted_command(teams.ms.service_url, "rupture", teams.marie)
    )
    (card,) = teams.ms.posted_messages
    opens = testbed.find_action(card.card, "Open")["data"]
    opened = await sent(
        teams, activities.build_dialog_fetch(teams.ms.service_url, opens, teams.marie, **channel)
    )
    form = opened["task"]["value"]["card"]["content"]
    save = testbed.find_action(form, WORDS.translate("rupture.form.submit"))["data"]
    data = save | {name: codes[0] for name, codes in DEBRIEF_ANSWERS.items()}
    filed = activities.build_dialog_submission(teams.ms.service_url, data, teams.marie, **channel)
    for again in (filed, filed, {**filed, "id": "f:another"}):
        guide = await sent(teams, again)

    assert card.query == {"isTargetedActivity": "true"}
    assert guide["task"]["value"]["title"] == WORDS.translate("rupture.guide.title")
    assert await count_slips(teams) == 2
    assert len(teams.ms.posted_messages) == 1


async def test_joining_from_the_channels_card_is_seen_by_nobody_else(teams: TeamsProduct) -> None:
    """Join answers whoever pressed it in the place of the card; the channel's own stays."""
    await sent(
        teams,
        activities.build_installation_update(teams.ms.service_url, **activities.channel_parts()),
    )
    await teams.bot.run_duties_and_deliver()
    (card,) = [one for one in teams.ms.posted_messages if teams.channel in one.path]
    join = testbed.find_action(card.card, WORDS.translate("common.step.join"))["data"]
    before = len(teams.ms.calls)

    pressed = activities.build_card_action(
        teams.ms.service_url, join, teams.marie, **activities.channel_parts()
    )
    answer = await sent(teams, pressed)

    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert len(teams.ms.calls) == before


async def test_whoever_never_wrote_is_asked_and_after_a_restart_too(
    teams: TeamsProduct, tmp_path: Path
) -> None:
    """Joined from the channel, Marie's chat is opened once; a new process knows the way to it."""
    await teams.bot.context.store.write(
        lambda repos: repos.people.join_team(
            Person(f"msteams:{teams.workspace}", teams.marie),
            next(team.id for team in repos.teams.list_teams()),
        )
    )
    await sent(
        teams,
        activities.build_installation_update(teams.ms.service_url, **activities.channel_parts()),
    )
    await advance_and_deliver(teams, MONDAY + timedelta(minutes=1))
    opened = [one for one in teams.ms.calls if one.path == "/v3/conversations"]
    assert len(opened) == len(teams.received_messages(teams.marie)) == 1

    async with restart_bot(tmp_path, teams) as again:
        await advance_and_deliver(again, MONDAY + timedelta(weeks=1, minutes=1))

    assert [one for one in teams.ms.calls if one.path == "/v3/conversations"] == opened
    assert len(teams.received_messages(teams.marie)) == 2


async def test_removing_the_app_ends_what_is_owed_and_adding_it_resumes(
    teams: TeamsProduct,
) -> None:
    """Uninstalled, a person is owed nothing; installed again, the next question comes."""
    await teams.run_command(teams.marie, "checkin join")
    chat = teams._conversation_parts(teams.marie)
    before = len(teams.received_messages(teams.marie))
    counts = []
    for week, action in enumerate(("remove", "add")):
        await sent(
            teams,
            activities.build_installation_update(teams.ms.service_url, action, teams.marie, **chat),
        )
        await advance_and_deliver(teams, MONDAY + timedelta(weeks=week, minutes=1))
        counts.append(len(teams.received_messages(teams.marie)) - before)

    assert counts == [0, 1]


async def test_no_word_that_somebody_typed_is_kept(teams: TeamsProduct, tmp_path: Path) -> None:
    """Neither the store nor any answer holds what was written to the bot."""
    await teams.run_command(teams.marie, "rupture canary about a client")
    await teams.run_command(teams.marie, "canary")

    assert "canary" not in await asyncio.to_thread(_written, tmp_path)
    assert "canary" not in normalize_text(teams.stored_chat_text())


def _written(folder: Path) -> str:
    return read_all_bytes(folder).decode("latin-1")

"""The complete bot behind Teams' protocol: chats, dialogs, scheduled messages and restarts."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.conversation import Person
from tests.chat.conftest import restart_bot
from tests.chat.expectations import DEBRIEF_ANSWERS, MONDAY, WORDS, advance_and_deliver, count_codes
from tests.chat.msteams import activities, testbed
from tests.chat.on_teams import TeamsProduct
from tests.chat.surfaces import normalize_text
from tests.database_files import read_all_bytes


async def send_activity(teams: TeamsProduct, activity: dict[str, Any]) -> Any:
    """Send an activity and return the parsed body of the response."""
    response = await teams._post_activity(activity)
    return response.json if response.body else None


async def test_a_targeted_command_stays_private_to_the_end(teams: TeamsProduct) -> None:
    """The card in reply is visible to its sender only; its dialog files one debrief, unseen."""
    channel = activities.channel_parts(thread_id="1")
    await send_activity(
        teams, activities.build_targeted_command(teams.ms.service_url, "rupture", teams.marie)
    )
    (card,) = teams.ms.posted_messages
    launcher_data = testbed.find_action(card.card, "Open")["data"]
    dialog = await send_activity(
        teams,
        activities.build_dialog_fetch(teams.ms.service_url, launcher_data, teams.marie, **channel),
    )
    form = dialog["task"]["value"]["card"]["content"]
    submit_data = testbed.find_action(form, WORDS.translate("rupture.form.submit"))["data"]
    data = submit_data | {name: codes[0] for name, codes in DEBRIEF_ANSWERS.items()}
    submission = activities.build_dialog_submission(
        teams.ms.service_url, data, teams.marie, **channel
    )
    for activity in (submission, submission, {**submission, "id": "f:another"}):
        guide = await send_activity(teams, activity)

    assert card.query == {"isTargetedActivity": "true"}
    assert guide["task"]["value"]["title"] == WORDS.translate("rupture.guide.title")
    assert await count_codes(teams) == 2
    assert len(teams.ms.posted_messages) == 1


async def test_joining_from_a_channel_card_is_private(teams: TeamsProduct) -> None:
    """The response replaces the card for the person who joined; the channel's card is unchanged."""
    await send_activity(
        teams,
        activities.build_installation_update(teams.ms.service_url, **activities.channel_parts()),
    )
    await teams.bot.run_duties_and_deliver()
    (card,) = [call for call in teams.ms.posted_messages if teams.channel in call.path]
    join_data = testbed.find_action(card.card, WORDS.translate("common.step.join"))["data"]
    before = len(teams.ms.calls)

    card_action = activities.build_card_action(
        teams.ms.service_url, join_data, teams.marie, **activities.channel_parts()
    )
    response = await send_activity(teams, card_action)

    assert response["type"] == "application/vnd.microsoft.card.adaptive"
    assert len(teams.ms.calls) == before


async def test_a_private_chat_is_created_once_and_its_route_survives_a_restart(
    teams: TeamsProduct, tmp_path: Path
) -> None:
    """Marie's chat is created at the first check-in; a new process reads the stored route."""
    await teams.bot.context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(
            Person(f"msteams:{teams.workspace}", teams.marie),
            next(team.id for team in repos.teams.list_teams()),
        )
    )
    await send_activity(
        teams,
        activities.build_installation_update(teams.ms.service_url, **activities.channel_parts()),
    )
    await advance_and_deliver(teams, MONDAY + timedelta(minutes=1))
    create_calls = [call for call in teams.ms.calls if call.path == "/v3/conversations"]
    assert len(create_calls) == len(teams.received_messages(teams.marie)) == 1

    async with restart_bot(tmp_path, teams) as restarted:
        # A week later a period closes, and the supervisor's chat would be created, too.
        await advance_and_deliver(restarted, MONDAY + timedelta(weeks=2, minutes=1))

    assert [call for call in teams.ms.calls if call.path == "/v3/conversations"] == create_calls
    assert len(teams.received_messages(teams.marie)) == 2


async def test_uninstalling_stops_deliveries_and_installing_resumes_them(
    teams: TeamsProduct,
) -> None:
    """After an uninstall no check-in is sent; after a new installation the next one is."""
    await teams.run_command(teams.marie, "checkin join")
    conversation_parts = teams._conversation_parts(teams.marie)
    before = len(teams.received_messages(teams.marie))
    counts = []
    for week, action in enumerate(("remove", "add")):
        await send_activity(
            teams,
            activities.build_installation_update(
                teams.ms.service_url, action, teams.marie, **conversation_parts
            ),
        )
        await advance_and_deliver(teams, MONDAY + timedelta(weeks=week, minutes=1))
        counts.append(len(teams.received_messages(teams.marie)) - before)

    assert counts == [0, 1]


async def test_no_message_text_is_stored(teams: TeamsProduct, tmp_path: Path) -> None:
    """Neither the database nor any message of the bot contains a user's text."""
    await teams.run_command(teams.marie, "rupture canary about a client")
    await teams.run_command(teams.marie, "canary")

    assert "canary" not in await asyncio.to_thread(_read_database, tmp_path)
    assert "canary" not in normalize_text(teams.stored_chat_text())


def _read_database(folder: Path) -> str:
    return read_all_bytes(folder).decode("latin-1")

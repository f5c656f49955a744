"""The channel of a set-up on Teams, where a client can submit any text as a channel."""

from bot.conversation import Address
from bot.store.repositories import Repositories
from tests.chat.expectations import WORDS
from tests.chat.msteams import activities
from tests.chat.on_teams import TeamsProduct, _collect_inputs
from tests.chat.surfaces import Screen

NEW_CHANNEL = "19:fridayteam@thread.tacv2"
UNKNOWN_SENTENCE = WORDS.translate("supervision.fault.channel_unknown")


async def add_bot_to_channel(teams: TeamsProduct, action: str = "add") -> None:
    """Send the event that the app was added to a channel, or removed from it."""
    await teams._post_activity(
        activities.build_installation_update(
            teams.ms.service_url,
            action,
            teams.supervisor,
            conversation={
                "id": NEW_CHANNEL,
                "conversationType": "channel",
                "tenantId": teams.workspace,
            },
            channelData={
                "tenant": {"id": teams.workspace},
                "team": {"id": NEW_CHANNEL, "name": "Friday team"},
            },
        )
    )


async def submit_channel(teams: TeamsProduct, channel: str) -> Screen:
    """Open the set-up as the supervisor, and submit it with *channel*."""
    form = await teams.run_command(teams.supervisor, "supervision")
    return await teams.submit_form(teams.supervisor, form, {"channel": (channel,)})


async def load_channel(teams: TeamsProduct) -> str:
    """Return the channel of the only team."""
    (team,) = await teams.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams()
    )
    return team.channel


async def test_forged_channel_is_rejected(teams: TeamsProduct) -> None:
    """A channel that the bot was never in is not saved, nor a private chat with the bot."""
    for channel in (NEW_CHANNEL, "a:1marie", "x/../y"):
        screen = await submit_channel(teams, channel)

        assert screen.contains_text(UNKNOWN_SENTENCE)
    assert await load_channel(teams) == teams.channel


async def test_current_channel_stays_valid(teams: TeamsProduct) -> None:
    """A set-up from a team file has a channel without an activity; it can be saved again."""
    screen = await submit_channel(teams, teams.channel)

    assert not screen.contains_text(UNKNOWN_SENTENCE)


async def test_channel_with_the_bot_is_offered_and_saved(teams: TeamsProduct) -> None:
    """A channel to which the app was added is listed by its name, and can be chosen."""
    await add_bot_to_channel(teams)

    form = await teams.run_command(teams.supervisor, "supervision")
    await submit_channel(teams, NEW_CHANNEL)

    choices = [
        choice
        for element in _collect_inputs(form.native_payload)
        if element["id"] == "channel"
        for choice in element["choices"]
    ]
    assert {"title": "Friday team", "value": NEW_CHANNEL} in choices
    assert await load_channel(teams) == NEW_CHANNEL


async def test_channel_known_to_the_store_is_accepted(teams: TeamsProduct) -> None:
    """A channel that was reported before the process started can be chosen."""
    address = Address(f"msteams:{teams.workspace}", channel=NEW_CHANNEL)

    def save_route(repos: Repositories) -> None:
        repos.chat_routes.save_route(address, "route")

    await teams.bot.context.store.across_workspaces.write(save_route)

    await submit_channel(teams, NEW_CHANNEL)

    assert await load_channel(teams) == NEW_CHANNEL


async def test_selected_people_have_their_names(teams: TeamsProduct) -> None:
    """People who wrote to the bot are shown by name in the set-up, others as a colleague."""
    await teams.run_command(teams.marie, "help")

    form = await teams.run_command(teams.supervisor, "supervision")

    titles = {
        choice["value"]: choice["title"]
        for element in _collect_inputs(form.native_payload)
        if element["id"] == "clinicians"
        for choice in element["choices"]
    }
    assert titles[teams.marie] == "Marie Tremblay"
    assert titles[teams.ada] == WORDS.translate("msteams.somebody")

"""The channel of a set-up on Teams, where a client can submit any text as a channel."""

from pathlib import Path

import pytest

from bot.conversation import Address
from bot.domain.people import Team
from bot.store.repositories import Repositories
from tests.chat.conftest import restart_bot
from tests.chat.expectations import WORDS
from tests.chat.msteams import activities
from tests.chat.on_teams import TeamsProduct, _collect_inputs
from tests.chat.surfaces import Screen

NEW_CHANNEL = "19:fridayteam@thread.tacv2"
TEAM_ID = "19:clinic@thread.tacv2"
UNKNOWN_SENTENCE = WORDS.translate("supervision.fault.channel_unknown")


async def add_bot_to_channel(
    teams: TeamsProduct, action: str = "add", channel: str = NEW_CHANNEL
) -> None:
    """Send the event that the app was added to a channel, or removed from it."""
    await teams._post_activity(
        activities.build_installation_update(
            teams.ms.service_url,
            action,
            teams.supervisor,
            conversation={
                "id": channel,
                "conversationType": "channel",
                "tenantId": teams.workspace,
            },
            channelData={
                "tenant": {"id": teams.workspace},
                "team": {"id": channel, "name": "Friday team"},
            },
        )
    )


async def submit_channel(teams: TeamsProduct, channel: str) -> Screen:
    """Open the set-up as the supervisor, and submit it with *channel*."""
    form = await teams.run_command(teams.supervisor, "supervision")
    return await teams.submit_form(teams.supervisor, form, {"channel": (channel,)})


async def save_channel(teams: TeamsProduct, channel: str) -> Screen:
    """Open the set-up as the supervisor, submit it with another *channel*, and apply that."""
    return await teams.submit_form(teams.supervisor, await submit_channel(teams, channel), {})


async def load_channel(teams: TeamsProduct) -> str:
    """Return the channel of the only team."""
    (team,) = await load_teams(teams)
    return team.channel


async def load_teams(teams: TeamsProduct) -> tuple[Team, ...]:
    """Return all teams."""
    return await teams.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams()
    )


def name_members(teams: TeamsProduct) -> dict[str, str]:
    """Make everybody a member of the team's channel, and return their names by id."""
    names = {id_: f"Person named {number}" for number, id_ in enumerate(teams.people)}
    teams.ms.person_names |= names
    teams.ms.rosters[teams.channel] = list(names)
    return names


def list_choices(form: Screen, field_id: str) -> dict[str, str]:
    """Return the titles of the choices of a field, by value."""
    return {
        choice["value"]: choice["title"]
        for element in _collect_inputs(form.native_payload)
        if element["id"] == field_id
        for choice in element["choices"]
    }


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
    await save_channel(teams, NEW_CHANNEL)

    assert list_choices(form, "channel")[NEW_CHANNEL] == "Friday team"
    assert await load_channel(teams) == NEW_CHANNEL


async def test_channel_known_to_the_store_is_accepted(teams: TeamsProduct) -> None:
    """A channel that was reported before the process started can be chosen."""
    address = Address(f"msteams:{teams.workspace}", channel=NEW_CHANNEL)

    def save_route(repos: Repositories) -> None:
        repos.chat_routes.save_route(address, "route")

    await teams.bot.context.store.across_workspaces.write(save_route)

    await save_channel(teams, NEW_CHANNEL)

    assert await load_channel(teams) == NEW_CHANNEL


async def test_selected_people_have_their_names(teams: TeamsProduct) -> None:
    """Each selected person is shown by the name that Teams states for a member of the channel."""
    names = name_members(teams)

    form = await teams.run_command(teams.supervisor, "supervision")

    titles = list_choices(form, "clinicians")
    assert {id_: titles[id_] for id_ in teams.people[:9]} == {
        id_: names[id_] for id_ in teams.people[:9]
    }


async def test_members_of_the_channel_can_be_chosen(teams: TeamsProduct) -> None:
    """A member who is on no list is offered by name, and is saved when they are added."""
    names = name_members(teams)

    form = await teams.run_command(teams.supervisor, "supervision")
    await teams.save_setup(
        teams.supervisor, form, {"clinicians": (*teams.people[:9], teams.stranger)}
    )

    assert list_choices(form, "clinicians")[teams.stranger] == names[teams.stranger]
    (team,) = await load_teams(teams)
    clinicians = await teams.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_declared_clinicians(team.id)
    )
    assert teams.stranger in {clinician.id for clinician in clinicians}


async def test_people_stay_selected_without_their_names(teams: TeamsProduct) -> None:
    """While Teams does not answer, people are numbered, the form says why, and saving is safe."""
    teams.ms.directory_status = 503

    form = await teams.run_command(teams.supervisor, "supervision")
    result = await teams.submit_form(teams.supervisor, form, {})

    titles = list_choices(form, "clinicians")
    assert [titles[id_] for id_ in sorted(teams.people[:9])] == [
        WORDS.translate("msteams.unnamed", number=number) for number in range(1, 10)
    ]
    assert form.contains_text(WORDS.translate("msteams.names_missing", count=9))
    assert result.contains_text(WORDS.translate("setups.preview.unchanged", team="North team"))


async def test_people_of_a_rejected_form_have_their_names(teams: TeamsProduct) -> None:
    """A person whom the client's search added has a name in the form with its errors."""
    names = name_members(teams)
    form = await teams.run_command(teams.supervisor, "supervision")

    rejected = await teams.submit_form(
        teams.supervisor, form, {"name": ("<b>",), "clinicians": (teams.stranger,)}
    )

    assert list_choices(rejected, "clinicians")[teams.stranger] == names[teams.stranger]


async def test_channels_of_the_team_are_offered(teams: TeamsProduct) -> None:
    """All channels of a Microsoft team with the app are offered by name, and can be chosen."""
    teams.ms.teams[TEAM_ID] = {TEAM_ID: "Clinic", NEW_CHANNEL: "Friday"}
    await add_bot_to_channel(teams, channel=TEAM_ID)

    form = await teams.run_command(teams.supervisor, "supervision")
    await teams.save_setup(teams.supervisor, form, {"channel": (NEW_CHANNEL,)})

    choices = list_choices(form, "channel")
    assert choices[TEAM_ID] == "Clinic"
    assert choices[NEW_CHANNEL] == "Clinic \u203a Friday"
    assert await load_channel(teams) == NEW_CHANNEL


async def test_channel_names_outlive_a_restart(teams: TeamsProduct, tmp_path: Path) -> None:
    """After a restart channels are looked up again, also for a form that was open meanwhile."""
    teams.ms.teams[TEAM_ID] = {TEAM_ID: "Clinic", NEW_CHANNEL: "Friday"}
    await add_bot_to_channel(teams, channel=TEAM_ID)
    open_form = await teams.run_command(teams.supervisor, "supervision")

    async with restart_bot(tmp_path, teams) as restarted:
        await restarted.save_setup(restarted.supervisor, open_form, {"channel": (NEW_CHANNEL,)})
        assert await load_channel(restarted) == NEW_CHANNEL
    async with restart_bot(tmp_path, teams) as restarted:
        form = await restarted.run_command(restarted.supervisor, "supervision")

    assert list_choices(form, "channel")[NEW_CHANNEL] == "Clinic \u203a Friday"


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_previewed_channel_outlives_a_restart(
    teams: TeamsProduct, tmp_path: Path, *, is_deleted: bool
) -> None:
    """A channel that was previewed before a restart applies after it, unless it was deleted."""
    teams.ms.teams[TEAM_ID] = {TEAM_ID: "Clinic", NEW_CHANNEL: "Friday"}
    await add_bot_to_channel(teams, channel=TEAM_ID)
    preview = await submit_channel(teams, NEW_CHANNEL)
    if is_deleted:
        del teams.ms.teams[TEAM_ID][NEW_CHANNEL]

    async with restart_bot(tmp_path, teams) as restarted:
        applied = await restarted.submit_form(restarted.supervisor, preview, {})

        assert applied.contains_text(UNKNOWN_SENTENCE) is is_deleted
        expected = teams.channel if is_deleted else NEW_CHANNEL
        assert await load_channel(restarted) == expected

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.admin_actions import WorkspaceAdmin
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.slack_api.test_web_api import refused


@pytest.fixture
def upkeep(engine: SandboxEngine) -> WorkspaceAdmin:
    """Return what the admins can do."""
    return WorkspaceAdmin(engine)


async def test_a_move_is_told_and_looked_up(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, upkeep: WorkspaceAdmin
) -> None:
    """Whoever moves has another zone from then on, for the bot and for the next check-in."""
    before = engine.time_travel.next_checkin(engine.workspace.people["U0CLIN01"])

    await upkeep.change_time_zone("U0CLIN01", "America/Vancouver")

    told = bot.last_payload("event_callback")["event"]
    assert (told["type"], told["user"]["tz"]) == ("user_change", "America/Vancouver")
    looked_up = (await client.users_info(user="U0CLIN01"))["user"]
    assert looked_up["tz"] == "America/Vancouver"
    assert engine.time_travel.next_checkin(engine.workspace.people["U0CLIN01"]) != before


async def test_whoever_leaves_gets_no_more_messages_until_they_return(
    bot: FakeBot, client: AsyncWebClient, upkeep: WorkspaceAdmin
) -> None:
    """A deactivated person cannot be written to; the bot hears of both changes."""
    await upkeep.deactivate_person("U0CLIN01")
    gone = client.chat_postMessage(channel="U0CLIN01", text="x")
    assert (await refused(gone))["error"] == "channel_not_found"
    assert bot.last_payload("event_callback")["event"]["user"]["deleted"] is True

    await upkeep.reactivate_person("U0CLIN01")
    assert (await client.chat_postMessage(channel="U0CLIN01", text="x"))["ok"]


async def test_a_channel_is_opened_to_the_bot_and_closed(
    client: AsyncWebClient, upkeep: WorkspaceAdmin
) -> None:
    """Invited, removed, invited twice, archived: each is what the bot then meets."""

    async def error() -> str:
        return str((await refused(client.chat_postMessage(channel="C0LOBBY", text="x")))["error"])

    assert await error() == "not_in_channel"
    upkeep.add_member("C0LOBBY")
    upkeep.add_member("C0LOBBY")
    assert (await client.chat_postMessage(channel="C0LOBBY", text="x"))["ok"]
    upkeep.archive_channel("C0LOBBY")
    assert await error() == "is_archived"
    upkeep.remove_member("C0LOBBY")
    assert await error() == "not_in_channel"


async def test_a_scope_that_is_granted_opens_its_methods(
    client: AsyncWebClient, upkeep: WorkspaceAdmin
) -> None:
    """The optional scope lets the bot read its own chats back."""
    upkeep.grant_scopes("im:history")
    await client.chat_postMessage(channel="U0CLIN01", text="x")

    assert (await client.conversations_history(channel="D0CLIN01"))["messages"]


async def test_an_app_that_was_taken_out_is_told_and_locked_out(
    bot: FakeBot, client: AsyncWebClient, upkeep: WorkspaceAdmin
) -> None:
    """Both events arrive, and the token opens nothing."""
    await upkeep.uninstall_app()

    kinds = [told["event"]["type"] for told in bot.received_payloads]
    assert kinds == ["tokens_revoked", "app_uninstalled"]
    assert (await refused(client.auth_test()))["error"] == "token_revoked"


async def test_anybody_lets_the_bot_into_a_channel_by_slacks_own_command(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """`/invite` is Slack's, so the bot hears nothing of it and is simply there."""
    await ilse.type_command("/invite @Attune", "C0LOBBY")
    await ilse.type_command("/invite @Attune", "C0LOBBY")

    assert (await client.chat_postMessage(channel="C0LOBBY", text="x"))["ok"]
    assert "#lobby" in ilse.notice_texts()[0]
    assert len(ilse.notice_texts()) == 2
    assert bot.received_payloads == []

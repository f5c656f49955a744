import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.admin_actions import WorkspaceAdmin
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.slack_api.test_web_api import read_error_body


@pytest.fixture
def admin(engine: SandboxEngine) -> WorkspaceAdmin:
    """Return the admin of the workspace."""
    return WorkspaceAdmin(engine)


async def test_a_changed_time_zone_is_sent_and_returned(
    bot: FakeBot, client: AsyncWebClient, engine: SandboxEngine, admin: WorkspaceAdmin
) -> None:
    """A new time zone is in the event, in `users.info` and in the next check-in's instant."""
    slot_before = engine.time_travel.next_checkin(engine.workspace.people["U0CLIN01"])

    await admin.change_time_zone("U0CLIN01", "America/Vancouver")

    event = bot.last_payload("event_callback")["event"]
    assert (event["type"], event["user"]["tz"]) == ("user_change", "America/Vancouver")
    user = (await client.users_info(user="U0CLIN01"))["user"]
    assert user["tz"] == "America/Vancouver"
    assert engine.time_travel.next_checkin(engine.workspace.people["U0CLIN01"]) != slot_before


async def test_a_deactivated_person_receives_no_messages(
    bot: FakeBot, client: AsyncWebClient, admin: WorkspaceAdmin
) -> None:
    """A deactivated person has no chat; deactivation and reactivation both send an event."""
    await admin.deactivate_person("U0CLIN01")
    request = client.chat_postMessage(channel="U0CLIN01", text="x")
    assert (await read_error_body(request))["error"] == "channel_not_found"
    assert bot.last_payload("event_callback")["event"]["user"]["deleted"] is True

    await admin.reactivate_person("U0CLIN01")
    assert (await client.chat_postMessage(channel="U0CLIN01", text="x"))["ok"]


async def test_membership_and_archiving_change_the_api_error(
    client: AsyncWebClient, admin: WorkspaceAdmin
) -> None:
    """A post fails without membership or in an archived channel; a repeated add has no effect."""

    async def post_error() -> str:
        return str(
            (await read_error_body(client.chat_postMessage(channel="C0LOBBY", text="x")))["error"]
        )

    assert await post_error() == "not_in_channel"
    admin.add_member("C0LOBBY")
    admin.add_member("C0LOBBY")
    assert (await client.chat_postMessage(channel="C0LOBBY", text="x"))["ok"]
    admin.archive_channel("C0LOBBY")
    assert await post_error() == "is_archived"
    admin.remove_member("C0LOBBY")
    assert await post_error() == "not_in_channel"


async def test_a_granted_scope_allows_its_methods(
    client: AsyncWebClient, admin: WorkspaceAdmin
) -> None:
    """With the optional scope the bot reads the history of its chats."""
    admin.grant_scopes("im:history")
    await client.chat_postMessage(channel="U0CLIN01", text="x")

    assert (await client.conversations_history(channel="D0CLIN01"))["messages"]


async def test_an_uninstalled_app_loses_its_token(
    bot: FakeBot, client: AsyncWebClient, admin: WorkspaceAdmin
) -> None:
    """Both events are sent, and every request with the token fails."""
    await admin.uninstall_app()

    event_types = [payload["event"]["type"] for payload in bot.received_payloads]
    assert event_types == ["tokens_revoked", "app_uninstalled"]
    assert (await read_error_body(client.auth_test()))["error"] == "token_revoked"


async def test_the_invite_command_adds_the_bot(
    bot: FakeBot, client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """`/invite` is Slack's command: the bot becomes a member and receives no payload."""
    await ilse.type_command("/invite @Attune", "C0LOBBY")
    await ilse.type_command("/invite @Attune", "C0LOBBY")

    assert (await client.chat_postMessage(channel="C0LOBBY", text="x"))["ok"]
    assert "#lobby" in ilse.notice_texts()[0]
    assert len(ilse.notice_texts()) == 2
    assert bot.received_payloads == []


async def test_the_invite_command_adds_the_bot_by_its_name_alone(
    client: AsyncWebClient, ilse: PersonaDriver
) -> None:
    """`/invite help` names nobody: the notice says how to invite the app, which stays outside."""
    await ilse.type_command("/invite help", "C0LOBBY")

    assert (await read_error_body(client.chat_postMessage(channel="C0LOBBY", text="x")))[
        "error"
    ] == "not_in_channel"
    assert "/invite @Attune" in ilse.notice_texts()[0]

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from tests.sandbox.slack_api.test_web_api import read_error_body


async def test_user_object_has_time_zone_locale_and_rights(client: AsyncWebClient) -> None:
    """A user object contains the time zone and rights, and the locale only on request."""
    clinician = (await client.users_info(user="U0CLIN06", include_locale=True))["user"]
    admin = (await client.users_info(user="U0ADMIN1"))["user"]

    assert (clinician["tz"], clinician["locale"], clinician["is_admin"]) == (
        "America/Halifax",
        "en-US",
        False,
    )
    assert clinician["tz_offset"] == -4 * 3600
    assert admin["is_admin"] is True
    assert "locale" not in admin


async def test_deactivated_user_is_deleted_and_has_no_time_zone(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """The user object of a deactivated user has the deleted flag and no time zone."""
    engine.workspace.deactivated_ids.add("U0CLIN01")

    user = (await client.users_info(user="U0CLIN01"))["user"]

    assert user["deleted"] is True
    assert "tz" not in user


async def test_unknown_user_id_is_an_error_and_the_bot_has_a_user_object(
    client: AsyncWebClient,
) -> None:
    """An unknown user id is an error; the user object of the bot has the bot flag."""
    assert (await read_error_body(client.users_info(user="U0NOBODY")))["error"] == "user_not_found"
    assert (await client.users_info(user="U0ATTUNE"))["user"]["is_bot"] is True


async def test_user_list_has_pages(client: AsyncWebClient) -> None:
    """The pages of the user list together contain each user once."""
    first_page = await client.users_list(limit=30)
    second_page = await client.users_list(
        limit=30, cursor=first_page["response_metadata"]["next_cursor"]
    )

    ids = [user["id"] for page in (first_page, second_page) for user in page["members"]]
    assert len(ids) == len(set(ids)) == 46
    assert second_page["response_metadata"]["next_cursor"] == ""


async def test_malformed_argument_of_the_user_list_is_an_error(client: AsyncWebClient) -> None:
    """A cursor of no earlier page is an invalid cursor; a limit has to be an integer."""
    malformed_cursor = await read_error_body(client.users_list(cursor="dXNlcjpV"))
    malformed_limit = await read_error_body(client.api_call("users.list", params={"limit": "all"}))

    assert malformed_cursor["error"] == "invalid_cursor"
    assert malformed_limit["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("cursor", "invalid_cursor"),
        ("oldest", "invalid_ts_oldest"),
        ("latest", "invalid_ts_latest"),
    ],
)
async def test_malformed_argument_of_the_history_is_an_error(
    client: AsyncWebClient, engine: SandboxEngine, argument: str, error: str
) -> None:
    """Each argument of the history that is no number has Slack's error code of its own."""
    engine.workspace.granted_scopes.add("im:history")
    await client.chat_postMessage(channel="U0CLIN01", text="a")
    params = {"channel": "D0CLIN01", argument: "yesterday"}

    body = await read_error_body(client.api_call("conversations.history", params=params))

    assert body["error"] == error


async def test_chat_is_opened_with_the_scope(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """With im:write the chat of a user has an id; a deactivated or unknown user is an error."""
    engine.workspace.granted_scopes.add("im:write")
    engine.workspace.deactivated_ids.add("U0CLIN02")

    assert (await client.conversations_open(users="U0CLIN01"))["channel"]["id"] == "D0CLIN01"
    assert (await read_error_body(client.conversations_open(users="U0CLIN02")))[
        "error"
    ] == "user_disabled"
    assert (await read_error_body(client.conversations_open(users="U0NOBODY")))[
        "error"
    ] == "user_not_found"
    without_users = client.conversations_open(users="")
    assert (await read_error_body(without_users))["error"] == "users_list_not_supplied"


async def test_conversation_object_requires_the_scope_of_its_type(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A channel requires channels:read; its object contains the membership of the bot."""
    needed = (await read_error_body(client.conversations_info(channel="C0LOBBY")))["needed"]
    engine.workspace.granted_scopes.add(needed)

    channel = (await client.conversations_info(channel="C0LOBBY"))["channel"]

    assert (needed, channel["name"], channel["is_member"]) == ("channels:read", "lobby", False)


async def test_history_is_newest_first_with_metadata(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """With im:history the bot reads its messages page by page, with metadata on request."""
    engine.workspace.granted_scopes.add("im:history")
    for key in ("a", "b", "c"):
        metadata = {"event_type": "delivery", "event_payload": {"id": key}}
        await client.chat_postMessage(channel="U0CLIN01", text=key, metadata=metadata)

    page = await client.conversations_history(
        channel="D0CLIN01", limit=2, include_all_metadata=True
    )
    next_page = await client.conversations_history(
        channel="D0CLIN01", cursor=page["response_metadata"]["next_cursor"]
    )

    ids = [message["metadata"]["event_payload"]["id"] for message in page["messages"]]
    assert (ids, page["has_more"]) == (["c", "b"], True)
    assert [message["text"] for message in next_page["messages"]] == ["a"]
    assert "metadata" not in next_page["messages"][0]


async def test_history_starts_at_the_oldest_timestamp(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """History contains messages after the oldest timestamp; the bound itself if inclusive."""
    engine.workspace.granted_scopes.add("im:history")
    first = await client.chat_postMessage(channel="U0CLIN01", text="a")
    await client.chat_postMessage(channel="U0CLIN01", text="b")

    exclusive_page = await client.conversations_history(channel="D0CLIN01", oldest=first["ts"])
    inclusive_page = await client.conversations_history(
        channel="D0CLIN01", oldest=first["ts"], inclusive=True
    )

    assert [message["text"] for message in exclusive_page["messages"]] == ["b"]
    assert [message["text"] for message in inclusive_page["messages"]] == ["b", "a"]

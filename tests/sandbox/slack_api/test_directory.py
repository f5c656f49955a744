from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from tests.sandbox.slack_api.test_web_api import refused


async def test_a_person_has_a_zone_a_locale_and_a_standing(client: AsyncWebClient) -> None:
    """The bot learns what it needs to know of somebody, the locale where it asks for it."""
    told = (await client.users_info(user="U0CLIN06", include_locale=True))["user"]
    plainly = (await client.users_info(user="U0ADMIN1"))["user"]

    assert (told["tz"], told["locale"], told["is_admin"]) == ("America/Halifax", "en-US", False)
    assert told["tz_offset"] == -4 * 3600
    assert plainly["is_admin"] is True
    assert "locale" not in plainly


async def test_somebody_who_left_is_deleted_and_has_no_zone(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A deactivated person is still known, and nothing more is told of them."""
    engine.workspace.deactivated_ids.add("U0CLIN01")

    told = (await client.users_info(user="U0CLIN01"))["user"]

    assert told["deleted"] is True
    assert "tz" not in told


async def test_strangers_are_not_found_and_the_bot_is_a_bot(client: AsyncWebClient) -> None:
    """An id that nobody has is an error; the bot's own is no person."""
    assert (await refused(client.users_info(user="U0NOBODY")))["error"] == "user_not_found"
    assert (await client.users_info(user="U0ATTUNE"))["user"]["is_bot"] is True


async def test_everybody_is_listed_page_by_page(client: AsyncWebClient) -> None:
    """The pages together hold each person once."""
    first = await client.users_list(limit=30)
    second = await client.users_list(limit=30, cursor=first["response_metadata"]["next_cursor"])

    ids = [one["id"] for page in (first, second) for one in page["members"]]
    assert len(ids) == len(set(ids)) == 37
    assert second["response_metadata"]["next_cursor"] == ""


async def test_a_chat_is_opened_where_the_scope_allows(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """With im:write a person's chat has an id; who left, or is nobody, has none."""
    engine.workspace.granted_scopes.add("im:write")
    engine.workspace.deactivated_ids.add("U0CLIN02")

    assert (await client.conversations_open(users="U0CLIN01"))["channel"]["id"] == "D0CLIN01"
    assert (await refused(client.conversations_open(users="U0CLIN02")))["error"] == "user_disabled"
    assert (await refused(client.conversations_open(users="U0NOBODY")))["error"] == "user_not_found"
    nobody = client.conversations_open(users="")
    assert (await refused(nobody))["error"] == "users_list_not_supplied"


async def test_what_a_conversation_is_needs_the_scope_of_its_kind(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A channel needs channels:read, and says whether the bot is in it."""
    needed = (await refused(client.conversations_info(channel="C0LOBBY")))["needed"]
    engine.workspace.granted_scopes.add(needed)

    told = (await client.conversations_info(channel="C0LOBBY"))["channel"]

    assert (needed, told["name"], told["is_member"]) == ("channels:read", "lobby", False)


async def test_a_chat_is_read_back_newest_first_with_its_metadata(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Where it was granted, the bot finds what it posted by the id that it posted with it."""
    engine.workspace.granted_scopes.add("im:history")
    for key in ("a", "b", "c"):
        metadata = {"event_type": "delivery", "event_payload": {"id": key}}
        await client.chat_postMessage(channel="U0CLIN01", text=key, metadata=metadata)

    page = await client.conversations_history(
        channel="D0CLIN01", limit=2, include_all_metadata=True
    )
    rest = await client.conversations_history(
        channel="D0CLIN01", cursor=page["response_metadata"]["next_cursor"]
    )

    ids = [one["metadata"]["event_payload"]["id"] for one in page["messages"]]
    assert (ids, page["has_more"]) == (["c", "b"], True)
    assert [one["text"] for one in rest["messages"]] == ["a"]
    assert "metadata" not in rest["messages"][0]


async def test_a_chat_is_read_back_since_a_moment(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Only what came after the oldest timestamp is told."""
    engine.workspace.granted_scopes.add("im:history")
    first = await client.chat_postMessage(channel="U0CLIN01", text="a")
    await client.chat_postMessage(channel="U0CLIN01", text="b")

    later = await client.conversations_history(channel="D0CLIN01", oldest=first["ts"])
    both = await client.conversations_history(
        channel="D0CLIN01", oldest=first["ts"], inclusive=True
    )

    assert [one["text"] for one in later["messages"]] == ["b"]
    assert [one["text"] for one in both["messages"]] == ["b", "a"]

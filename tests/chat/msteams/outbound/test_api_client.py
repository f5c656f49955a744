from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.outbound.access_token import DummyTokenProvider
from bot.chat.msteams.outbound.api_client import ApiClient
from tests.chat.msteams import microsoft

PATHS_BY_ID = {
    "19:north@thread.tacv2;messageid=1": "19%3Anorth%40thread.tacv2%3Bmessageid%3D1",
    "a/../../tenants": "a%2F..%2F..%2Ftenants",
    "a?isTargetedActivity=false": "a%3FisTargetedActivity%3Dfalse",
    "a#b": "a%23b",
    "a%2F..": "a%252F..",
    "..": "%252E%252E",
    ".": "%252E",
    "équipe 1": "%C3%A9quipe%201",
}
"""The segment of the path by the id that it contains."""

every_id = pytest.mark.parametrize(("id_", "segment"), PATHS_BY_ID.items())


@pytest.fixture
async def client() -> AsyncIterator[ApiClient]:
    """A client without a token."""
    api_client = ApiClient(DummyTokenProvider())
    yield api_client
    await api_client.close()


@every_id
async def test_a_message_is_posted_to_one_segment(
    client: ApiClient, id_: str, segment: str
) -> None:
    """A conversation id is one segment of the path, whatever characters it contains."""
    async with microsoft.run_microsoft() as ms:
        await client.post_card(ConversationRef(ms.service_url, id_), {}, "Hello")

    assert ms.calls[0].raw_path == f"/v3/conversations/{segment}/activities"


@every_id
async def test_an_ephemeral_message_has_no_other_query(
    client: ApiClient, id_: str, segment: str
) -> None:
    """A message that one person sees cannot be made public by its conversation id."""
    async with microsoft.run_microsoft() as ms:
        await client.post_ephemeral(ConversationRef(ms.service_url, id_), {}, "Hello", "29:marie")

    (call,) = ms.calls
    assert urlsplit(call.raw_path).path == f"/v3/conversations/{segment}/activities"
    assert call.query == {"isTargetedActivity": "true"}


@every_id
async def test_a_member_is_one_segment(client: ApiClient, id_: str, segment: str) -> None:
    """A person id is one segment of the path, too."""
    async with microsoft.run_microsoft() as ms:
        await client.fetch_member_name(ConversationRef(ms.service_url, id_), id_)

    assert ms.calls[0].raw_path == f"/v3/conversations/{segment}/members/{segment}"

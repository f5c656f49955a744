import asyncio
import time

import pytest

from bot.chat.msteams.action_data import CardSurface, unpack_action_data
from bot.chat.msteams.adapter import AccessSettings, check_channels
from bot.chat.msteams.conversation_ref import ConversationRef
from tests.chat import asgi
from tests.chat.msteams import activities, microsoft
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft, PlannedAnswer
from tests.chat.msteams.testbed import FORM, collect_actions, open_bench


async def test_start_does_not_wait_for_signing_keys() -> None:
    """The adapter starts immediately, however slowly Microsoft returns its signing keys."""
    async with microsoft.run_microsoft(FakeMicrosoft(keys_delay_seconds=30.0)) as slow_microsoft:
        started_at = time.monotonic()
        async with open_bench(slow_microsoft):
            pass

    assert time.monotonic() - started_at < 5


async def test_signing_keys_are_fetched_at_start(ms: FakeMicrosoft) -> None:
    """Signing keys are cached at start, before the first request."""
    async with open_bench(ms):
        for _ in range(500):
            await asyncio.sleep(0 if ms.key_fetch_count else 0.01)

    assert ms.key_fetch_count == 1


async def test_unsigned_mode_opens_forms_in_the_card(ms: FakeMicrosoft) -> None:
    """Without token validation, for the playground, no dialog is opened or offered."""
    async with open_bench(ms, allow_unsigned=True, openid_metadata_url="") as bench:
        bench.handlers.replies["rupture"] = FORM
        await bench.send_activity(activities.build_message(ms.service_url, "rupture"))

    (action,) = collect_actions(ms.posted_messages[0].card)
    assert action["type"] == "Action.Execute"
    assert unpack_action_data(action["data"]).card_context.surface is CardSurface.MESSAGE


async def test_unauthenticated_requests_are_counted(ms: FakeMicrosoft) -> None:
    """Each refused request is one; Teams has no socket, and the stand-in accepts the token."""
    async with open_bench(ms) as bench:
        for _ in range(2):
            await asgi.send_request(bench.adapter.asgi, "POST", "/api/messages", b"{}")

        assert bench.adapter.refused_request_count == 2
        assert bench.adapter.is_socket_connected is None
        assert not await bench.adapter.has_refused_token()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], {}),
        ([PlannedAnswer(403, {"error": {"code": "BotNotInConversationRoster"}})], True),
        ([PlannedAnswer(502)], None),
        ([PlannedAnswer(429)], None),
    ],
    ids=["in all", "not in one", "no answer", "not now"],
)
async def test_channels_without_the_bot_are_found(
    ms: FakeMicrosoft, answers: list[PlannedAnswer], expected: object
) -> None:
    """Each channel is asked for by its route; without a definite answer nothing is reported."""
    access = AccessSettings(CLIENT_ID, frozenset({TENANT_ID}), openid_metadata_url=ms.metadata_url)
    routes = {id_: str(ConversationRef(ms.service_url, id_)) for id_ in ("19:a", "19:b")}
    ms.planned_answers["pagedMembers"] = answers

    errors = await check_channels(access, routes)

    assert errors == ({"19:a": "BotNotInConversationRoster"} if expected is True else expected)
    assert ms.posted_messages == []

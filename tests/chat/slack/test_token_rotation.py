import asyncio
import time
from dataclasses import dataclass, replace

import pytest

from bot.chat.slack.access_settings import AccessSettings
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.chat.slack.token_rotation import TokenPair, TokenRotationError, TokenRotator
from bot.conversation import Address, SendStatus
from bot.elements import Message, Text
from bot.errors import StoreBusyError
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

MARIE, HELLO = Address("slack:T1", person="U1"), Message("Hello", (Text("Hello"),))
EXPIRED_PAIR = TokenPair("xoxe.xoxb-old", "xoxe-1-old")
ROTATION_RESPONSE = PlannedAnswer(
    {
        "ok": True,
        "token_type": "bot",
        "access_token": "xoxe.xoxb-new",
        "refresh_token": "xoxe-1-new",
        "expires_in": 43_200,
    }
)


@dataclass
class MemoryTokenStore:
    """A token store in memory, shared by all outlets of a test."""

    pair: TokenPair | None = None

    async def load(self) -> TokenPair | None:
        """Return the newest pair."""
        return self.pair

    async def save(self, pair: TokenPair) -> None:
        """Replace the pair."""
        self.pair = pair


class BusyTokenStore(MemoryTokenStore):
    """A store whose first two writes fail."""

    attempt_count = 0

    async def save(self, pair: TokenPair) -> None:
        """Replace the pair, from the third attempt on."""
        self.attempt_count += 1
        if self.attempt_count < 3:
            raise StoreBusyError
        await super().save(pair)


def create_outlet(api: FakeWebApi, token_store: MemoryTokenStore) -> SlackOutlet:
    """Return an outlet of a separate process, which starts with an expired token."""
    rotator = TokenRotator(EXPIRED_PAIR, "1.2", "shh", token_store)
    access = AccessSettings.with_static_token(api.url, "", token_rotator=rotator)
    return SlackOutlet(access.create_api_client())


async def send_from_each(api: FakeWebApi, *outlets: SlackOutlet) -> list[str]:
    """Send a message from each outlet, and return the tokens that were used."""
    for outlet in outlets:
        await outlet.send(MARIE, HELLO, "d1")
        await outlet._api_client.close()
    return [call.token for call in api.calls if call.method == "chat.postMessage"]


async def test_expired_token_is_refreshed_once(api: FakeWebApi) -> None:
    """Concurrent sends refresh an expired token once, and use the new token."""
    api.planned_answers["oauth.v2.access"] = ROTATION_RESPONSE
    token_store = MemoryTokenStore()
    outlet = create_outlet(api, token_store)

    await asyncio.gather(*(outlet.send(MARIE, HELLO, str(number)) for number in range(3)))
    await outlet._api_client.close()

    assert api.called_methods().count("oauth.v2.access") == 1
    assert api.last_arguments("oauth.v2.access")["refresh_token"] == "xoxe-1-old"
    assert {call.token for call in api.calls if call.method == "chat.postMessage"} == {
        "xoxe.xoxb-new"
    }
    assert token_store.pair
    assert token_store.pair.refresh_token == "xoxe-1-new"
    assert token_store.pair.expires_at - time.time() > 43_000


async def test_stored_pair_is_reused_after_restart(api: FakeWebApi) -> None:
    """A new process uses the stored pair, and does not refresh it while it is valid."""
    api.planned_answers["oauth.v2.access"] = ROTATION_RESPONSE
    token_store = MemoryTokenStore()

    tokens = await send_from_each(
        api, create_outlet(api, token_store), create_outlet(api, token_store)
    )

    assert tokens == ["xoxe.xoxb-new"] * 2
    assert api.called_methods().count("oauth.v2.access") == 1


async def test_concurrent_refresh_uses_stored_pair(api: FakeWebApi) -> None:
    """When another process refreshed first, its stored pair replaces the refused refresh."""
    newer_pair = TokenPair("xoxe.xoxb-other", "xoxe-1-other", int(time.time()) + 43_000)

    class RacingTokenStore(MemoryTokenStore):
        async def load(self) -> TokenPair | None:
            previous_pair, self.pair = self.pair, newer_pair
            return previous_pair

    api.plan_error("oauth.v2.access", "invalid_refresh_token")

    assert await send_from_each(api, create_outlet(api, RacingTokenStore())) == ["xoxe.xoxb-other"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("invalid_refresh_token", SendStatus.REJECTED_BY_WORKSPACE),
        ("fatal_error", SendStatus.RETRY_LATER),
        ("", SendStatus.RETRY_LATER),
    ],
)
async def test_failed_refresh_posts_nothing(
    api: FakeWebApi, error: str, status: SendStatus
) -> None:
    """A refused refresh closes the workspace, other errors allow a retry; nothing is posted."""
    if error:
        api.plan_error("oauth.v2.access", error)
    outlet = create_outlet(api, MemoryTokenStore())
    result = await outlet.send(MARIE, HELLO, "d1")
    await outlet._api_client.close()

    assert (result.status, result.reason) == (status, error or "not_renewed")
    assert "chat.postMessage" not in api.called_methods()


async def test_dropped_refresh_leaves_no_message_unknown(api: FakeWebApi) -> None:
    """The message is sent again later: it is certain that a refresh posted nothing."""
    api.planned_answers["oauth.v2.access"] = PlannedAnswer(drops_connection=True)
    outlet = create_outlet(api, MemoryTokenStore())
    result = await outlet.send(MARIE, HELLO, "d1")
    await outlet._api_client.close()

    assert (result.status, result.reason) == (SendStatus.RETRY_LATER, "not_renewed")


async def test_token_is_used_until_it_expires_although_its_refresh_is_dropped(
    api: FakeWebApi,
) -> None:
    """A lost connection costs no message while the token in use is valid."""
    valid_pair = TokenPair("xoxe.xoxb-valid", "xoxe-1-used", int(time.time()) + 3600)
    api.planned_answers["oauth.v2.access"] = PlannedAnswer(drops_connection=True)

    tokens = await send_from_each(api, create_outlet(api, MemoryTokenStore(valid_pair)))

    assert tokens == ["xoxe.xoxb-valid"]


@pytest.mark.parametrize("store_type", [MemoryTokenStore, BusyTokenStore])
async def test_refresh_goes_on_where_its_caller_is_cancelled(
    api: FakeWebApi, store_type: type[MemoryTokenStore]
) -> None:
    """A look-up with a timeout does not lose the pair that Slack has replaced by then.

    A stop that awaits the refresh awaits its repeated write, too.
    """
    api.planned_answers["oauth.v2.access"] = replace(ROTATION_RESPONSE, delay_seconds=0.3)
    token_store = store_type()
    outlet = create_outlet(api, token_store)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await outlet.send(MARIE, HELLO, "d1")
    await outlet._api_client.close()

    assert token_store.pair
    assert token_store.pair.refresh_token == "xoxe-1-new"


async def test_pair_that_cannot_be_stored_is_used_and_stored_later(api: FakeWebApi) -> None:
    """A busy database costs no pair: the new token is used at once, and stored by the end."""
    api.planned_answers["oauth.v2.access"] = ROTATION_RESPONSE
    token_store = BusyTokenStore()

    assert await send_from_each(api, create_outlet(api, token_store)) == ["xoxe.xoxb-new"]
    assert token_store.pair
    assert token_store.pair.refresh_token == "xoxe-1-new"


async def test_token_is_used_until_it_expires_although_its_refresh_is_refused(
    api: FakeWebApi,
) -> None:
    """Another process may have refreshed, and not have stored the pair yet."""
    valid_pair = TokenPair("xoxe.xoxb-valid", "xoxe-1-used", int(time.time()) + 3600)
    api.plan_error("oauth.v2.access", "invalid_refresh_token")
    outlet = create_outlet(api, MemoryTokenStore(valid_pair))

    results = [await outlet.send(MARIE, HELLO, name) for name in ("d1", "d2")]
    await outlet._api_client.close()

    assert [result.status for result in results] == [SendStatus.SENT] * 2
    assert api.called_methods().count("oauth.v2.access") == 1


def test_tokens_are_not_in_repr() -> None:
    """Neither a token pair nor an error shows a secret in its repr."""
    assert "xox" not in repr(EXPIRED_PAIR) + repr(TokenRotationError("invalid_refresh_token"))

import asyncio
import time
from dataclasses import dataclass

import pytest

from bot.chat.slack.adapter import AccessSettings
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.chat.slack.token_rotation import TokenPair, TokenRotationError, TokenRotator
from bot.conversation import Address, SendStatus
from bot.elements import Message, Text
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

MARIE, HELLO = Address("slack:T1", person="U1"), Message("Hello", (Text("Hello"),))
ENDED = TokenPair("xoxe.xoxb-old", "xoxe-1-old")
RENEWED = PlannedAnswer(
    {
        "ok": True,
        "token_type": "bot",
        "access_token": "xoxe.xoxb-new",
        "refresh_token": "xoxe-1-new",
        "expires_in": 43_200,
    }
)


@dataclass
class Drawer:
    """Where the pair is kept, for all the processes of a test."""

    pair: TokenPair | None = None

    async def load(self) -> TokenPair | None:
        """Give the newest."""
        return self.pair

    async def save(self, pair: TokenPair) -> None:
        """Keep the newest."""
        self.pair = pair


def outlet(api: FakeWebApi, drawer: Drawer) -> SlackOutlet:
    """A process that reaches people with a token which Slack lets expire."""
    renewed = TokenRotator(ENDED, "1.2", "shh", drawer)
    access = AccessSettings.from_settings(
        signing_secret=None, bot_token=None, app_token=None, api_url=api.url, token_rotator=renewed
    )
    return SlackOutlet(access.create_api_client())


async def sent(api: FakeWebApi, *outlets: SlackOutlet) -> list[str]:
    """Send a message from each, and tell which token it came with."""
    for one in outlets:
        await one.send(MARIE, HELLO, "d1")
        await one._api_client.close()
    return [call.token for call in api.calls if call.method == "chat.postMessage"]


async def test_a_token_that_ended_is_renewed_before_it_is_used(api: FakeWebApi) -> None:
    """Slack is asked once, with the refresh token; from then on the new token speaks."""
    api.planned_answers["oauth.v2.access"] = RENEWED
    drawer = Drawer()
    one = outlet(api, drawer)

    await asyncio.gather(*(one.send(MARIE, HELLO, str(n)) for n in range(3)))
    await one._api_client.close()

    assert api.called_methods().count("oauth.v2.access") == 1
    assert api.last_arguments("oauth.v2.access")["refresh_token"] == "xoxe-1-old"
    assert {c.token for c in api.calls if c.method == "chat.postMessage"} == {"xoxe.xoxb-new"}
    assert drawer.pair
    assert drawer.pair.refresh_token == "xoxe-1-new"
    assert drawer.pair.expires_at - time.time() > 43_000


async def test_the_newest_pair_outlives_a_restart(api: FakeWebApi) -> None:
    """A new process uses what the last one kept, and asks for nothing while that lasts."""
    api.planned_answers["oauth.v2.access"] = RENEWED
    drawer = Drawer()

    tokens = await sent(api, outlet(api, drawer), outlet(api, drawer))

    assert tokens == ["xoxe.xoxb-new"] * 2
    assert api.called_methods().count("oauth.v2.access") == 1


async def test_whoever_comes_second_takes_what_the_first_renewed(api: FakeWebApi) -> None:
    """Two processes renew at once: Slack refuses the used token, and the other's pair is taken."""
    newer = TokenPair("xoxe.xoxb-other", "xoxe-1-other", int(time.time()) + 43_000)

    class Raced(Drawer):
        async def load(self) -> TokenPair | None:
            before, self.pair = self.pair, newer
            return before

    api.plan_error("oauth.v2.access", "invalid_refresh_token")

    assert await sent(api, outlet(api, Raced())) == ["xoxe.xoxb-other"]


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        ("invalid_refresh_token", SendStatus.CLOSED),
        ("fatal_error", SendStatus.RETRY_LATER),
        ("", SendStatus.RETRY_LATER),
    ],
)
async def test_without_a_token_nothing_was_posted(
    api: FakeWebApi, error: str, fate: SendStatus
) -> None:
    """A refusal closes the workspace, anything else waits; no message is left in doubt."""
    if error:
        api.plan_error("oauth.v2.access", error)
    one = outlet(api, Drawer())
    outcome = await one.send(MARIE, HELLO, "d1")
    await one._api_client.close()

    assert (outcome.status, outcome.reason) == (fate, error or "not_renewed")
    assert "chat.postMessage" not in api.called_methods()


def test_no_token_is_ever_printed() -> None:
    """Neither a pair nor an error shows a secret."""
    assert "xox" not in repr(ENDED) + repr(TokenRotationError("invalid_refresh_token"))

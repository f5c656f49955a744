import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.slack.outbound.api_client import Line
from bot.chat.slack.outbound.outlet import EVENT_TYPE, Account, SlackOutlet
from bot.conversation import Address, Fate, Outcome, Person, Profile
from bot.elements import Home, Message, Text
from tests.chat.slack.web_api import Answer, WebApi

MARIE = Address("slack:T1", person="U1")
TEAM = Address("slack:T1", channel="C1")
HELLO = Message("Hello & <you>", (Text("Hello"),))


@pytest.fixture
async def outlet(api: WebApi) -> AsyncIterator[SlackOutlet]:
    """An outlet over a line of its own, whose token names the workspace."""

    async def token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    line = Line(api.url, token)
    yield SlackOutlet(line)
    await line.close()


async def test_a_message_goes_to_the_person_once_with_its_id_and_nothing_else_of_them(
    api: WebApi, outlet: SlackOutlet
) -> None:
    """A private message is posted to the person's id, with the opaque delivery id beside it."""
    outcome = await outlet.send(MARIE, HELLO, "d1")

    assert outcome == Outcome(Fate.SENT, reference="D1:7.1", way="D1")
    said = api.last("chat.postMessage")
    assert said.keys() == {"channel", "text", "blocks", "metadata", "unfurl_links", "unfurl_media"}
    assert said["metadata"] == {"event_type": EVENT_TYPE, "event_payload": {"id": "d1"}}
    assert (said["channel"], said["text"]) == ("U1", "Hello &amp; &lt;you&gt;")
    assert (said["unfurl_links"], said["unfurl_media"]) == (False, False)
    assert api.calls[0].token == "xoxb-slack:T1"


async def test_a_team_message_goes_to_its_channel(api: WebApi, outlet: SlackOutlet) -> None:
    """A tip of the day is posted in the channel."""
    assert (await outlet.send(TEAM, HELLO, "d1")).reference == "C1:7.1"
    assert api.last("chat.postMessage")["channel"] == "C1"


FATES = {
    "ratelimited": (
        Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}),
        "wait",
    ),
    "token_revoked": (Answer({"ok": False, "error": "token_revoked"}), "closed"),
    "channel_not_found": (Answer({"ok": False, "error": "channel_not_found"}), "gone"),
    "invalid_blocks": (Answer({"ok": False, "error": "invalid_blocks"}), "failed"),
    "internal_error": (Answer({"ok": False, "error": "internal_error"}), "unknown"),
    "http_503": (Answer("<html>", 503), "unknown"),
    "ServerDisconnectedError": (Answer(lost=True), "unknown"),
}


@pytest.mark.parametrize(("reason", "told"), FATES.items(), ids=FATES.keys())
async def test_what_became_of_a_message_is_told_and_never_tried_again(
    api: WebApi, outlet: SlackOutlet, reason: str, told: tuple[Answer, str]
) -> None:
    """Each refusal has its fate and reason, and Slack is called once."""
    answer, fate = told
    api.told["chat.postMessage"] = answer

    outcome = await outlet.send(MARIE, HELLO, "d1")

    assert (outcome.fate.value, outcome.reason) == (fate, reason)
    assert outcome.seconds == (7 if fate == "wait" else 0)
    assert api.methods() == ["chat.postMessage"]


async def test_an_answer_that_is_lost_posts_one_message(api: WebApi, outlet: SlackOutlet) -> None:
    """Twenty messages whose answers are lost are twenty calls; slack_sdk's default makes forty."""
    api.told["chat.postMessage"] = Answer(lost=True)

    fates = [(await outlet.send(MARIE, HELLO, str(n))).fate for n in range(20)]

    assert set(fates) == {Fate.UNKNOWN}
    assert len(api.calls) == 20


async def test_a_slack_out_of_reach_has_certainly_posted_nothing(outlet: SlackOutlet) -> None:
    """When no connection came about, the message waits; it is not given up as unknown."""

    async def token(_workspace: str) -> str:
        return "xoxb"

    line = Line("http://127.0.0.1:9/api/", token)
    outcome = await SlackOutlet(line).send(MARIE, HELLO, "d1")
    await line.close()

    assert (outcome.fate, outcome.reason) == (Fate.WAIT, "unreachable")


async def test_sending_never_raises(api: WebApi) -> None:
    """A token that cannot be had, or a message that cannot be written, is a fate like others."""

    async def token(_workspace: str) -> str:
        raise LookupError

    line = Line(api.url, token)
    outlet = SlackOutlet(line)

    assert (await outlet.send(MARIE, HELLO, "d1")).reason == "LookupError"
    assert await outlet.find(MARIE, "d1", 0) == "later"
    assert await outlet.profile(Person("slack:T1", "U1")) is None
    assert (await outlet.account()).error == "LookupError"
    await outlet.show_home(Person("slack:T1", "U1"), Home())
    await line.close()


def page(*ids: str, cursor: str = "") -> Answer:
    """Return a page of a private chat's history with messages of these ids."""
    messages = [{"ts": "1", "metadata": {"event_payload": {"id": one}}} for one in ids]
    following = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return Answer({"ok": True, "messages": [{"ts": "0"}, *messages], **following})


class TestFinding:
    """Whether a message was posted after all, where a workspace granted ``im:history``."""

    async def test_it_is_found_by_its_id(self, api: WebApi, outlet: SlackOutlet) -> None:
        """The person's chat is read from shortly before the message was begun."""
        api.told["conversations.history"] = [page("d0", cursor="c2"), page("d1")]
        since = time.time() - 60

        assert await outlet.find(MARIE, "d1", since) == "yes"
        said = api.last("conversations.history")
        assert (said["channel"], said["cursor"], float(said["oldest"])) == ("D1", "c2", since - 5)

    async def test_only_all_of_it_read_proves_that_it_is_absent(
        self, api: WebApi, outlet: SlackOutlet
    ) -> None:
        """No is said when every page was read."""
        api.told["conversations.history"] = [page("d0", cursor="c2"), page()]

        assert await outlet.find(MARIE, "d1", 0) == "no"

    async def test_a_chat_without_end_proves_nothing(
        self, api: WebApi, outlet: SlackOutlet
    ) -> None:
        """A history longer than will be read is no proof."""
        api.told["conversations.history"] = page(cursor="more")

        assert await outlet.find(MARIE, "d1", 0) == "unable"

    @pytest.mark.parametrize(
        ("error", "told"),
        [("missing_scope", "unable"), ("ratelimited", "later"), ("fatal_error", "later")],
    )
    async def test_a_history_that_cannot_be_read_proves_nothing(
        self, api: WebApi, outlet: SlackOutlet, error: str, told: str
    ) -> None:
        """Without the scope nobody will ever know; without an answer, perhaps later."""
        api.refuse("conversations.history", error)

        assert await outlet.find(MARIE, "d1", 0) == told

    async def test_without_the_chats_id_nothing_is_claimed(
        self, api: WebApi, outlet: SlackOutlet
    ) -> None:
        """A workspace that does not let the bot look the chat up gets no guess."""
        api.refuse("conversations.open", "missing_scope")

        assert await outlet.find(MARIE, "d1", 0) == "unable"
        assert api.methods() == ["conversations.open"]

    async def test_a_chat_once_written_to_is_told(self, api: WebApi, outlet: SlackOutlet) -> None:
        """The chat's id comes from an earlier message, and needs no further scope."""
        sent = await outlet.send(MARIE, HELLO, "d0")

        assert sent.way == "D1"
        assert await outlet.find(replace(MARIE, way=sent.way), "d1", 0) == "no"
        assert "conversations.open" not in api.methods()

    async def test_a_chat_or_channel_that_is_told_is_used(
        self, api: WebApi, outlet: SlackOutlet
    ) -> None:
        """A channel's message is looked for in the channel."""
        await outlet.find(TEAM, "d1", 0)

        assert api.last("conversations.history")["channel"] == "C1"

    async def test_a_clock_walked_ahead_hides_nothing(
        self, api: WebApi, outlet: SlackOutlet
    ) -> None:
        """In a test whose clock is ahead of Slack's, the newest messages are read all the same."""
        await outlet.find(MARIE, "d1", time.time() + 86_400)

        assert "oldest" not in api.last("conversations.history")


class TestPeople:
    """What Slack says of a person."""

    @pytest.mark.parametrize(
        ("user", "profile"),
        [
            (
                {"locale": "fr-CA", "tz": "America/Toronto", "is_owner": True},
                Profile("fr-CA", "America/Toronto", is_admin=True),
            ),
            ({"tz": None, "is_admin": True}, Profile(is_admin=True)),
            ({"is_bot": True}, Profile(is_person=False)),
            ({"id": "USLACKBOT"}, Profile(is_person=False)),
            ({"deleted": True, "tz": "UTC"}, Profile(zone="UTC", is_person=False)),
        ],
    )
    async def test_locale_zone_and_standing(
        self, api: WebApi, outlet: SlackOutlet, user: dict[str, object], profile: Profile
    ) -> None:
        """A person's locale, zone and whether they administer the workspace come in one call."""
        api.told["users.info"] = Answer({"ok": True, "user": user})

        assert await outlet.profile(Person("slack:T1", "U1")) == profile
        assert api.last("users.info") == {"user": "U1", "include_locale": "1"}

    async def test_somebody_slack_does_not_know_is_nobody(
        self, api: WebApi, outlet: SlackOutlet
    ) -> None:
        """An id that leads to nobody is told apart from a question that failed."""
        api.refuse("users.info", "user_not_found")
        assert await outlet.profile(Person("slack:T1", "U9")) == Profile(is_person=False)

        api.refuse("users.info", "fatal_error")
        assert await outlet.profile(Person("slack:T1", "U9")) is None


async def test_a_home_is_put_up_for_its_person(api: WebApi, outlet: SlackOutlet) -> None:
    """The page is published to the person it belongs to, and a refusal is nobody's error."""
    home = Home((Text("Your page"),))
    await outlet.show_home(Person("slack:T1", "U1"), home)
    api.refuse("views.publish", "not_enabled")
    await outlet.show_home(Person("slack:T1", "U1"), home)

    assert api.last("views.publish")["user_id"] == "U1"


class TestAccount:
    """What the operator's check-up asks."""

    async def test_team_bot_scopes_and_clock(self, api: WebApi, outlet: SlackOutlet) -> None:
        """Slack's answer tells the workspace, the bot's user, its scopes and the time."""
        api.told["auth.test"] = Answer(
            {"ok": True, "team_id": "T1", "team": "Clinic", "user_id": "U0"},
            headers={
                "x-oauth-scopes": "commands,chat:write",
                "Date": "Tue, 24 Nov 2026 02:00:00 GMT",
            },
        )

        assert await outlet.account() == Account(
            team="T1",
            workspace="Clinic",
            bot="U0",
            scopes=frozenset({"commands", "chat:write"}),
            clock=1795485600.0,
        )

    async def test_a_refusal_is_told_by_its_code(self, api: WebApi, outlet: SlackOutlet) -> None:
        """A token that Slack does not take is told as Slack tells it."""
        api.refuse("auth.test", "invalid_auth")

        assert await outlet.account() == Account(error="invalid_auth")

    async def test_a_clock_that_is_not_told_is_none(self, api: WebApi, outlet: SlackOutlet) -> None:
        """An answer without a readable date tells no time."""
        api.told["auth.test"] = Answer({"ok": True}, headers={"Date": "soon"})

        assert (await outlet.account()).clock is None


async def test_a_slow_slack_is_given_up_within_the_timeout(
    api: WebApi, outlet: SlackOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that takes longer than the line's limit has an unknown fate."""
    api.told["chat.postMessage"] = Answer({"ok": True}, slow=1)
    outlet._line.session()._timeout = type(outlet._line.session()._timeout)(total=0.05)

    outcome = await outlet.send(MARIE, HELLO, "d1")

    assert (outcome.fate, outcome.reason) == (Fate.UNKNOWN, "TimeoutError")

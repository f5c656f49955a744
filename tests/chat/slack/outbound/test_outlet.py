import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import EVENT_TYPE, AccountCheck, SlackOutlet
from bot.conversation import Address, Person, Profile, SendResult, SendStatus
from bot.elements import Home, Message, Text
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

MARIE = Address("slack:T1", person="U1")
TEAM = Address("slack:T1", channel="C1")
HELLO = Message("Hello & <you>", (Text("Hello"),))


@pytest.fixture
async def outlet(api: FakeWebApi) -> AsyncIterator[SlackOutlet]:
    """An outlet over a line of its own, whose token names the workspace."""

    async def token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    line = ApiClient(api.url, token)
    yield SlackOutlet(line)
    await line.close()


async def test_a_message_goes_to_the_person_once_with_its_id_and_nothing_else_of_them(
    api: FakeWebApi, outlet: SlackOutlet
) -> None:
    """A private message is posted to the person's id, with the opaque delivery id beside it."""
    outcome = await outlet.send(MARIE, HELLO, "d1")

    assert outcome == SendResult(SendStatus.SENT, reference="D1:7.1", route="D1")
    said = api.last_arguments("chat.postMessage")
    assert said.keys() == {"channel", "text", "blocks", "metadata", "unfurl_links", "unfurl_media"}
    assert said["metadata"] == {"event_type": EVENT_TYPE, "event_payload": {"id": "d1"}}
    assert (said["channel"], said["text"]) == ("U1", "Hello &amp; &lt;you&gt;")
    assert (said["unfurl_links"], said["unfurl_media"]) == (False, False)
    assert api.calls[0].token == "xoxb-slack:T1"


async def test_a_team_message_goes_to_its_channel(api: FakeWebApi, outlet: SlackOutlet) -> None:
    """A tip of the day is posted in the channel."""
    assert (await outlet.send(TEAM, HELLO, "d1")).reference == "C1:7.1"
    assert api.last_arguments("chat.postMessage")["channel"] == "C1"


FATES = {
    "ratelimited": (
        PlannedAnswer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}),
        "wait",
    ),
    "token_revoked": (PlannedAnswer({"ok": False, "error": "token_revoked"}), "closed"),
    "channel_not_found": (PlannedAnswer({"ok": False, "error": "channel_not_found"}), "gone"),
    "invalid_blocks": (PlannedAnswer({"ok": False, "error": "invalid_blocks"}), "failed"),
    "internal_error": (PlannedAnswer({"ok": False, "error": "internal_error"}), "unknown"),
    "http_503": (PlannedAnswer("<html>", 503), "unknown"),
    "ServerDisconnectedError": (PlannedAnswer(drops_connection=True), "unknown"),
}


@pytest.mark.parametrize(("reason", "told"), FATES.items(), ids=FATES.keys())
async def test_what_became_of_a_message_is_told_and_never_tried_again(
    api: FakeWebApi, outlet: SlackOutlet, reason: str, told: tuple[PlannedAnswer, str]
) -> None:
    """Each refusal has its fate and reason, and Slack is called once."""
    answer, fate = told
    api.planned_answers["chat.postMessage"] = answer

    outcome = await outlet.send(MARIE, HELLO, "d1")

    assert (outcome.status.value, outcome.reason) == (fate, reason)
    assert outcome.retry_after_seconds == (7 if fate == "wait" else 0)
    assert api.called_methods() == ["chat.postMessage"]


async def test_an_answer_that_is_lost_posts_one_message(
    api: FakeWebApi, outlet: SlackOutlet
) -> None:
    """Twenty messages whose answers are lost are twenty calls; slack_sdk's default makes forty."""
    api.planned_answers["chat.postMessage"] = PlannedAnswer(drops_connection=True)

    fates = [(await outlet.send(MARIE, HELLO, str(n))).status for n in range(20)]

    assert set(fates) == {SendStatus.UNKNOWN}
    assert len(api.calls) == 20


async def test_a_slack_out_of_reach_has_certainly_posted_nothing(outlet: SlackOutlet) -> None:
    """When no connection came about, the message waits; it is not given up as unknown."""

    async def token(_workspace: str) -> str:
        return "xoxb"

    line = ApiClient("http://127.0.0.1:9/api/", token)
    outcome = await SlackOutlet(line).send(MARIE, HELLO, "d1")
    await line.close()

    assert (outcome.status, outcome.reason) == (SendStatus.RETRY_LATER, "unreachable")


async def test_sending_never_raises(api: FakeWebApi) -> None:
    """A token that cannot be had, or a message that cannot be written, is a fate like others."""

    async def token(_workspace: str) -> str:
        raise LookupError

    line = ApiClient(api.url, token)
    outlet = SlackOutlet(line)

    assert (await outlet.send(MARIE, HELLO, "d1")).reason == "LookupError"
    assert await outlet.check_posted(MARIE, "d1", 0) == "later"
    assert await outlet.fetch_profile(Person("slack:T1", "U1")) is None
    assert (await outlet.check_account()).error_code == "LookupError"
    await outlet.show_home(Person("slack:T1", "U1"), Home())
    await line.close()


def page(*ids: str, cursor: str = "") -> PlannedAnswer:
    """Return a page of a private chat's history with messages of these ids."""
    messages = [{"ts": "1", "metadata": {"event_payload": {"id": one}}} for one in ids]
    following = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return PlannedAnswer({"ok": True, "messages": [{"ts": "0"}, *messages], **following})


class TestFinding:
    """Whether a message was posted after all, where a workspace granted ``im:history``."""

    async def test_it_is_found_by_its_id(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """The person's chat is read from shortly before the message was begun."""
        api.planned_answers["conversations.history"] = [page("d0", cursor="c2"), page("d1")]
        since = time.time() - 60

        assert await outlet.check_posted(MARIE, "d1", since) == "yes"
        said = api.last_arguments("conversations.history")
        assert (said["channel"], said["cursor"], float(said["oldest"])) == ("D1", "c2", since - 5)

    async def test_only_all_of_it_read_proves_that_it_is_absent(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """No is said when every page was read."""
        api.planned_answers["conversations.history"] = [page("d0", cursor="c2"), page()]

        assert await outlet.check_posted(MARIE, "d1", 0) == "no"

    async def test_a_chat_without_end_proves_nothing(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A history longer than will be read is no proof."""
        api.planned_answers["conversations.history"] = page(cursor="more")

        assert await outlet.check_posted(MARIE, "d1", 0) == "unable"

    @pytest.mark.parametrize(
        ("error", "told"),
        [("missing_scope", "unable"), ("ratelimited", "later"), ("fatal_error", "later")],
    )
    async def test_a_history_that_cannot_be_read_proves_nothing(
        self, api: FakeWebApi, outlet: SlackOutlet, error: str, told: str
    ) -> None:
        """Without the scope nobody will ever know; without an answer, perhaps later."""
        api.plan_error("conversations.history", error)

        assert await outlet.check_posted(MARIE, "d1", 0) == told

    async def test_without_the_chats_id_nothing_is_claimed(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A workspace that does not let the bot look the chat up gets no guess."""
        api.plan_error("conversations.open", "missing_scope")

        assert await outlet.check_posted(MARIE, "d1", 0) == "unable"
        assert api.called_methods() == ["conversations.open"]

    async def test_a_chat_once_written_to_is_told(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """The chat's id comes from an earlier message, and needs no further scope."""
        sent = await outlet.send(MARIE, HELLO, "d0")

        assert sent.route == "D1"
        assert await outlet.check_posted(replace(MARIE, route=sent.route), "d1", 0) == "no"
        assert "conversations.open" not in api.called_methods()

    async def test_a_chat_or_channel_that_is_told_is_used(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A channel's message is looked for in the channel."""
        await outlet.check_posted(TEAM, "d1", 0)

        assert api.last_arguments("conversations.history")["channel"] == "C1"

    async def test_a_clock_walked_ahead_hides_nothing(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """In a test whose clock is ahead of Slack's, the newest messages are read all the same."""
        await outlet.check_posted(MARIE, "d1", time.time() + 86_400)

        assert "oldest" not in api.last_arguments("conversations.history")


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
        self, api: FakeWebApi, outlet: SlackOutlet, user: dict[str, object], profile: Profile
    ) -> None:
        """A person's locale, zone and whether they administer the workspace come in one call."""
        api.planned_answers["users.info"] = PlannedAnswer({"ok": True, "user": user})

        assert await outlet.fetch_profile(Person("slack:T1", "U1")) == profile
        assert api.last_arguments("users.info") == {"user": "U1", "include_locale": "1"}

    async def test_somebody_slack_does_not_know_is_nobody(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """An id that leads to nobody is told apart from a question that failed."""
        api.plan_error("users.info", "user_not_found")
        assert await outlet.fetch_profile(Person("slack:T1", "U9")) == Profile(is_person=False)

        api.plan_error("users.info", "fatal_error")
        assert await outlet.fetch_profile(Person("slack:T1", "U9")) is None


async def test_a_home_is_put_up_for_its_person(api: FakeWebApi, outlet: SlackOutlet) -> None:
    """The page is published to the person it belongs to, and a refusal is nobody's error."""
    home = Home((Text("Your page"),))
    await outlet.show_home(Person("slack:T1", "U1"), home)
    api.plan_error("views.publish", "not_enabled")
    await outlet.show_home(Person("slack:T1", "U1"), home)

    assert api.last_arguments("views.publish")["user_id"] == "U1"


class TestAccount:
    """What the operator's check-up asks."""

    async def test_team_bot_scopes_and_clock(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """Slack's answer tells the workspace, the bot's user, its scopes and the time."""
        api.planned_answers["auth.test"] = PlannedAnswer(
            {"ok": True, "team_id": "T1", "team": "Clinic", "user_id": "U0"},
            headers={
                "x-oauth-scopes": "commands,chat:write",
                "Date": "Tue, 24 Nov 2026 02:00:00 GMT",
            },
        )

        assert await outlet.check_account() == AccountCheck(
            team_id="T1",
            workspace_name="Clinic",
            bot_user_id="U0",
            scopes=frozenset({"commands", "chat:write"}),
            server_time=1795485600.0,
        )

    async def test_a_refusal_is_told_by_its_code(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A token that Slack does not take is told as Slack tells it."""
        api.plan_error("auth.test", "invalid_auth")

        assert await outlet.check_account() == AccountCheck(error_code="invalid_auth")

    async def test_a_clock_that_is_not_told_is_none(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """An answer without a readable date tells no time."""
        api.planned_answers["auth.test"] = PlannedAnswer({"ok": True}, headers={"Date": "soon"})

        assert (await outlet.check_account()).server_time is None


async def test_a_slow_slack_is_given_up_within_the_timeout(
    api: FakeWebApi, outlet: SlackOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that takes longer than the line's limit has an unknown fate."""
    api.planned_answers["chat.postMessage"] = PlannedAnswer({"ok": True}, delay_seconds=1)
    outlet._api_client.get_session()._timeout = type(outlet._api_client.get_session()._timeout)(
        total=0.05
    )

    outcome = await outlet.send(MARIE, HELLO, "d1")

    assert (outcome.status, outcome.reason) == (SendStatus.UNKNOWN, "TimeoutError")

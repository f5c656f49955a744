import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.slack.outbound.account_checks import AccountCheck
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.outlet import EVENT_TYPE, SlackOutlet
from bot.conversation import Address, Person, Profile, SearchResult, SendResult, SendStatus
from bot.elements import Home, Message, Text
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

MARIE = Address("slack:T1", person="U1")
TEAM = Address("slack:T1", channel="C1")
NO_PERSON = Profile(is_active_person=False)
HELLO = Message("Hello & <you>", (Text("Hello"),))


@pytest.fixture
async def outlet(api: FakeWebApi) -> AsyncIterator[SlackOutlet]:
    """An outlet with its own client, whose token contains the workspace."""

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    api_client = ApiClient(api.url, get_token)
    yield SlackOutlet(api_client)
    await api_client.close()


async def test_message_contains_only_delivery_id(api: FakeWebApi, outlet: SlackOutlet) -> None:
    """A private message is posted to the user's id, with the opaque delivery id as metadata."""
    result = await outlet.send(MARIE, HELLO, "d1")

    assert result == SendResult(SendStatus.SENT, reference="D1:7.1", route="D1")
    call = api.last_arguments("chat.postMessage")
    assert call.keys() == {"channel", "text", "blocks", "metadata", "unfurl_links", "unfurl_media"}
    assert call["metadata"] == {"event_type": EVENT_TYPE, "event_payload": {"id": "d1"}}
    assert (call["channel"], call["text"]) == ("U1", "Hello &amp; &lt;you&gt;")
    assert (call["unfurl_links"], call["unfurl_media"]) == (False, False)
    assert api.calls[0].token == "xoxb-slack:T1"


async def test_team_message_is_posted_to_channel(api: FakeWebApi, outlet: SlackOutlet) -> None:
    """A tip of the day is posted in the channel."""
    assert (await outlet.send(TEAM, HELLO, "d1")).reference == "C1:7.1"
    assert api.last_arguments("chat.postMessage")["channel"] == "C1"


SEND_FAILURES = {
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


@pytest.mark.parametrize(("reason", "failure"), SEND_FAILURES.items(), ids=SEND_FAILURES.keys())
async def test_send_failure_is_classified_without_retry(
    api: FakeWebApi, outlet: SlackOutlet, reason: str, failure: tuple[PlannedAnswer, str]
) -> None:
    """Each error has a status and a reason, and Slack is called once."""
    response, status = failure
    api.planned_answers["chat.postMessage"] = response

    result = await outlet.send(MARIE, HELLO, "d1")

    assert (result.status.value, result.reason) == (status, reason)
    assert result.retry_after_seconds == (7 if status == "wait" else 0)
    assert api.called_methods() == ["chat.postMessage"]


async def test_lost_response_is_not_retried(api: FakeWebApi, outlet: SlackOutlet) -> None:
    """Twenty lost responses are twenty calls; slack_sdk's default would make forty."""
    api.planned_answers["chat.postMessage"] = PlannedAnswer(drops_connection=True)

    statuses = [(await outlet.send(MARIE, HELLO, str(number))).status for number in range(20)]

    assert set(statuses) == {SendStatus.UNKNOWN}
    assert len(api.calls) == 20


async def test_failed_connection_allows_retry(outlet: SlackOutlet) -> None:
    """Without a connection nothing was posted, so the message is sent again later."""

    async def get_token(_workspace: str) -> str:
        return "xoxb"

    api_client = ApiClient("http://127.0.0.1:9/api/", get_token)
    result = await SlackOutlet(api_client).send(MARIE, HELLO, "d1")
    await api_client.close()

    assert (result.status, result.reason) == (SendStatus.RETRY_LATER, "unreachable")


async def test_outlet_never_raises(api: FakeWebApi) -> None:
    """An exception of the token provider becomes a result of every method."""

    async def get_token(_workspace: str) -> str:
        raise LookupError

    api_client = ApiClient(api.url, get_token)
    outlet = SlackOutlet(api_client)

    assert (await outlet.send(MARIE, HELLO, "d1")).reason == "LookupError"
    assert await outlet.check_posted(MARIE, "d1", 0) is SearchResult.RETRY_LATER
    assert await outlet.fetch_profile(Person("slack:T1", "U1")) is None
    assert (await outlet.check_account()).error_code == "LookupError"
    await outlet.show_home(Person("slack:T1", "U1"), Home())
    await api_client.close()


def build_history_page(*ids: str, cursor: str = "") -> PlannedAnswer:
    """Return a page of a private chat's history with messages of these delivery ids."""
    messages = [
        {"ts": "1", "metadata": {"event_payload": {"id": delivery_id}}} for delivery_id in ids
    ]
    metadata = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return PlannedAnswer({"ok": True, "messages": [{"ts": "0"}, *messages], **metadata})


class TestHistorySearch:
    """Search for a posted message, where a workspace granted ``im:history``."""

    async def test_message_is_found_by_its_id(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """The history is read from shortly before the send, up to the page with the id."""
        pages = [build_history_page("d0", cursor="c2"), build_history_page("d1")]
        api.planned_answers["conversations.history"] = pages
        since = time.time() - 60

        assert await outlet.check_posted(MARIE, "d1", since) is SearchResult.FOUND
        call = api.last_arguments("conversations.history")
        assert (call["channel"], call["cursor"], float(call["oldest"])) == ("D1", "c2", since - 5)

    async def test_absence_requires_complete_history(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """The result is ``NOT_FOUND`` only when every page was read."""
        pages = [build_history_page("d0", cursor="c2"), build_history_page()]
        api.planned_answers["conversations.history"] = pages

        assert await outlet.check_posted(MARIE, "d1", 0) is SearchResult.NOT_FOUND

    async def test_history_beyond_page_limit_is_inconclusive(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A history longer than the page limit proves nothing."""
        api.planned_answers["conversations.history"] = build_history_page(cursor="more")

        assert await outlet.check_posted(MARIE, "d1", 0) is SearchResult.NOT_SUPPORTED

    @pytest.mark.parametrize(
        ("error", "search_result"),
        [
            ("missing_scope", SearchResult.NOT_SUPPORTED),
            ("ratelimited", SearchResult.RETRY_LATER),
            ("fatal_error", SearchResult.RETRY_LATER),
        ],
    )
    async def test_unreadable_history_is_inconclusive(
        self, api: FakeWebApi, outlet: SlackOutlet, error: str, search_result: SearchResult
    ) -> None:
        """Without the scope the result can never be known; after other errors perhaps later."""
        api.plan_error("conversations.history", error)

        assert await outlet.check_posted(MARIE, "d1", 0) is search_result

    async def test_unknown_chat_is_inconclusive(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """Without the scope to open the chat, the search is impossible."""
        api.plan_error("conversations.open", "missing_scope")

        assert await outlet.check_posted(MARIE, "d1", 0) is SearchResult.NOT_SUPPORTED
        assert api.called_methods() == ["conversations.open"]

    async def test_send_result_has_chat_id(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """The chat's id comes from an earlier send, and needs no further scope."""
        sent = await outlet.send(MARIE, HELLO, "d0")

        assert sent.route == "D1"
        result = await outlet.check_posted(replace(MARIE, route=sent.route), "d1", 0)
        assert result is SearchResult.NOT_FOUND
        assert "conversations.open" not in api.called_methods()

    async def test_channel_message_is_searched_in_channel(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A channel's message is searched for in the channel."""
        await outlet.check_posted(TEAM, "d1", 0)

        assert api.last_arguments("conversations.history")["channel"] == "C1"

    async def test_future_clock_is_unlimited(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """With a test clock ahead of Slack's, the search has no lower time limit."""
        await outlet.check_posted(MARIE, "d1", time.time() + 86_400)

        assert "oldest" not in api.last_arguments("conversations.history")


class TestPeople:
    """Profiles of users."""

    @pytest.mark.parametrize(
        ("user", "profile"),
        [
            (
                {"locale": "fr-CA", "tz": "America/Toronto", "is_owner": True},
                Profile("fr-CA", "America/Toronto", is_admin=True),
            ),
            ({"tz": None, "is_admin": True}, Profile(is_admin=True)),
            ({"is_bot": True}, NO_PERSON),
            ({"id": "USLACKBOT"}, NO_PERSON),
            ({"deleted": True, "tz": "UTC"}, replace(NO_PERSON, zone="UTC", is_closed=True)),
        ],
    )
    async def test_profile_has_locale_zone_and_role(
        self, api: FakeWebApi, outlet: SlackOutlet, user: dict[str, object], profile: Profile
    ) -> None:
        """A user's locale, time zone and admin role are fetched in one call."""
        api.planned_answers["users.info"] = PlannedAnswer({"ok": True, "user": user})

        assert await outlet.fetch_profile(Person("slack:T1", "U1")) == profile
        assert api.last_arguments("users.info") == {"user": "U1", "include_locale": "1"}

    async def test_unknown_user_is_not_a_person(self, api: FakeWebApi, outlet: SlackOutlet) -> None:
        """An unknown user id is distinguished from a failed call."""
        api.plan_error("users.info", "user_not_found")
        assert await outlet.fetch_profile(Person("slack:T1", "U9")) == NO_PERSON
        api.plan_error("users.info", "fatal_error")
        assert await outlet.fetch_profile(Person("slack:T1", "U9")) is None


async def test_home_is_published_for_user(api: FakeWebApi, outlet: SlackOutlet) -> None:
    """The Home tab is published for its user, and an error response is ignored."""
    home = Home((Text("Your page"),))
    await outlet.show_home(Person("slack:T1", "U1"), home)
    api.plan_error("views.publish", "not_enabled")
    await outlet.show_home(Person("slack:T1", "U1"), home)

    assert api.last_arguments("views.publish")["user_id"] == "U1"


class TestAccount:
    """The account check of the operator's configuration check."""

    async def test_account_has_team_user_scopes_and_time(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """The account check returns the workspace, the bot's user, its scopes and Slack's time."""
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

    async def test_refused_token_returns_error_code(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A token that Slack refuses leads to Slack's error code."""
        api.plan_error("auth.test", "invalid_auth")

        assert await outlet.check_account() == AccountCheck(error_code="invalid_auth")

    async def test_unreadable_date_header_is_ignored(
        self, api: FakeWebApi, outlet: SlackOutlet
    ) -> None:
        """A response without a readable Date header has no server time."""
        api.planned_answers["auth.test"] = PlannedAnswer({"ok": True}, headers={"Date": "soon"})

        assert (await outlet.check_account()).server_time is None


async def test_timeout_has_unknown_result(
    api: FakeWebApi, outlet: SlackOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that exceeds the timeout has an unknown result."""
    api.planned_answers["chat.postMessage"] = PlannedAnswer({"ok": True}, delay_seconds=1)
    outlet._api_client.get_session()._timeout = type(outlet._api_client.get_session()._timeout)(
        total=0.05
    )

    result = await outlet.send(MARIE, HELLO, "d1")

    assert (result.status, result.reason) == (SendStatus.UNKNOWN, "TimeoutError")

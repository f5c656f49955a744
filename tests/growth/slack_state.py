"""What the stand-in of Slack knows: installations, tokens, posts, and which clinics have faults.

It shares no code with the bot. A token belongs to the workspace that installed the app, and a post
with another workspace's token is counted, as Slack would refuse it.
"""

import secrets
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.growth.population import find_place

Json = dict[str, Any]

SCOPES = "chat:write,commands,users:read,im:history,im:write"
LIMITED, HANGING = "limited", "hanging"
"""Faults: every post is refused with 429; every post is made and never answered."""

_CHANNEL_BURST = 3.0
_CHANNEL_RATE = 1.0


@dataclass(frozen=True)
class Answer:
    """The HTTP status and the JSON of an answer; without ``is_given`` it never comes."""

    body: Json
    status: int = 200
    retry_after: int = 0
    is_given: bool = True


@dataclass
class Bucket:
    """Token bucket of a rate limit: full at first."""

    burst: float
    rate: float
    level: float = 0.0
    refilled_at: float = 0.0

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        if not self.refilled_at:
            self.level, self.refilled_at = self.burst, now
        self.level = min(self.burst, self.level + (now - self.refilled_at) * self.rate)
        self.refilled_at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass
class ClinicFigures:
    """The posts to one workspace in the present round, by the monotonic clock."""

    posts: int = 0
    refused: int = 0
    first_at: float = 0.0
    last_at: float = 0.0


@dataclass
class SlackState:
    """All workspaces, each limited to a number of messages a second, as is each channel.

    ``retry_after_seconds`` is the delay that Slack requests from a clinic that is limited.
    """

    messages_per_second: float
    retry_after_seconds: int = 30
    places_by_token: dict[str, str] = field(default_factory=dict)
    wrong_token_count: int = 0
    unknown_token_count: int = 0
    round_started_at: float = field(default_factory=time.monotonic)
    _used_codes: set[str] = field(default_factory=set)
    _faults: dict[str, str] = field(default_factory=dict)
    _clinics: defaultdict[str, ClinicFigures] = field(
        default_factory=lambda: defaultdict(ClinicFigures)
    )
    _posts_by_id: Counter[str] = field(default_factory=Counter)
    _ids_by_chat: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def answer_call(self, method: str, arguments: Json, authorization: str) -> Answer:
        """Return the answer to one call of the Web API."""
        if method == "oauth.v2.access":
            return self._exchange_code(str(arguments.get("code", "")))
        place = self.places_by_token.get(authorization.removeprefix("Bearer "))
        if place is None:
            self.unknown_token_count += 1
            return Answer({"ok": False, "error": "invalid_auth"})
        if method == "chat.postMessage":
            return self._post(place, arguments)
        if method == "conversations.history" and self._faults.get(place) == HANGING:
            return Answer({}, is_given=False)
        return Answer({"ok": True, **self._answer_query(method, place, arguments)})

    def begin_round(self, faults: dict[str, str]) -> None:
        """Count the posts from now on, with *faults* by workspace."""
        self._faults = dict(faults)
        self._clinics.clear()
        self._buckets.clear()
        self.round_started_at = time.monotonic()

    def end_faults(self) -> None:
        """Answer every workspace as usual from now on."""
        self._faults = {}

    def collect_figures(self) -> Json:
        """Return the counts so far, and those of the present round by workspace.

        The times are seconds since the round began, 0 without a post.
        """
        return {
            "messages": len(self._posts_by_id),
            "twice": sum(count > 1 for count in self._posts_by_id.values()),
            "wrong_token": self.wrong_token_count,
            "unknown_token": self.unknown_token_count,
            "installed": len(self.places_by_token),
            "clinics": {
                place: {
                    "posts": figures.posts,
                    "refused": figures.refused,
                    "first_at": max(0.0, figures.first_at - self.round_started_at),
                    "last_at": max(0.0, figures.last_at - self.round_started_at),
                }
                for place, figures in self._clinics.items()
            },
        }

    def _exchange_code(self, code: str) -> Answer:
        """Return a token for a code that begins with the workspace and was not used before."""
        if not code or code in self._used_codes:
            return Answer({"ok": False, "error": "invalid_code"})
        self._used_codes.add(code)
        place, token = code.partition(".")[0], f"xoxb-{secrets.token_hex(12)}"
        self.places_by_token[token] = place
        return Answer(
            {
                "ok": True,
                "access_token": token,
                "token_type": "bot",
                "app_id": "A0GROWTH",
                "scope": SCOPES,
                "bot_user_id": "U0BOT",
                "team": {"id": place, "name": place},
                "enterprise": None,
                "is_enterprise_install": False,
                "authed_user": {"id": "U0INSTALLER"},
            }
        )

    def _post(self, place: str, arguments: Json) -> Answer:
        now, channel = time.monotonic(), str(arguments["channel"])
        clinic, fault = self._clinics[place], self._faults.get(place)
        if fault == LIMITED:
            clinic.refused += 1
            return _refuse(self.retry_after_seconds)
        limits = (
            (place, max(2.0, self.messages_per_second / 2), self.messages_per_second),
            (channel, _CHANNEL_BURST, _CHANNEL_RATE),
        )
        if not all(self._get_bucket(*limit).take(now) for limit in limits):
            clinic.refused += 1
            return _refuse(1)
        self.wrong_token_count += find_place(channel) != place
        delivery_id = arguments["metadata"]["event_payload"]["id"]
        chat_id = f"D{channel[1:]}"
        self._posts_by_id[delivery_id] += 1
        self._ids_by_chat[chat_id].append(delivery_id)
        clinic.posts += 1
        clinic.first_at, clinic.last_at = clinic.first_at or now, now
        answer = {"ok": True, "channel": chat_id, "ts": "1.000001"}
        return Answer(answer, is_given=fault != HANGING)

    def _get_bucket(self, key: str, burst: float, rate: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(burst, rate)
        return bucket

    def _answer_query(self, method: str, place: str, arguments: Json) -> Json:
        if method == "conversations.history":
            ids = self._ids_by_chat[str(arguments["channel"])]
            return {"messages": [{"metadata": {"event_payload": {"id": key}}} for key in ids]}
        if method == "conversations.open":
            return {"channel": {"id": f"D{str(arguments['users'])[1:]}"}}
        user = {"id": arguments.get("user"), "team_id": place, "tz": "", "locale": "en-US"}
        answers: dict[str, Json] = {
            "auth.test": {"team_id": place, "user_id": "U0BOT", "bot_id": "B0BOT"},
            "users.info": {"user": user},
            "views.open": {"view": {"id": "V1", "hash": "1.a"}},
        }
        return answers.get(method, {})


def _refuse(retry_after: int) -> Answer:
    return Answer({"ok": False, "error": "ratelimited"}, 429, retry_after)

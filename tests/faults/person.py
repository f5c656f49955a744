"""A clinician in front of the bot during a fault, and what they see of each request."""

import json
import time
import urllib.request
from collections.abc import Callable
from enum import StrEnum
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.journeys.botprocess import clinician_id
from tests.journeys.faulty_slack import FaultySlack
from tests.journeys.stdlib_slack import WORKSPACE, sign_body

Json = dict[str, Any]

RESPONSE_TIMEOUT_SECONDS = 20.0
"""Longer than Slack's three seconds, because tests also run on loaded machines."""

FORM_TIMEOUT_SECONDS = 5.0


class Seen(StrEnum):
    """What a person sees after a request, as the table of faults prints it."""

    GUIDE = "the guide"
    FORM_WITH_ERROR = "the form, with what to do"
    NOTICE = "a notice"
    FORM = "the form"
    NO_FORM = "no form"
    SLACK_ERROR = "Slack's own error; the form stays"


class Person:
    """The clinician of a number, whose requests Slack sends to the bot."""

    def __init__(
        self, number: int, slack: FaultySlack, send: Callable[[dict[str, str]], Json | None]
    ) -> None:
        """Let *send* transport the requests of the clinician of *number*.

        It returns the response's JSON, ``{}`` for an empty one; ``None`` for any failure.
        """
        self.user_id = clinician_id(number)
        self._slack, self._send = slack, send
        self._form: Json = {}

    def open_form(self) -> Seen:
        """Send `/rupture`, and remember the form that the bot opens."""
        view_count = len(self._opened_views())
        command = {
            "command": "/rupture",
            "text": "",
            "team_id": WORKSPACE,
            "user_id": self.user_id,
            "channel_id": "C0OTHER",
            "channel_name": "other",
            "api_app_id": "A0OTHER",
            "trigger_id": f"t.{self.user_id}.{view_count}",
            "response_url": self._slack.api_url.replace("/api/", "/response/1"),
        }
        answer = self._send(command)
        if answer is None:
            return Seen.SLACK_ERROR
        if answer:
            return Seen.NOTICE
        deadline = time.monotonic() + FORM_TIMEOUT_SECONDS
        while len(views := self._opened_views()) == view_count:
            if time.monotonic() > deadline:
                return Seen.NO_FORM
            time.sleep(0.02)
        if "submit" not in views[-1]:
            return Seen.NOTICE
        self._form = views[-1]
        return Seen.FORM

    def submit_form(self) -> Seen:
        """Submit the open form with its two required answers; the same again is a retry."""
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": block["element"]["type"],
                    "selected_option": {"value": ANSWERS[block["block_id"]]},
                }
            }
            for block in self._form["blocks"]
            if block["type"] == "input" and block["block_id"] in ANSWERS
        }
        view = {
            **self._form,
            "id": f"V.{self.user_id}",
            "hash": "1.a",
            "state": {"values": values},
        }
        payload = {
            "type": "view_submission",
            "user": {"id": self.user_id, "team_id": WORKSPACE},
            "view": view,
            "team": {"id": WORKSPACE},
            "api_app_id": "A0OTHER",
            "token": "unused",
        }
        return _classify(self._send({"payload": json.dumps(payload)}))

    def _opened_views(self) -> list[Json]:
        return [
            arguments["view"]
            for arguments in list(self._slack.opened_views)
            if self.user_id in arguments["trigger_id"]
        ]


def post_fields(bot_url: str, fields: dict[str, str], unix_time: float) -> Json | None:
    """Post the fields of a request as Slack does, signed at *unix_time*.

    Return the response's JSON, ``{}`` for an empty one; ``None`` for any failure.
    """
    body = urlencode(fields).encode()
    headers = sign_body(body, unix_time) | {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(f"{bot_url}/slack/events", body, headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=RESPONSE_TIMEOUT_SECONDS) as response:  # noqa: S310 - as above
            text = response.read()
    except (HTTPError, HTTPException, OSError):
        return None
    answer: Json = json.loads(text) if text.startswith(b"{") else {}
    return answer


ANSWERS = {"form": "away", "status": "touched"}


def _classify(answer: Json | None) -> Seen:
    if answer is None:
        return Seen.SLACK_ERROR
    if answer.get("response_action") == "errors":
        return Seen.FORM_WITH_ERROR
    view = answer.get("view", {})
    if "submit" in view:
        return Seen.FORM_WITH_ERROR
    return Seen.GUIDE if len(view.get("blocks", ())) > _NOTICE_BLOCKS else Seen.NOTICE


_NOTICE_BLOCKS = 2
"""A guide has more blocks than a notice."""

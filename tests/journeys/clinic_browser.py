"""The browser of whoever installs the app, and the requests that Slack sends from each clinic."""

import html
import json
import re
import time
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.journeys.stdlib_slack import Json, post_request, sign_body

_BUTTON = re.compile(r'<a class="button" href="([^"]+)">')


@dataclass(frozen=True)
class Page:
    """A page that the bot showed: its status, its HTML, and the headers by lowercase name."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def button_url(self) -> str:
        """The address to which the page's button leads."""
        match = _BUTTON.search(self.text)
        assert match, self.text
        return html.unescape(match[1])

    @property
    def title(self) -> str:
        """The heading of the page."""
        return html.unescape(self.text.partition("<h1>")[2].partition("</h1>")[0])


@dataclass
class ClinicBrowser:
    """A browser with cookies of its own, which asks for *language*."""

    bot_url: str
    language: str = "en"
    cookies: CookieJar = field(default_factory=CookieJar)

    def visit(self, url: str) -> Page:
        """Return the page at *url*."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        request = urllib.request.Request(url, headers={"Accept-Language": self.language})  # noqa: S310 - loopback
        try:
            with opener.open(request, timeout=30) as response:
                return _build_page(response.status, response.read(), dict(response.headers))
        except HTTPError as error:
            with error:
                return _build_page(error.code, error.read(), dict(error.headers))

    def visit_install_page(self) -> Page:
        """Return the page from which the app is installed."""
        return self.visit(f"{self.bot_url}/slack/install")


def _build_page(status: int, content: bytes, headers: dict[str, str]) -> Page:
    lowered = {name.lower(): value for name, value in headers.items()}
    return Page(status, content.decode(), lowered)


def post_command(
    bot_url: str, workspace: str, command: str, trigger: str, **parts: str
) -> tuple[int, Json]:
    """Send a slash command from *workspace*, signed as Slack does; return status and answer."""
    form = {
        "command": command,
        "text": "",
        "team_id": workspace,
        "user_id": "U0CLIN01",
        "channel_id": "C0OTHER",
        "channel_name": "other",
        "api_app_id": "A0OTHER",
        "trigger_id": trigger,
        "response_url": f"{bot_url}/unused",
        **parts,
    }
    return _post(bot_url, urlencode(form).encode(), "application/x-www-form-urlencoded")


def post_interaction(bot_url: str, payload: Json) -> tuple[int, Json]:
    """Send an interaction, signed; return status and answer."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return _post(bot_url, body, "application/x-www-form-urlencoded")


def post_event(bot_url: str, workspace: str, event: Json, **parts: object) -> int:
    """Send an event from *workspace*, signed; return the status."""
    envelope = {
        "type": "event_callback",
        "team_id": workspace,
        "api_app_id": "A0OTHER",
        "event_id": f"Ev{time.time()}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": workspace, "is_bot": True, "is_enterprise_install": False}],
        "event": event,
        **parts,
    }
    return _post(bot_url, json.dumps(envelope).encode(), "application/json")[0]


def _post(bot_url: str, body: bytes, content_type: str) -> tuple[int, Json]:
    headers = sign_body(body, time.time()) | {"Content-Type": content_type}
    return post_request(f"{bot_url}/slack/events", body, headers)

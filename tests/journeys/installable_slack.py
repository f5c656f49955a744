"""A third fake of Slack, with OAuth, from the standard library: it shares no code with the bot.

Every workspace and organisation that installs the app gets a token of its own, and only a token
that is in force is accepted. Codes and refresh tokens count once, as Slack's do.
"""

import base64
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.journeys.method_server import serve_methods

Json = dict[str, Any]

CLIENT_ID, CLIENT_SECRET = "111.222", "made-up-client-secret"
ALL_SCOPES = "chat:write,commands,users:read,im:history,im:write"
TOKEN_SECONDS = 43_200


@dataclass(frozen=True)
class Grant:
    """What a person granted on the page of consent: where, and which scopes."""

    place: str
    scopes: str
    redirect_uri: str


@dataclass(frozen=True)
class TokenUse:
    """One call of a method: the place whose token it had, its arguments, and the token."""

    method: str
    place: str
    arguments: Json
    token: str


@dataclass
class InstallableSlack:
    """The state of the fake: consents, tokens in force, and every accepted call.

    A place is the id of a workspace (``T…``) or an organisation (``E…``); ``workspaces`` are those
    of each organisation. ``rotates`` is whether tokens expire and come with a refresh token. The
    exchange of a code is answered after ``exchange_seconds``, a refresh after ``renewal_seconds``,
    and the list of an organisation's workspaces after ``listing_seconds``, or with the error
    ``listing_error``. A message of an
    organisation to one of ``workspaces_by_chat``, which are chats of some workspace, is refused
    unless that is one of its own.
    """

    base_url: str
    workspaces: dict[str, tuple[str, ...]] = field(default_factory=dict)
    workspaces_by_chat: dict[str, str] = field(default_factory=dict)
    rotates: bool = False
    token_seconds: int = TOKEN_SECONDS
    uses: list[TokenUse] = field(default_factory=list)
    refused_calls: list[str] = field(default_factory=list)
    renewals: list[str] = field(default_factory=list)
    places_by_token: dict[str, str] = field(default_factory=dict)
    renewal_seconds: float = 0.0
    exchange_seconds: float = 0.0
    listing_seconds: float = 0.0
    listing_error: str = ""
    _grants_by_code: dict[str, Grant] = field(default_factory=dict)
    _places_by_refresh_token: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.base_url}/api/"

    def consent(self, authorize_url: str, place: str, scopes: str = ALL_SCOPES) -> str:
        """Press ``Allow`` on the page at *authorize_url*; return the URL of the redirect."""
        parameters = self.read_request(authorize_url)
        code = secrets.token_hex(16)
        self._grants_by_code[code] = Grant(place, scopes, parameters["redirect_uri"])
        query = urlencode({"code": code, "state": parameters["state"]})
        return f"{parameters['redirect_uri']}?{query}"

    def decline(self, authorize_url: str) -> str:
        """Press ``Cancel`` on the page at *authorize_url*; return the URL of the redirect."""
        parameters = self.read_request(authorize_url)
        query = urlencode({"error": "access_denied", "state": parameters["state"]})
        return f"{parameters['redirect_uri']}?{query}"

    def read_request(self, authorize_url: str) -> dict[str, str]:
        """Return the parameters of a valid link to the page of consent."""
        assert authorize_url.startswith(f"{self.base_url}/oauth/v2/authorize?")
        parameters = dict(parse_qsl(urlsplit(authorize_url).query))
        assert parameters["client_id"] == CLIENT_ID
        assert set(parameters["scope"].split(",")) == set(ALL_SCOPES.split(","))
        assert len(parameters["state"]) >= 32
        return parameters

    def uninstall(self, place: str) -> None:
        """Revoke every token of a place."""
        with self._lock:
            for tokens in (self.places_by_token, self._places_by_refresh_token):
                for token in [token for token, owner in tokens.items() if owner == place]:
                    del tokens[token]

    def is_code_exchanged(self, return_url: str) -> bool:
        """Return whether the code in the URL of a redirect was exchanged, answered or not."""
        query = dict(parse_qsl(urlsplit(return_url).query))
        return query["code"] not in self._grants_by_code

    def uses_of(self, method: str) -> list[TokenUse]:
        """Return every accepted call of *method*."""
        return [use for use in self.uses if use.method == method]

    def wait_for_uses(self, method: str, count: int) -> list[TokenUse]:
        """Wait until *method* was accepted *count* times, and return those calls."""
        deadline = time.monotonic() + 20
        while len(self.uses_of(method)) < count:
            assert time.monotonic() < deadline, f"{method}: {self.uses} {self.refused_calls}"
            time.sleep(0.01)
        return self.uses_of(method)

    def wait_for_renewal(self) -> None:
        """Wait until a refresh token is used; its answer may be sent later."""
        deadline = time.monotonic() + 20
        while not self.renewals:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def answer_call(self, method: str, arguments: Json, authorization: str) -> Json:
        """Return the response to one call of the Web API."""
        if method == "oauth.v2.access":
            return self._exchange(arguments, authorization)
        token = authorization.removeprefix("Bearer ") or str(arguments.get("token", ""))
        place = self.places_by_token.get(token)
        if place is None:
            self.refused_calls.append(method)
            return {"ok": False, "error": "token_revoked"}
        if self._is_outside(place, str(arguments.get("channel"))):
            self.refused_calls.append(method)
            return {"ok": False, "error": "team_access_not_granted"}
        self.uses.append(TokenUse(method, place, arguments, token))
        return {"ok": True, **self._answer(method, place)}

    def _is_outside(self, place: str, chat: str) -> bool:
        """Whether a chat is known to be of none of the workspaces of the organisation *place*."""
        workspace = self.workspaces_by_chat.get(chat)
        return bool(workspace) and workspace not in (place, *self.workspaces.get(place, ()))

    def _answer(self, method: str, place: str) -> Json:
        if method == "auth.teams.list":
            time.sleep(self.listing_seconds)
            if self.listing_error:
                return {"ok": False, "error": self.listing_error}
            teams = self.workspaces.get(place, ())
            return {"teams": [{"id": team_id, "name": "A clinic"} for team_id in teams]}
        answers: dict[str, Json] = {
            "auth.test": {"team_id": place, "user_id": "U0BOT", "bot_id": "B0BOT"},
            "users.info": {"user": {"id": "U", "tz": "America/Toronto", "locale": "en-US"}},
            "chat.postMessage": {"channel": "D0OTHER", "ts": "1.000001"},
            "views.open": {"view": {"id": "V1", "hash": "1.a"}},
        }
        return answers.get(method, {})

    def _exchange(self, arguments: Json, authorization: str) -> Json:
        """Return tokens for a code or a refresh token that was not used before."""
        credentials = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {credentials}":
            return {"ok": False, "error": "bad_client_secret"}
        if arguments.get("grant_type") == "refresh_token":
            return self._renew(str(arguments["refresh_token"]))
        grant = self._grants_by_code.pop(str(arguments.get("code")), None)
        if grant is None:
            return {"ok": False, "error": "invalid_code"}
        time.sleep(self.exchange_seconds)
        if arguments.get("redirect_uri") != grant.redirect_uri:
            return {"ok": False, "error": "bad_redirect_uri"}
        is_organisation = grant.place.startswith("E")
        return {
            **self.issue_tokens(grant.place),
            "app_id": "A0OTHER",
            "scope": grant.scopes,
            "bot_user_id": "U0BOT",
            "team": None if is_organisation else {"id": grant.place, "name": "A clinic"},
            "enterprise": {"id": grant.place, "name": "Clinics"} if is_organisation else None,
            "is_enterprise_install": is_organisation,
            "authed_user": {"id": "U0INSTALLER"},
        }

    def _renew(self, refresh_token: str) -> Json:
        with self._lock:
            place = self._places_by_refresh_token.pop(refresh_token, "")
            self.renewals.append(place)
        time.sleep(self.renewal_seconds)
        return (
            self.issue_tokens(place) if place else {"ok": False, "error": "invalid_refresh_token"}
        )

    def issue_tokens(self, place: str) -> Json:
        """Return the tokens of a new installation of *place*, in force from now on."""
        prefix = "xoxe.xoxb" if self.rotates else "xoxb"
        token, refresh_token = f"{prefix}-{secrets.token_hex(12)}", f"xoxe-{secrets.token_hex(12)}"
        with self._lock:
            self.places_by_token[token] = place
            self._places_by_refresh_token[refresh_token] = place
        answer: Json = {"ok": True, "access_token": token, "token_type": "bot"}
        expiring = {"refresh_token": refresh_token, "expires_in": self.token_seconds}
        return answer | (expiring if self.rotates else {})


@contextmanager
def run_installable_slack() -> Iterator[InstallableSlack]:
    """Run the fake on a free loopback port for as long as the context is open."""
    slack = InstallableSlack("")
    with serve_methods(slack.answer_call) as slack.base_url:
        yield slack

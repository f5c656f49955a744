"""HTTP routes of the OAuth installation: the start page, and the redirect endpoint."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from slack_sdk.oauth import AuthorizeUrlGenerator
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.chat.slack.manifest import INSTALL_PATH, OPTIONAL_SCOPES, REDIRECT_PATH, SCOPES
from bot.chat.slack.oauth import install_pages
from bot.chat.slack.oauth.code_exchange import CodeExchange, InstallationResult
from bot.chat.slack.oauth.installation_rows import InstallationRows
from bot.chat.slack.oauth.state_store import STATE_SECONDS, SignedStateStore
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.token_rotation import ClientCredentials
from bot.content.catalogue import Catalogue, LanguagePack
from bot.conversation import ChatEvent
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

COOKIE_NAME = "attune_install"

_BROWSER_ID_BYTES = 16

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
"""Response headers of both pages.

The redirect URL contains a code and a state, which no ``Referer`` header and no cache may contain.
"""

_STATUSES: Mapping[InstallationResult, HTTPStatus] = {
    InstallationResult.INSTALLED: HTTPStatus.OK,
    InstallationResult.DENIED: HTTPStatus.OK,
    InstallationResult.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""HTTP status by result; the default is 400."""


@dataclass(frozen=True)
class InstallAccess:
    """Parameters of the installation routes: client credentials, public address and storage.

    ``base_url`` is the scheme and host, without a path.
    """

    credentials: ClientCredentials
    base_url: str
    rows: InstallationRows = field(repr=False)

    @property
    def redirect_url(self) -> str:
        """The OAuth redirect URL, equal to the one in the app's manifest."""
        return self.base_url.rstrip("/") + REDIRECT_PATH


class InstallRoutes:
    """Request handlers of the two pages, in the language of the ``Accept-Language`` header."""

    def __init__(
        self,
        access: InstallAccess,
        api_client: ApiClient,
        catalogue: Catalogue,
        handle_event: Callable[[ChatEvent], Awaitable[None]],
    ) -> None:
        """Call Slack with *api_client*; await *handle_event* for each connected workspace."""
        self._catalogue = catalogue
        self._states = SignedStateStore(access.credentials.client_secret, access.rows.claim_state)
        self._exchange = CodeExchange(access.credentials, access.redirect_url, access.rows)
        self._api_client = api_client
        self._handle_event = handle_event
        self._is_secure = access.base_url.startswith("https:")
        self._url_generator = AuthorizeUrlGenerator(
            client_id=access.credentials.client_id,
            redirect_uri=access.redirect_url,
            scopes=(*SCOPES, *OPTIONAL_SCOPES),
            authorization_url=api_client.api_url.removesuffix("api/") + "oauth/v2/authorize",
        )

    @property
    def apps(self) -> Mapping[str, ASGIApp]:
        """The ASGI applications by URL path."""
        return {
            INSTALL_PATH: _PageApp(self.show_install_page),
            REDIRECT_PATH: _PageApp(self.finish_installation),
        }

    async def show_install_page(self, request: Request) -> Response:
        """Return the start page, whose button leads to Slack's authorization URL with a new state.

        The response sets a cookie with a random browser id, or repeats the one of the request; the
        state contains its digest, so that only this browser can finish the authorization.
        """
        browser_id = request.cookies.get(COOKIE_NAME) or secrets.token_urlsafe(_BROWSER_ID_BYTES)
        state = await self._states.async_issue(browser_id)
        words, other_packs = self._choose_packs(request)
        page = install_pages.render_install_page(
            words, other_packs, self._url_generator.generate(state)
        )
        response = HTMLResponse(page, headers=_HEADERS)
        response.set_cookie(
            COOKIE_NAME,
            browser_id,
            max_age=STATE_SECONDS,
            path="/slack",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def finish_installation(self, request: Request) -> Response:
        """Process the OAuth redirect, and return a page about the result.

        An exception of the exchange is logged and becomes a response with the status 503.
        """
        words, _ = self._choose_packs(request)
        try:
            result = await self._install(request)
        except Exception as error:  # noqa: BLE001 - a page that says what to do is better than none
            log_error(logger, "slack.installation_failed", error)
            result = InstallationResult.UNAVAILABLE
        action = f"slack.installation_{result.value}"
        logger.log(
            logging.INFO if result is InstallationResult.INSTALLED else logging.WARNING,
            action,
            extra={"action": action},
        )
        status = _STATUSES.get(result, HTTPStatus.BAD_REQUEST)
        page = install_pages.render_result_page(words, result, INSTALL_PATH)
        return HTMLResponse(page, status, headers=_HEADERS)

    async def _install(self, request: Request) -> InstallationResult:
        state = request.query_params.get("state", "")
        if not self._states.is_issued_to(state, request.cookies.get(COOKIE_NAME, "")):
            return InstallationResult.OTHER_BROWSER
        if not await self._states.async_consume(state):
            return InstallationResult.STATE_ENDED
        if request.query_params.get("error"):
            return InstallationResult.DENIED
        code = request.query_params.get("code", "")
        return await self._exchange.install(code, self._api_client, self._handle_event)

    def _choose_packs(self, request: Request) -> tuple[LanguagePack, tuple[LanguagePack, ...]]:
        """Return the language pack of the request, and the packs of the other languages.

        The query parameter ``language`` has precedence over the ``Accept-Language`` header.
        """
        accepted = request.headers.get("accept-language", "")
        chosen = request.query_params.get("language", "")
        tags = (chosen, *(part.split(";")[0].strip() for part in accepted.split(",")))
        words = self._catalogue.get_pack(self._catalogue.choose_language(*tags))
        packs = map(self._catalogue.get_pack, self._catalogue.languages)
        return words, tuple(pack for pack in packs if pack is not words)


class _PageApp:
    """ASGI application of one page; responds to methods other than GET and HEAD with 405."""

    def __init__(self, respond: Callable[[Request], Awaitable[Response]]) -> None:
        """Await *respond* for the response to each request."""
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process one HTTP request."""
        request = Request(scope, receive)
        response = (
            await self._respond(request)
            if request.method in {"GET", "HEAD"}
            else Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD"})
        )
        await response(scope, receive, send)

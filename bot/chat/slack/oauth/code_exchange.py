"""Exchange of an OAuth authorization code for bot tokens (``oauth.v2.access``), and storage."""

import logging
from collections.abc import Awaitable, Callable, Collection
from enum import Enum

from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.chat.slack.manifest import SCOPES
from bot.chat.slack.oauth.installation_rows import InstallationRows
from bot.chat.slack.oauth.installation_store import build_installation_key, save_installation
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.error_codes import slack_error_code
from bot.chat.slack.outbound.organisation_access import list_workspaces
from bot.chat.slack.token_rotation import ClientCredentials
from bot.conversation import ChatEvent, OrganisationAccessChanged, WorkspaceConnected
from bot.logs import log_error, sanitize_error_code

logger = logging.getLogger("attune.slack")

_CODE_ERRORS = frozenset({"invalid_code", "code_already_used", "code_expired"})

HandleEvent = Callable[[ChatEvent], Awaitable[None]]


class InstallationResult(Enum):
    """Outcome of the OAuth redirect; the value is part of the page's catalogue keys."""

    INSTALLED = "installed"
    DENIED = "denied"
    """Slack redirected with an ``error`` parameter: the person declined."""
    OTHER_BROWSER = "other_browser"
    """The state's signature is invalid, or its digest is not that of the browser's cookie."""
    STATE_ENDED = "state_ended"
    """The state was consumed before, or has expired."""
    CODE_ENDED = "code_ended"
    """Slack rejected the code as expired, already used or invalid."""
    SCOPE_MISSING = "scope_missing"
    """The response lacks one of :data:`bot.chat.slack.manifest.SCOPES`."""
    UNAVAILABLE = "unavailable"
    """Slack's response was an error or incomplete, or a call or transaction raised an exception."""


class CodeExchange:
    """Exchanges codes and stores the tokens; neither a code nor a token is logged."""

    def __init__(
        self, credentials: ClientCredentials, redirect_url: str, rows: InstallationRows
    ) -> None:
        """Use the client *credentials*, and the *redirect_url* of the authorization request."""
        self._credentials = credentials
        self._redirect_url = redirect_url
        self._rows = rows

    async def install(
        self, code: str, api_client: ApiClient, handle_event: HandleEvent
    ) -> InstallationResult:
        """Call ``oauth.v2.access`` with *code*, store the tokens, and report a connection.

        Slack accepts a code once, so the call is not retried. :class:`SlackApiError` is returned as
        a result; connection errors and ``InstallationsUnavailableError`` are raised. *handle_event*
        is awaited after the commit, with an event for each workspace that is connected or removed.
        """
        client = api_client.create_token_refresh_client()
        try:
            response = await client.oauth_v2_access(
                client_id=self._credentials.client_id,
                client_secret=self._credentials.client_secret,
                code=code,
                redirect_uri=self._redirect_url,
            )
        except SlackApiError as error:
            return _classify_refusal(error)
        if set(SCOPES) - set(str(response.get("scope") or "").split(",")):
            return InstallationResult.SCOPE_MISSING
        installation = _parse_installation(response)
        if not _is_complete(installation):
            return InstallationResult.UNAVAILABLE
        listed = await _list_workspaces(client, installation)
        await save_installation(self._rows, installation, listed)
        await self._report(build_installation_key(installation), listed, handle_event)
        return InstallationResult.INSTALLED

    async def _report(
        self, installed_as: str, listed: Collection[str] | None, handle_event: HandleEvent
    ) -> None:
        """Report the served workspaces as connected, and linked ones that Slack omits as removed.

        *listed* is ``None`` if the list was not fetched; then every linked workspace is connected.
        """
        _, *linked = await self._rows.list_served_workspaces(installed_as)
        connected = [name for name in linked if listed is None or name in listed]
        for workspace in (installed_as, *connected):
            await handle_event(WorkspaceConnected(workspace))
        if unlisted := tuple(name for name in linked if name not in connected):
            await handle_event(OrganisationAccessChanged(installed_as, unlisted, is_granted=False))


def _classify_refusal(error: SlackApiError) -> InstallationResult:
    code = slack_error_code(error)
    if code in _CODE_ERRORS:
        return InstallationResult.CODE_ENDED
    action = "slack.code_refused"
    logger.error(action, extra={"action": action, "reason": sanitize_error_code(code)})
    return InstallationResult.UNAVAILABLE


def _parse_installation(response: AsyncSlackResponse) -> Installation:
    """Parse the response of ``oauth.v2.access``; an organisation's has ``team: null``."""
    return Installation(
        app_id=response.get("app_id"),
        enterprise_id=(response.get("enterprise") or {}).get("id"),
        team_id=(response.get("team") or {}).get("id"),
        bot_token=response.get("access_token"),
        bot_user_id=response.get("bot_user_id"),
        bot_scopes=str(response.get("scope") or ""),
        bot_refresh_token=response.get("refresh_token"),
        bot_token_expires_in=response.get("expires_in"),
        user_id=str((response.get("authed_user") or {}).get("id") or ""),
        is_enterprise_install=bool(response.get("is_enterprise_install")),
    )


def _is_complete(installation: Installation) -> bool:
    """Whether the response has a bot token, and a team id (``T…``) or enterprise id (``E…``)."""
    product_id = build_installation_key(installation).removeprefix("slack:")
    is_organisation = installation.is_enterprise_install
    return bool(installation.bot_token) and product_id.startswith("E" if is_organisation else "T")


async def _list_workspaces(
    client: AsyncWebClient, installation: Installation
) -> tuple[str, ...] | None:
    """Return the workspaces of an organisation's installation, as ``slack:T…``; else ``()``.

    ``None`` when ``auth.teams.list`` raises: each workspace is then linked by its first request.
    """
    if not installation.is_enterprise_install:
        return ()
    try:
        return await list_workspaces(client, installation.bot_token)
    except Exception as error:  # noqa: BLE001 - the installation is complete without the list
        log_error(logger, "slack.workspaces_not_listed", error)
        return None

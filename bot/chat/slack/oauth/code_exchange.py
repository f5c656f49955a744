"""Exchange of an authorization code for the bot's tokens, and their storage."""

import logging
from collections.abc import Awaitable, Callable, Collection
from enum import Enum

from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.chat.slack.manifest import SCOPES
from bot.chat.slack.oauth.installation_rows import InstallationRows
from bot.chat.slack.oauth.installation_store import name_installation, save_installation
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
    """What became of an installation; the value is the name of its page."""

    INSTALLED = "installed"
    DENIED = "denied"
    """The person declined on Slack's page."""
    OTHER_BROWSER = "other_browser"
    """The state is not one that was issued to this browser."""
    STATE_ENDED = "state_ended"
    """The state was used before, or is too old."""
    CODE_ENDED = "code_ended"
    """Slack accepts the code no more, or never issued it."""
    SCOPE_MISSING = "scope_missing"
    """A scope without which the bot cannot work was not granted."""
    UNAVAILABLE = "unavailable"
    """Slack or the database did not answer."""


class CodeExchange:
    """Installs the app with a code; neither the code nor a token is logged."""

    def __init__(
        self, credentials: ClientCredentials, redirect_url: str, rows: InstallationRows
    ) -> None:
        """Exchange with the app's *credentials* and the same *redirect_url* as in the link."""
        self._credentials = credentials
        self._redirect_url = redirect_url
        self._rows = rows

    async def install(
        self, code: str, api_client: ApiClient, handle_event: HandleEvent
    ) -> InstallationResult:
        """Exchange *code*, store the installation, and report its workspaces as connected."""
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
        await self._report(name_installation(installation), listed, handle_event)
        return InstallationResult.INSTALLED

    async def _report(
        self, installed_as: str, listed: Collection[str] | None, handle_event: HandleEvent
    ) -> None:
        """Report what is connected now, and what an organisation was linked to and is no longer."""
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
    """Parse Slack's response; an organisation's has no team."""
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
    """Whether Slack named a token, and the workspace or organisation that it belongs to."""
    product_id = name_installation(installation).removeprefix("slack:")
    is_organisation = installation.is_enterprise_install
    return bool(installation.bot_token) and product_id.startswith("E" if is_organisation else "T")


async def _list_workspaces(
    client: AsyncWebClient, installation: Installation
) -> tuple[str, ...] | None:
    """Return the workspaces that an organisation has added the app to, as ``slack:T…``.

    ``None`` where Slack does not answer: each is linked by its first request in any case.
    """
    if not installation.is_enterprise_install:
        return ()
    try:
        return await list_workspaces(client, installation.bot_token)
    except Exception as error:  # noqa: BLE001 - the installation is complete without the list
        log_error(logger, "slack.workspaces_not_listed", error)
        return None

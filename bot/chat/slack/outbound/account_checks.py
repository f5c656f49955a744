"""Health checks by Web API calls: the bot token, the app token, and access to channels."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.token_rotation import TokenRotationError
from bot.conversation import SendResult, SendStatus
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

_MISSING_SCOPE_ERROR = "missing_scope"

_REVOKED_CODES = frozenset({"account_inactive", "token_revoked"})
"""Error codes after which Slack never accepts the bot token again."""

_NO_TOKEN_CODE, _REFRESH_REFUSED_CODE = "not_installed", "invalid_refresh_token"
"""Codes of a missing token, and of a refresh token that Slack rejects after an uninstallation."""


@dataclass(frozen=True)
class AccountCheck:
    """Result of ``auth.test``; ``error_code`` is ``""`` if the call succeeded.

    ``is_refusal`` is true for a definite error response of Slack and for a token that could not be
    refreshed, false for a temporary error or another exception. ``server_time`` is in Unix seconds,
    from the response's Date header.
    """

    error_code: str = ""
    team_id: str = ""
    workspace_name: str = ""
    bot_user_id: str = ""
    scopes: frozenset[str] = frozenset()
    server_time: float | None = None
    is_refusal: bool = True


async def check_account(api_client: ApiClient, workspace: str = "") -> AccountCheck:
    """Call ``auth.test`` for the identity and scopes of the bot token; never raises."""
    try:
        response = await (await api_client.get_client(workspace)).auth_test()
    except Exception as error:  # noqa: BLE001 - the result contains the error code
        return build_failed_check("slack.account_check_failed", error)
    headers = response.headers
    return AccountCheck(
        team_id=str(response.get("team_id") or ""),
        workspace_name=str(response.get("team") or ""),
        bot_user_id=str(response.get("user_id") or ""),
        scopes=frozenset(filter(None, headers.get("x-oauth-scopes", "").split(","))),
        server_time=_parse_http_date(headers.get("Date", "")),
    )


def is_revoked(account: AccountCheck) -> bool:
    """Whether Slack returned an error code of a revoked token."""
    return account.is_refusal and account.error_code in _REVOKED_CODES


def has_refused_renewal(account: AccountCheck) -> bool:
    """Whether the token has expired, and Slack rejected its refresh token."""
    return account.is_refusal and account.error_code == _REFRESH_REFUSED_CODE


def proves_removal(account: AccountCheck) -> bool:
    """Whether the installation's token is revoked, or no token is stored."""
    return account.error_code == _NO_TOKEN_CODE or is_revoked(account)


async def check_app_token(api_client: ApiClient, app_token: str) -> AccountCheck:
    """Call ``apps.connections.open``, which returns a WebSocket URL and opens no connection."""
    client = api_client.create_client()
    client.session = api_client.get_session()
    try:
        await client.apps_connections_open(app_token=app_token)
    except Exception as error:  # noqa: BLE001 - the result contains the error code
        return build_failed_check("slack.app_token_check_failed", error)
    return AccountCheck()


async def check_channels(
    api_client: ApiClient, channels: tuple[str, ...]
) -> Mapping[str, str] | None:
    """Call ``conversations.info`` for each channel; return a dict of error codes by channel id.

    A channel in which the bot can post has no key in it. ``None`` without the scopes
    ``channels:read`` and ``groups:read``, and after an error that is temporary or not Slack's.
    """
    client = await api_client.get_client()
    errors: dict[str, str] = {}
    for channel in channels:
        try:
            response = await client.conversations_info(channel=channel)
        except Exception as error:  # noqa: BLE001 - every error is classified
            check = build_failed_check("slack.channel_check_failed", error)
            if not check.is_refusal or check.error_code == _MISSING_SCOPE_ERROR:
                return None
            errors[channel] = check.error_code
            continue
        details = response.get("channel") or {}
        if details.get("is_archived"):
            errors[channel] = "is_archived"
        elif not details.get("is_member"):
            errors[channel] = "not_in_channel"
    return errors


def build_failed_check(action: str, error: Exception) -> AccountCheck:
    """Log a failed call, and return a check with its error code and ``is_refusal``."""
    result = error_codes.classify_error(error)
    if isinstance(error, SlackApiError) or result.status is SendStatus.RETRY_LATER:
        fields = {"action": action, "status": result.status.value, "reason": result.reason}
        logger.warning(action, extra=fields)
    else:
        log_error(logger, action, error)
    return AccountCheck(error_code=result.reason, is_refusal=_is_refusal(error, result))


def _is_refusal(error: Exception, result: SendResult) -> bool:
    """Whether Slack rejected the token for good, as far as its error code is known.

    A :class:`TokenRotationError` is raised for a lost connection, a rate limit or a busy database,
    too; its known final codes mean ``REJECTED_BY_WORKSPACE``.
    """
    if isinstance(error, TokenRotationError):
        return result.status is SendStatus.REJECTED_BY_WORKSPACE
    return bool(error_codes.slack_error_code(error)) and result.status not in {
        SendStatus.RETRY_LATER,
        SendStatus.UNKNOWN,
    }


def _parse_http_date(date_header: str) -> float | None:
    try:
        return parsedate_to_datetime(date_header).timestamp()
    except ValueError:
        return None

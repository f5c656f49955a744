"""API calls of the operator's check-up: check the configured credentials against each product.

They run outside a running bot, with API clients of their own.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot import adapters
from bot.admin.database_checkup import is_before_first_start
from bot.admin.microsoft_checkup import MicrosoftCheck
from bot.admin.slack_checkup import SlackCheck, SlackQueries
from bot.chat import running_bot, slack
from bot.settings import Settings
from bot.store.open_store import open_store
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.chat.msteams.adapter import AccountCheck


async def check_microsoft(settings: Settings) -> MicrosoftCheck:
    """Call :func:`check_teams_account` and convert its result to the type of the admin package."""
    account = await check_teams_account(settings)
    return MicrosoftCheck(account.has_signing_keys, account.has_token, account.is_token_refused)


async def check_teams_account(settings: Settings) -> "AccountCheck":
    """Fetch Microsoft's signing keys (JWKS), and request an access token with the credentials.

    A failed request raises nothing: ``has_signing_keys`` or ``has_token`` is false then.
    """
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    return await teams_adapter.check_account(adapters.build_teams_access(settings))


async def check_teams_channels(
    settings: Settings, routes: Mapping[str, str]
) -> Mapping[str, str] | None:
    """Check whether the bot is in each channel of *routes*; return the error codes by channel id.

    *routes* are the stored routes by channel id, ``""`` where none is stored. A channel without an
    error is not in the result. ``None`` after a transient or ambiguous error.
    """
    from bot.chat.msteams import adapter as teams_adapter  # noqa: PLC0415 - loaded only if Teams is configured

    return await teams_adapter.check_channels(adapters.build_teams_access(settings), routes)


def build_slack_queries(settings: Settings) -> SlackQueries:
    """Return the check-up's callables: Web API calls, and one that reads the local ``/metrics``."""

    async def check_app_token() -> SlackCheck | None:
        if settings.slack_app_token is None:
            return None
        access = adapters.build_slack_access(settings, None)
        return _build_slack_check(await slack.check_app_token(access))

    async def check_channels(channels: tuple[str, ...]) -> Mapping[str, str] | None:
        async with _open_slack_access(settings) as access:
            return await slack.check_channels(access, channels)

    return SlackQueries(
        partial(check_slack, settings),
        check_app_token,
        check_channels,
        partial(running_bot.count_refused_requests, settings.host, settings.port, "slack"),
    )


async def check_slack(settings: Settings) -> SlackCheck:
    """Call Slack's ``auth.test`` with the bot token; an error code in the result, no exception."""
    async with _open_slack_access(settings) as access:
        return _build_slack_check(await slack.check_account(access))


@asynccontextmanager
async def _open_slack_access(settings: Settings) -> AsyncIterator[slack.AccessSettings]:
    """Yield Slack's access settings; with token rotation, the store is open inside the context.

    The database contains the token pair that the bot has rotated last. Without a usable database,
    as before the first start, the configured token is used.
    """
    store = None if settings.slack_refresh_token is None else _open_current_store(settings)
    try:
        yield adapters.build_slack_access(settings, store)
    finally:
        if store is not None:
            await store.close()


def _open_current_store(settings: Settings) -> Store | None:
    """Open the store; ``None`` for a missing or unusable database, or another schema revision.

    The check-up reports each of these as a finding of its own. A missing SQLite file is not
    created.
    """
    if is_before_first_start(settings):
        return None
    try:
        store = open_store(settings)
        is_current = store.is_schema_current()
    except Exception:  # noqa: BLE001 - each driver has its own errors, and the check of the database reports them
        return None
    if not is_current:
        store.close_sync()
    return store if is_current else None


def _build_slack_check(account: slack.AccountCheck) -> SlackCheck:
    return SlackCheck(
        account.error_code,
        account.workspace_name,
        account.scopes,
        account.server_time,
        account.team_id,
        account.is_refusal,
    )

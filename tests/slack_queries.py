"""Queries of a check-up to Slack, with the answers of a test."""

from collections.abc import Awaitable, Callable, Mapping

from bot.admin.slack_checkup import SlackCheck, SlackQueries


def build_queries(
    check_account: Callable[[], Awaitable[SlackCheck]],
    *,
    app_token: SlackCheck | None = None,
    channel_errors: Mapping[str, str] | None = None,
    refused_count: int | None = None,
) -> SlackQueries:
    """Return queries whose answer about the bot token is that of *check_account*.

    By default there is no app token, no scope to read channels, and no running web process.
    """

    async def check_app_token() -> SlackCheck | None:
        return app_token

    async def check_channels(_channels: tuple[str, ...]) -> Mapping[str, str] | None:
        return channel_errors

    async def count_refused_requests() -> int | None:
        return refused_count

    return SlackQueries(check_account, check_app_token, check_channels, count_refused_requests)

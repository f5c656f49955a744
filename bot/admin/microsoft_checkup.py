"""Check Microsoft Teams: signing keys, access token, allowed tenants and the teams' channels."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from bot.admin.finding import Finding
from bot.conversation import parse_product
from bot.store.repositories import Repositories

MAX_CHECKED_CHANNELS = 50
"""Maximum number of channels per check, each of which is a request to Microsoft."""

_MAX_LISTED_CHANNELS = 5

TeamsChannelCheck = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str] | None]]
"""Async callback that requests each channel of a dict by its stored route (``""`` for none).

Returns a dict of the error codes by channel, ``None`` where Microsoft gives no definite response.
"""

ChannelsByTenant = Mapping[str, Mapping[str, str]]
"""The teams' channels by workspace key, each with the stored route to its conversation."""


@dataclass(frozen=True)
class MicrosoftCheck:
    """Whether Microsoft's signing keys could be fetched, and an access token for the bot.

    ``is_token_refused`` is false where the request for the token got no response.
    """

    has_keys: bool
    has_token: bool
    is_token_refused: bool = True


def build_account_findings(microsoft_check: MicrosoftCheck) -> tuple[Finding, ...]:
    """Return whether the signing keys could be fetched, and the client secret gets a token."""
    keys = "teams_keys" if microsoft_check.has_keys else "teams_keys_away"
    token = "teams_token_refused" if microsoft_check.is_token_refused else "teams_token_away"
    if microsoft_check.has_token:
        token = "teams_token"  # noqa: S105 - the key of a sentence
    return (
        Finding(microsoft_check.has_keys, f"operator.doctor.{keys}"),
        Finding(microsoft_check.has_token, f"operator.doctor.{token}"),
    )


async def check_teams(
    channels_by_tenant: ChannelsByTenant, tenants: Collection[str], check: TeamsChannelCheck
) -> tuple[Finding, ...]:
    """Compare the teams' tenants to the allowed *tenants*, and request their channels by *check*.

    At most :data:`MAX_CHECKED_CHANNELS` are requested. Without a definite response the channels
    have no finding.
    """
    foreign_count = sum(
        len(channels)
        for workspace, channels in channels_by_tenant.items()
        if workspace.partition(":")[2] not in tenants
    )
    findings: tuple[Finding, ...] = ()
    if foreign_count:
        facts: dict[str, str | int] = {"count": foreign_count}
        findings = (Finding(is_healthy=False, key="operator.doctor.tenant_closed", facts=facts),)
    served = {
        channel: route
        for workspace, channels in channels_by_tenant.items()
        if workspace.partition(":")[2] in tenants
        for channel, route in channels.items()
    }
    checked = dict(list(served.items())[:MAX_CHECKED_CHANNELS])
    errors = await check(checked) if checked else None
    return findings + _build_channel_findings(len(checked), errors)


def list_channels(repos: Repositories) -> dict[str, dict[str, str]]:
    """Query the teams on Microsoft Teams and the stored route of each channel, ``""`` for none."""
    channels: dict[str, dict[str, str]] = {}
    for team in repos.teams.list_teams():
        if parse_product(team.workspace) == "msteams":
            routes = repos.chat_routes.list_channel_routes(team.workspace)
            channels.setdefault(team.workspace, {})[team.channel] = routes.get(team.channel, "")
    return channels


def _build_channel_findings(
    channel_count: int, errors: Mapping[str, str] | None
) -> tuple[Finding, ...]:
    if errors is None:
        return ()
    if not errors:
        checked: dict[str, str | int] = {"count": channel_count}
        return (Finding(is_healthy=True, key="operator.doctor.channels", facts=checked),)
    codes = Counter(errors.values())
    facts: dict[str, str | int] = {
        "count": len(errors),
        "channels": ", ".join(sorted(errors)[:_MAX_LISTED_CHANNELS]),
        "codes": ", ".join(f"{code} ({number})" for code, number in sorted(codes.items())),
    }
    return (Finding(is_healthy=False, key="operator.doctor.teams_channels_closed", facts=facts),)

"""Check a team file's workspaces and channels by API requests with the bot's credentials."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.admin import slack_checkup
from bot.admin.operator_file_text import read_operator_file
from bot.admin.slack_checkup import SlackQueries
from bot.admin.team_file import DeclaredTeam
from bot.admin.toml_line_index import TomlLineIndex
from bot.conversation import parse_product
from bot.errors import Fault

_FAULTS_BY_CODE: Mapping[str, str] = {
    "channel_not_found": "channel_unseen",
    "is_archived": "channel_archived",
}
"""Key of the fault by Slack's error code, of those that inviting the bot does not resolve."""


@dataclass(frozen=True)
class ChannelAccessCheck:
    """The faults of a file; ``is_complete`` is false if a request to Slack gave no workspace."""

    faults: tuple[Fault, ...]
    is_complete: bool


async def check_channel_access(
    declared: Sequence[DeclaredTeam],
    path: Path,
    slack_queries: SlackQueries | None,
    tenants: Collection[str],
) -> ChannelAccessCheck:
    """Return a fault for each workspace and channel of *declared* that the bot cannot access.

    *slack_queries* is ``None`` if Slack is not configured; no request is sent for a file without a
    workspace on Slack. *tenants* are the allowed Microsoft tenants, empty without Teams. A product
    that is not configured, or gives no response, is not checked. Raises
    :class:`bot.errors.FaultyInputError` if the file at *path* cannot be read.
    """
    lines = TomlLineIndex(path, read_operator_file(path))
    accessible_workspaces = {f"msteams:{tenant}" for tenant in tenants}
    channel_errors: Mapping[str, str] = {}
    has_slack_team = any(parse_product(team.workspace_key) == "slack" for team in declared)
    account = await slack_queries.check_account() if slack_queries and has_slack_team else None
    if slack_queries and account and account.workspace_id:
        workspace = f"slack:{account.workspace_id}"
        accessible_workspaces.add(workspace)
        channel_errors = await _check_channels(declared, workspace, slack_queries)
    return ChannelAccessCheck(
        tuple(_find_faults(declared, lines, accessible_workspaces, channel_errors)),
        is_complete=account is None or bool(account.workspace_id),
    )


async def _check_channels(
    declared: Sequence[DeclaredTeam], workspace: str, slack_queries: SlackQueries
) -> Mapping[str, str]:
    """Query Slack for the channels in *workspace*; return a dict of the error codes.

    At most :data:`bot.admin.slack_checkup.MAX_CHECKED_CHANNELS` are queried.
    """
    channels = [team.channel for team in declared if team.workspace_key == workspace]
    checked = tuple(channels[: slack_checkup.MAX_CHECKED_CHANNELS])
    return (await slack_queries.check_channels(checked) if checked else None) or {}


def _find_faults(
    declared: Sequence[DeclaredTeam],
    lines: TomlLineIndex,
    accessible_workspaces: Collection[str],
    channel_errors: Mapping[str, str],
) -> Iterator[Fault]:
    accessible_ids: dict[str, str] = {}
    for workspace in sorted(accessible_workspaces):
        accessible_ids.setdefault(parse_product(workspace), workspace.partition(":")[2])
    for number, team in enumerate(declared):
        product = parse_product(team.workspace_key)
        name = _FAULTS_BY_CODE.get(channel_errors.get(team.channel, ""))
        if product in accessible_ids and team.workspace_key not in accessible_workspaces:
            facts: dict[str, str | int] = {"workspace": accessible_ids[product]}
            location = lines.locate_field("team", number, "workspace")
            yield Fault(location, "operator.team.workspace_unseen", facts)
        elif name and product == "slack":
            yield Fault(lines.locate_field("team", number, "channel"), f"operator.team.{name}")

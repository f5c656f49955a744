"""A team file is compared with what the bot's credentials see, before it is applied."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.admin import team_file
from bot.admin.channel_access_check import ChannelAccessCheck, check_channel_access
from bot.admin.slack_checkup import SlackCheck, SlackQueries

TENANT = "6f1c0000-aaaa-4bbb-8ccc-0123456789ab"
OTHER_TENANT = "7a2d0000-aaaa-4bbb-8ccc-0123456789ab"


def build_queries(account: SlackCheck, channel_errors: Mapping[str, str] | None) -> SlackQueries:
    """Build queries that a Slack with these answers would return."""

    async def check_account() -> SlackCheck:
        return account

    async def check_app_token() -> SlackCheck | None:
        return None

    async def check_channels(channels: tuple[str, ...]) -> Mapping[str, str] | None:
        if channel_errors is None:
            return None
        return {name: code for name, code in channel_errors.items() if name in channels}

    async def count_refused_requests() -> int | None:
        return None

    return SlackQueries(check_account, check_app_token, check_channels, count_refused_requests)


async def check_file(
    tmp_path: Path,
    *channels: str,
    queries: SlackQueries | None = None,
    tenants: tuple[str, ...] = (),
) -> ChannelAccessCheck:
    """Check a file with a team in each of *channels*, given as ``WORKSPACE/CHANNEL``."""
    path = tmp_path / "teams.toml"
    path.write_text(
        "".join(
            '[[team]]\nworkspace = "{}"\nchannel = "{}"\nname = "North"\n'.format(
                *channel.split("/")
            )
            for channel in channels
        )
    )
    declared = team_file.read_teams(path, test_mode=False)
    return await check_channel_access(declared, path, queries, tenants)


def list_faults(check: ChannelAccessCheck) -> list[tuple[str, str]]:
    """Return the line and the name of each fault."""
    return [
        (fault.location.rpartition(":")[2], fault.key.rpartition(".")[2]) for fault in check.faults
    ]


async def test_team_of_another_workspace_is_a_fault_of_its_line(tmp_path: Path) -> None:
    """The fault names the workspace of the token."""
    queries = build_queries(SlackCheck(workspace_id="T0OURS"), {})

    check = await check_file(tmp_path, "T0OURS/C0A", "T0THEIRS/C0B", queries=queries)

    assert list_faults(check) == [("6", "workspace_unseen")]
    assert check.faults[0].facts == {"workspace": "T0OURS"}


@pytest.mark.parametrize(
    ("code", "name"),
    [("channel_not_found", "channel_unseen"), ("is_archived", "channel_archived")],
)
async def test_channel_that_no_invitation_opens_is_a_fault(
    tmp_path: Path, code: str, name: str
) -> None:
    """Its line is that of the channel; the other team is no fault."""
    queries = build_queries(SlackCheck(workspace_id="T0OURS"), {"C0B": code})

    check = await check_file(tmp_path, "T0OURS/C0A", "T0OURS/C0B", queries=queries)

    assert list_faults(check) == [("7", name)]


async def test_channel_that_waits_for_an_invitation_is_no_fault(tmp_path: Path) -> None:
    """The bot may be invited after the file was applied."""
    queries = build_queries(SlackCheck(workspace_id="T0OURS"), {"C0A": "not_in_channel"})

    assert (await check_file(tmp_path, "T0OURS/C0A", queries=queries)).faults == ()


async def test_token_without_a_scope_for_channels_checks_the_workspace_alone(
    tmp_path: Path,
) -> None:
    """Channels cannot be looked up then."""
    queries = build_queries(SlackCheck(workspace_id="T0OURS"), None)

    check = await check_file(tmp_path, "T0OURS/C0A", "T0THEIRS/C0B", queries=queries)

    assert list_faults(check) == [("6", "workspace_unseen")]


async def test_slack_that_does_not_answer_is_stated(tmp_path: Path) -> None:
    """An outage stops no file, and the operator reads that nothing was checked."""
    queries = build_queries(SlackCheck(error="no_answer", is_refusal=False), {})

    check = await check_file(tmp_path, "T0OURS/C0A", queries=queries)

    assert check == ChannelAccessCheck((), is_complete=False)


async def test_team_of_another_tenant_is_a_fault(tmp_path: Path) -> None:
    """Only the tenants that the bot serves have teams; Slack has nothing to be asked."""
    channels = (f"{TENANT}/19:a@thread.tacv2", f"{OTHER_TENANT}/19:b@thread.tacv2")
    queries = build_queries(SlackCheck(error="no_answer"), {})

    check = await check_file(tmp_path, *channels, queries=queries, tenants=(TENANT,))

    assert list_faults(check) == [("6", "workspace_unseen")]
    assert check.is_complete


async def test_product_that_is_not_configured_is_not_checked(tmp_path: Path) -> None:
    """A file may be applied before its product is configured."""
    check = await check_file(tmp_path, "T0OURS/C0A", f"{TENANT}/19:a@thread.tacv2")

    assert check == ChannelAccessCheck((), is_complete=True)

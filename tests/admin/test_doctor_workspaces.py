"""The check-up reports workspaces that refuse the bot, and teams of workspaces it cannot serve."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.admin import doctor
from bot.admin.slack_checkup import SlackCheck
from bot.content.catalogue import load_catalogue
from bot.store.repositories import Repositories
from bot.workflows.reachability import suspend_workspace
from tests.admin.test_doctor import SCOPES, build_settings, check_unreachable_microsoft
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.slack_queries import build_queries
from tests.store.sample_counts import build_team


@pytest.mark.parametrize(
    ("token_team_id", "sentence"),
    [("T1", None), ("T2", "Mend: 2 teams are set up in another Slack workspace")],
)
async def test_teams_of_another_workspace_are_counted(
    tmp_path: Path, token_team_id: str, sentence: str | None
) -> None:
    """The finding counts Slack's teams outside the token's workspace; others are not Slack's."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    workspaces = {"a": "slack:T1", "b": "slack:T1", "c": "msteams:tenant"}
    teams = [replace(build_team(name), workspace=workspaces[name]) for name in workspaces]
    await store.across_workspaces.write(lambda repos: [repos.teams.save(team) for team in teams])
    await store.close()

    async def check_slack() -> SlackCheck:
        return SlackCheck(scopes=SCOPES, workspace_id=token_team_id)

    findings = await doctor.run_checkup(
        build_settings(tmp_path), build_queries(check_slack), check_unreachable_microsoft
    )
    words = load_catalogue().get_pack("en")
    elsewhere = [finding for finding in findings if finding.key.endswith("teams_elsewhere")]
    assert [finding.is_healthy for finding in elsewhere] == [False] * bool(sentence)
    assert all(
        words.translate(finding.key, **finding.facts).startswith(str(sentence))
        for finding in elsewhere
    )


async def test_teams_alone_are_checked_after_a_file(tmp_path: Path) -> None:
    """Where Slack does not answer there is nothing to say; else the channels are checked."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.across_workspaces.write(lambda repos: repos.teams.save(build_team("north")))
    await store.close()

    async def check_account() -> SlackCheck:
        return SlackCheck(scopes=SCOPES, workspace_id="T2")

    async def check_nothing() -> SlackCheck:
        return SlackCheck(error="timeout", is_refusal=False)

    findings = [
        await doctor.check_slack_teams(build_settings(tmp_path), build_queries(check))
        for check in (check_account, check_nothing)
    ]
    assert [[finding.key for finding in row] for row in findings] == [
        ["operator.doctor.teams_elsewhere"],
        [],
    ]


async def test_suspended_workspaces_are_counted_by_code(tmp_path: Path) -> None:
    """The finding contains how many workspaces are suspended, with which codes, and no id."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    for workspace in ("slack:T1", "slack:T2"):
        await store.for_workspace(workspace).write(partial(_suspend_workspace, workspace))
    await store.close()

    async def check_slack() -> SlackCheck:
        return SlackCheck(scopes=SCOPES)

    findings = await doctor.run_checkup(
        build_settings(tmp_path), build_queries(check_slack), check_unreachable_microsoft
    )
    (finding,) = [each for each in findings if each.key.endswith("workspaces_suspended")]

    assert not finding.is_healthy
    assert finding.facts == {"count": 2, "codes": "token_revoked (2)"}


async def test_a_pending_deletion_is_a_finding(tmp_path: Path) -> None:
    """A refusal is none by itself; the same workspace counts once it is uninstalled."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())

    async def check_slack() -> SlackCheck:
        return SlackCheck(scopes=SCOPES)

    async def list_findings() -> list[tuple[object, bool]]:
        findings = await doctor.run_checkup(
            build_settings(tmp_path), build_queries(check_slack), check_unreachable_microsoft
        )
        doomed = [each for each in findings if each.key.endswith("workspaces_doomed")]
        return [(finding.facts, finding.is_healthy) for finding in doomed]

    await store.across_workspaces.write(partial(_suspend_workspace, "slack:T1"))
    assert await list_findings() == []
    now = datetime(2026, 7, 6, tzinfo=UTC)
    await store.across_workspaces.write(
        lambda repos: suspend_workspace(repos, "slack:T1", "app_uninstalled", now)
    )
    assert await list_findings() == [({"count": 1}, False)]
    await store.close()


def _suspend_workspace(workspace: str, repos: Repositories) -> None:
    repos.workspaces.suspend(workspace, "token_revoked")

"""The check-up of an app that workspaces install from a link."""

from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.admin import doctor
from bot.admin.slack_checkup import SlackCheck
from bot.settings import Settings
from bot.store.open_store import open_store
from tests.admin.test_doctor import build_settings
from tests.slack_queries import build_queries
from tests.store.sample_counts import build_team


def build_link_settings(folder: Path) -> Settings:
    """Return settings without a bot token, on the database in *folder*."""
    return build_settings(folder).model_copy(
        update={
            "slack_bot_token": None,
            "slack_client_id": "111.222",
            "slack_client_secret": SecretStr("made-up"),
            "base_url": "https://attune.example.org",
        }
    )


async def test_installations_and_waiting_teams_are_counted(tmp_path: Path) -> None:
    """A team of a workspace without an installation waits; no token is asked about."""
    settings = build_link_settings(tmp_path)
    store = open_store(settings)
    store.migrate()
    teams = [
        replace(build_team(name), workspace=workspace)
        for name, workspace in (("a", "slack:T1"), ("b", "slack:T2"), ("c", "msteams:tenant"))
    ]
    await store.across_workspaces.write(lambda repos: [repos.teams.save(team) for team in teams])
    await store.for_workspace("slack:T1").write(
        lambda repos: repos.installations.save("slack:T1", {"token": "xoxb-made-up"})
    )
    await store.close()

    async def check_nothing() -> SlackCheck:
        raise AssertionError

    findings = await doctor.check_slack_teams(settings, build_queries(check_nothing))

    assert [(finding.key.rpartition(".")[2], dict(finding.facts)) for finding in findings] == [
        ("installed_workspaces", {"count": 1, "url": "https://attune.example.org/slack/install"}),
        ("teams_not_installed", {"count": 1}),
    ]
    assert [finding.is_healthy for finding in findings] == [True, False]

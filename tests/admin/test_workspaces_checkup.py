"""The check-up's findings on workspaces with content or periods of their own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.admin.finding import Finding
from bot.admin.workspaces_checkup import check_workspaces
from bot.settings import Settings
from bot.store.open_store import open_store
from tests.admin.test_doctor import build_settings
from tests.sample_team import TEAM

ENTRIES = """
[[workspace]]
id = "T0PRACTICE"
safety = { en = "Call 1." }

[[workspace]]
id = ["T0NORTH", "T0SOUTH"]
audit_retention_months = 6
"""


def build_with_file(folder: Path, text: str) -> Settings:
    """Return settings with a workspaces file of *text*."""
    file = folder / "workspaces.toml"
    file.write_text(text, encoding="utf-8")
    return build_settings(folder, workspaces_file=str(file))


def build_finding(name: str, workspaces: str, count: int) -> Finding:
    """Return the finding that names workspaces."""
    facts: dict[str, Any] = {"count": count, "workspaces": workspaces}
    return Finding(is_healthy=True, key=f"operator.doctor.workspaces_{name}", facts=facts)


async def test_workspaces_with_their_own_are_named(tmp_path: Path) -> None:
    """Those with a safety text, with shorter periods, and those of which nothing is stored."""
    settings = build_with_file(tmp_path, ENTRIES)
    store = open_store(settings)
    store.migrate()
    team = replace(TEAM, workspace="slack:T0NORTH")
    await store.across_workspaces.write(lambda repos: repos.teams.save(team))
    await store.close()

    assert check_workspaces(settings) == (
        build_finding("safety", "T0PRACTICE", 1),
        build_finding("retention", "T0NORTH, T0SOUTH", 2),
        build_finding("unknown", "T0PRACTICE, T0SOUTH", 2),
    )


def test_without_a_database_no_workspace_is_unknown(tmp_path: Path) -> None:
    """Before the first start nobody can use the bot yet."""
    names = [finding.key for finding in check_workspaces(build_with_file(tmp_path, ENTRIES))]

    assert names == ["operator.doctor.workspaces_safety", "operator.doctor.workspaces_retention"]


def test_a_finding_names_some_of_many(tmp_path: Path) -> None:
    """A deployment may have thousands of workspaces."""
    ids = [f"T0{number:04}" for number in range(500)]
    text = f"[[workspace]]\nid = {ids}\nsafety = {{ en = 'Call 1.' }}\n"
    (finding,) = check_workspaces(build_with_file(tmp_path, text))

    assert finding.facts["count"] == 500
    assert str(finding.facts["workspaces"]) == ", ".join([*ids[:20], "…"])


def test_without_a_file_there_is_nothing_to_say(tmp_path: Path) -> None:
    """All workspaces have the deployment's content."""
    assert check_workspaces(build_settings(tmp_path)) == ()

"""The doctor names every fault of Slack's credentials, of the teams and of the files."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.misconfigurations.operator import (
    APP_TOKEN,
    Case,
    Operator,
    Outcome,
    Preparation,
    check_outcome,
)
from tests.misconfigurations.slack_stand_in import (
    ACCOUNT,
    SCOPES,
    WORKSPACE,
    Answer,
    refuse,
    run_stand_in,
)

UNREACHED = "Slack could not be asked"
CHANNEL = "C0123456"


def read_channel(**details: bool) -> dict[str, Answer]:
    """Return Slack's answer about the team's channel."""
    return {"conversations.info": Answer({"ok": True, "channel": {"id": CHANNEL, **details}})}


def count_refused(count: int) -> dict[str, Answer]:
    """Return the metrics of a running bot that has refused *count* requests of Slack."""
    return {"metrics": Answer(f'attune_refused_requests_total{{product="slack"}} {count}.0\n')}


SLACK_FAULTS: dict[str, tuple[Mapping[str, Answer], str]] = {
    "token refused": ({"auth.test": refuse("invalid_auth")}, "refuses the bot token (invalid_auth"),
    "token revoked": ({"auth.test": refuse("token_revoked")}, "copy the new token"),
    "Slack broken": ({"auth.test": Answer("canary", 503)}, UNREACHED),
    "another server": ({"auth.test": Answer("<html>canary</html>")}, UNREACHED),
    "rate limited": (
        {"auth.test": Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})},
        UNREACHED,
    ),
    "scopes": (
        {"auth.test": Answer(ACCOUNT, headers={"x-oauth-scopes": "commands"})},
        "lacks these scopes: chat:write, users:read",
    ),
    "clock": (
        {
            "auth.test": Answer(
                ACCOUNT,
                headers={"x-oauth-scopes": SCOPES, "Date": "Mon, 05 Jan 2026 09:00:00 GMT"},
            )
        },
        "turn on time synchronisation",
    ),
    "app token refused": (
        {"apps.connections.open": refuse("invalid_auth")},
        "refuses the app-level token (invalid_auth)",
    ),
    "app token of another kind": (
        {"apps.connections.open": refuse("not_allowed_token_type")},
        "the scope connections:write",
    ),
    "app token unchecked": ({"apps.connections.open": Answer("canary", 500)}, UNREACHED),
    "another workspace": (
        {"auth.test": Answer({**ACCOUNT, "team_id": "T9"}, headers={"x-oauth-scopes": SCOPES})},
        "another Slack workspace than that of the bot token",
    ),
    "no channel": ({"conversations.info": refuse("channel_not_found")}, f"{CHANNEL}, channel_not"),
    "not invited": (read_channel(is_member=False), "Invite it there with /invite"),
    "archived": (read_channel(is_archived=True), f"{CHANNEL}, is_archived (1)"),
    "signing secret": (count_refused(3), "3 requests were refused since the start"),
    "one signature": (count_refused(1), "begins with "),
}


def open_database_to_others(folder: Path) -> None:
    """Let every user of the machine read the database."""
    (folder / "data").chmod(0o755)
    (folder / "data/attune.sqlite").chmod(0o644)


def open_keys_to_others(folder: Path) -> None:
    """Let every user of the machine read the folder of keys."""
    (folder / "keys").chmod(0o755)


def remove_database(folder: Path) -> None:
    """Remove the database's folder, as an unmounted volume, and leave the keys."""
    shutil.rmtree(folder / "data")


def block_releases(folder: Path) -> None:
    """Put a file in the place of the folder of published tables."""
    (folder / "attune-releases").write_text("canary")


def record_tick(folder: Path) -> None:
    """Record a tick of now, as a running bot does."""
    with closing(sqlite3.connect(folder / "data/attune.sqlite")) as database, database:
        database.execute(
            "INSERT INTO duty_run VALUES ('(tick)', CAST(strftime('%s', 'now') AS INTEGER), 0)"
        )


FILE_FAULTS: dict[Preparation, str] = {
    open_database_to_others: "Run `chmod 600` on it",
    open_keys_to_others: "Run `chmod 700` on it",
    remove_database: "Mount its volume or correct DATABASE_URL",
    block_releases: "set RELEASES_FOLDER to another folder",
}


def run_doctor(
    operator: Operator, claimed_folder: Path, answers: Mapping[str, Answer], case: Case
) -> Outcome:
    """Declare a team in a copy of the claimed folder, and run *case* while Slack answers."""
    for name in ("data", "keys"):
        shutil.copytree(claimed_folder / name, operator.folder / name)
    team = f'[[team]]\nworkspace = "{WORKSPACE}"\nchannel = "{CHANNEL}"\nname = "canary"\n'
    (operator.folder / "teams.toml").write_text(team)
    assert operator.run(["team", "apply", "teams.toml"], {}).status == 0
    with run_stand_in(answers) as port:
        address = {"SLACK_API_URL": f"http://127.0.0.1:{port}/api/", "PORT": str(port)}
        environment = {**address, "SLACK_APP_TOKEN": APP_TOKEN, **case.environment}
        prepared = Case(case.name, case.arguments, "", "", environment, case.prepare)
        return operator.try_case(prepared)


@pytest.mark.parametrize("name", SLACK_FAULTS)
def test_fault_of_slack_is_reported(operator: Operator, claimed_folder: Path, name: str) -> None:
    """The doctor ends with status 1 and the remedy, and prints no secret."""
    answers, sentence = SLACK_FAULTS[name]
    case = Case(name, ("doctor",), "Mend: ", sentence, status=1)

    check_outcome(case, run_doctor(operator, claimed_folder, answers, case))


@pytest.mark.parametrize("prepare", FILE_FAULTS, ids=lambda prepare: prepare.__name__)
def test_fault_of_files_is_reported(
    operator: Operator, claimed_folder: Path, prepare: Preparation
) -> None:
    """The doctor ends with status 1 and the remedy of the file or folder."""
    case = Case("files", ("doctor",), "Mend: ", FILE_FAULTS[prepare], prepare=prepare, status=1)

    check_outcome(case, run_doctor(operator, claimed_folder, {}, case))


def test_healthy_slack_is_told_from_a_faulty_one(operator: Operator, claimed_folder: Path) -> None:
    """Where Slack accepts everything, no finding about Slack or the teams is unhealthy."""
    case = Case("healthy", ("doctor",), "", "", prepare=record_tick)

    outcome = run_doctor(operator, claimed_folder, read_channel(is_member=True), case)

    unhealthy = [line for line in outcome.output.splitlines() if line.startswith("Mend")]
    assert [line for line in unhealthy if "keys" not in line] == []
    assert "1 was checked, and the bot can post there" in outcome.output
    assert "accepts the app-level token" in outcome.output

"""The systemd units: what each runs, what it may do, and where it may write."""

import configparser
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import HANDLERS
from bot.admin.command_line import build_parser
from bot.content.catalogue import load_catalogue
from bot.settings import Settings
from tests.sources import ROOT

FOLDER = ROOT / "deploy/systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
HARDENED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictNamespaces": "yes",
    "UMask": "0077",
    "User": "attune",
}
MAX_EXPOSURE = 15
"""Of 100, as `systemd-analyze security` counts."""


def read_service(name: str) -> dict[str, list[str]]:
    """Return the directives of the service, each with its values in order."""
    text = (FOLDER / name).read_text(encoding="utf-8").partition("[Service]\n")[2]
    directives: dict[str, list[str]] = {}
    for line in text.partition("\n[")[0].splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            directives.setdefault(key, []).append(value)
    return directives


def read_environment(name: str) -> dict[str, str]:
    """Return the variables that the unit sets."""
    pairs = (value.partition("=") for value in read_service(name)["Environment"])
    return {key: value for key, _, value in pairs}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened(name: str) -> None:
    """It has no privilege, its own user, and a file system that it cannot write."""
    directives = read_service(name)

    assert {key: directives[key] for key in HARDENED} == {k: [v] for k, v in HARDENED.items()}
    writable = " ".join(directives.get("ReadWritePaths", [])).split()
    assert set(writable) <= {"/var/lib/attune", "/var/backups/attune"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_a_command_of_the_bot(name: str) -> None:
    """The command line parses what follows the interpreter."""
    (command,) = read_service(name)["ExecStart"]
    words = shlex.split(command)
    parser = build_parser(load_catalogue().get_pack("en"), HANDLERS)

    assert words[1:3] == ["-m", "bot"]
    assert parser.parse_args(words[3:]).verb in {"web", "worker", "backup"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_sets_known_settings_and_no_secret(name: str) -> None:
    """Each variable is a setting; secrets are in a file that the unit only names."""
    environment = read_environment(name)
    settings = {field.upper() for field in Settings.model_fields}

    assert set(environment) - {"PYTHONDONTWRITEBYTECODE"} <= settings
    assert not re.search("TOKEN|SECRET|PEPPER", " ".join(environment))
    assert read_service(name)["EnvironmentFile"] == ["/etc/attune/attune.env"]


def test_the_keys_are_beside_the_database_and_not_in_its_backup() -> None:
    """The folder of the keys is not in the database's, and the backup is in neither."""
    environment = read_environment("attune.service")
    database = Path(environment["DATABASE_URL"].removeprefix("sqlite:///"))
    keys = Path(environment["KEYS"])

    assert not keys.is_relative_to(database.parent)
    assert read_environment("attune-backup.service")["DATABASE_URL"] == f"sqlite:///{database}"
    (command,) = read_service("attune-backup.service")["ExecStart"]
    assert " backup /var/backups/attune --keep " in command


def test_the_command_for_operators_runs_as_the_service_does(tmp_path: Path) -> None:
    """With its user, settings and folders, which `attune doctor` is the first to create."""
    program = tmp_path / "systemd-run"
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
    program.chmod(0o700)
    command = ["/bin/sh", str(FOLDER / "attune"), "audit", "two words"]

    result = subprocess.run(
        command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )

    words = result.stdout.splitlines()
    directives: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--property="):
            key, _, value = word.removeprefix("--property=").partition("=")
            directives.setdefault(key, []).append(value)
    service = read_service("attune.service")
    service["Environment"].remove("PYTHONDONTWRITEBYTECODE=1")
    names = {"User", "Group", "UMask", "WorkingDirectory", "Environment", "EnvironmentFile"}
    names |= {"StateDirectory", "StateDirectoryMode"}
    assert directives == {name: service[name] for name in names}
    assert words[-5:] == ["/srv/attune/.venv/bin/python", "-m", "bot", "audit", "two words"]


def test_a_stop_has_more_time_than_the_bot_needs() -> None:
    """The bot ends within 10 seconds; a fault of the settings is not restarted."""
    for name in ("attune.service", "attune-worker@.service"):
        directives = read_service(name)
        assert int(directives["TimeoutStopSec"][0]) > 10
        assert directives["RestartPreventExitStatus"] == ["2"]


def test_the_timer_starts_the_backup_each_night() -> None:
    """A timer starts the service of its name, also after a night that the machine was off."""
    timer = configparser.ConfigParser()
    timer.read(FOLDER / "attune-backup.timer")

    assert "attune-backup.service" in SERVICES
    assert timer["Timer"]["OnCalendar"] == "*-*-* 02:30:00"
    assert timer["Timer"]["Persistent"] == "yes"


@pytest.mark.systemd
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing in them, with programs that this machine has."""
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        text = text.replace("/srv/attune/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text.replace("User=attune", "User=root"))
    units = [tmp_path / name.replace("@", "@1") for name in (*SERVICES, "attune-backup.timer")]
    (tmp_path / "attune-worker@1.service").symlink_to(tmp_path / "attune-worker@.service")

    command = ["systemd-analyze", "verify", *map(str, units)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.systemd
@pytest.mark.parametrize("name", SERVICES)
def test_systemd_counts_a_low_exposure(name: str) -> None:
    """`systemd-analyze security` counts the exposure of each service below the limit."""
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MAX_EXPOSURE}"]

    result = subprocess.run(
        [*command, str(FOLDER / name)], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout[-300:]

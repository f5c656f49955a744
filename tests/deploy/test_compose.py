"""The compose files: who may do what in a container, which volumes there are, what starts first.

Neither Docker's program nor the published schema of compose files reads them here.
"""

import re
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from bot.__main__ import HANDLERS
from bot.settings import Settings
from tests.deploy.dockerfile import parse_dockerfile
from tests.sources import ROOT

FILES = ("compose.yml", "compose.postgresql.yml")
IMAGE = parse_dockerfile((ROOT / "deploy/Dockerfile").read_text(encoding="utf-8"))[-1]
VOLUMES = {"/data": "data", "/keys": "keys", "/releases": "releases"}


def load_compose(name: str) -> dict[str, Any]:
    """Return a compose file with its merged parts."""
    return dict(yaml.safe_load((ROOT / "deploy" / name).read_text(encoding="utf-8")))


def list_bot_services(name: str) -> dict[str, dict[str, Any]]:
    """Return the services that run the bot's image."""
    services = load_compose(name)["services"]
    return {key: service for key, service in services.items() if service["image"] == "attune"}


@pytest.mark.parametrize("name", FILES)
def test_containers_have_no_privileges(name: str) -> None:
    """No capability, no new privilege, a read-only root, and time for a stop."""
    for service in list_bot_services(name).values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"] is True
        assert service["tmpfs"] == "/tmp"
        assert int(service["stop_grace_period"].removesuffix("s")) > 10
        assert not {"privileged", "user", "network_mode", "pid"} & set(service)


@pytest.mark.parametrize("name", FILES)
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    """Only `web` has a port, on the loopback address; health and metrics are not published."""
    services = load_compose(name)["services"]
    ports = {key: service["ports"] for key, service in services.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:3000:3000"]}


@pytest.mark.parametrize("name", FILES)
def test_every_written_folder_is_a_declared_volume(name: str) -> None:
    """The folders are those of the image, and the volume of the keys is its own."""
    declared = load_compose(name)["volumes"]
    for service in list_bot_services(name).values():
        pairs = (volume.split(":") for volume in service["volumes"])
        mounts = {folder: volume for volume, folder in pairs}
        is_embedded = "sqlite" in service.get("environment", IMAGE.environment)["DATABASE_URL"]
        folders = VOLUMES if is_embedded else {k: v for k, v in VOLUMES.items() if k != "/data"}
        assert mounts == folders
        assert set(mounts.values()) <= set(declared)


@pytest.mark.parametrize("name", FILES)
def test_every_service_runs_a_command_with_known_settings(name: str) -> None:
    """A service without a command runs the image's; each variable is a setting of the bot."""
    settings = set(map(str.upper, Settings.model_fields))
    for service in list_bot_services(name).values():
        (verb,) = service.get("command", IMAGE.find_last("CMD").words)
        assert verb in HANDLERS
        assert set(service.get("environment", {})) <= settings


def test_postgresql_is_migrated_before_web_and_two_workers_start() -> None:
    """Nothing begins before the migration succeeded, and that not before the server is healthy."""
    services = load_compose("compose.postgresql.yml")["services"]
    verbs = sorted(s["command"][0] for s in list_bot_services("compose.postgresql.yml").values())

    assert verbs == ["migrate", "web", "worker", "worker"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker-1", "worker-2"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_a_worker_is_checked_on_its_own_port() -> None:
    """The image's health check is that of `web`; a worker answers on WORKER_PORT."""
    services = load_compose("compose.postgresql.yml")["services"]
    port = Settings.model_fields["worker_port"].default

    assert f":{port}/healthz" in services["worker-1"]["healthcheck"]["test"][-1]


def test_the_bots_role_is_not_the_servers_superuser() -> None:
    """The bot connects as the role of the script, which runs before the server is healthy."""
    services = load_compose("compose.postgresql.yml")["services"]
    superuser = services["database"]["environment"]["POSTGRES_USER"]
    script = (ROOT / "deploy/database-role.sql").read_text(encoding="utf-8")

    for service in list_bot_services("compose.postgresql.yml").values():
        address = make_url(service["environment"]["DATABASE_URL"])
        assert address.username != superuser
        assert f"CREATE ROLE {address.username} LOGIN" in script
        assert f"CREATE DATABASE {address.database} OWNER {address.username};" in script
    (mount,) = (v for v in services["database"]["volumes"] if "initdb" in v)
    assert mount == "./database-role.sql:/docker-entrypoint-initdb.d/database-role.sql:ro"
    # The server that runs the script listens on no network address.
    assert "--host=127.0.0.1" in services["database"]["healthcheck"]["test"]


@pytest.mark.parametrize("name", FILES)
def test_no_password_is_in_a_file(name: str) -> None:
    """Every password is a variable without a default, and its absence has a message."""
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    passwords = re.findall(r"(\w+_PASSWORD): (.+)$", text, re.MULTILINE)
    passwords += re.findall(r"//(attune):(.+?)@", text)

    for key, word in passwords:
        assert word == f"${{{key.replace('attune', 'ATTUNE_PASSWORD')}:?is not set}}"
    assert len(passwords) == (3 if "postgresql" in name else 0)

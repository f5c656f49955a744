"""What an operator is told about settings: everything at once, and no value."""

import os
from pathlib import Path

import pytest

from bot import settings
from bot.errors import FaultyInputError

CANARY = "canary-of-the-settings"
PEPPER = "p" * 32
GOOD = {
    "PEPPER": PEPPER,
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_SIGNING_SECRET": "made-up",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> settings.Settings:
    """Settings as `web` reads them from *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return settings.load_settings("web")


def faults(monkeypatch: pytest.MonkeyPatch, verb: str = "web", **environment: str) -> set[str]:
    """Which settings *verb* names when it refuses *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FaultyInputError) as refused:
        settings.load_settings(verb)
    assert CANARY not in repr(refused.value) + repr(refused.value.faults)
    return {fault.location for fault in refused.value.faults}


def test_everything_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment is answered with every setting that `web` needs."""
    assert faults(monkeypatch) == {"PEPPER", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}


def test_missing_and_malformed_are_named_together_and_no_value_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One message names what is malformed and what is missing, and quotes neither."""
    named = faults(
        monkeypatch,
        DATABASE_URL=f"mysql://{CANARY}",
        PEPPER=CANARY,
        SLACK_BOT_TOKEN=CANARY,
        SLACK_API_URL=f"http://{CANARY}.example/api/",
        PACE=CANARY,
        PORT=CANARY,
        LOG_LEVEL=CANARY,
        TEST_MODE=CANARY,
        TEST_CLOCK=CANARY,
    )

    assert named == {
        "DATABASE_URL",
        "PEPPER",
        "SLACK_BOT_TOKEN",
        "SLACK_API_URL",
        "PACE",
        "PORT",
        "LOG_LEVEL",
        "TEST_MODE",
        "TEST_CLOCK",
        "SLACK_SIGNING_SECRET",
    }


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty DATABASE_URL gives the embedded database, an empty PEPPER is missing."""
    assert told(monkeypatch, **GOOD, DATABASE_URL="").uses_sqlite
    assert faults(monkeypatch, PEPPER="") == {"PEPPER"}


def test_secrets_are_not_in_the_settings_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings shows no secret."""
    read = told(monkeypatch, **GOOD, DATABASE_URL=f"postgresql+psycopg://u:{CANARY}@h/d")

    assert CANARY not in repr(read)
    assert PEPPER not in repr(read)


def test_peppers_come_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several peppers are separated by commas, and spaces beside them do not count."""
    read = told(monkeypatch, **GOOD | {"PEPPER": f"{'n' * 32} , {'o' * 32}"})

    assert read.peppers == (b"n" * 32, b"o" * 32)


def test_one_short_pepper_among_long_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pepper has at least 32 characters."""
    assert faults(monkeypatch, **GOOD | {"PEPPER": f"{PEPPER},short"}) == {"PEPPER"}


def test_an_app_token_makes_the_signing_secret_unnecessary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By Socket Mode a clinic needs no signing secret."""
    environment = GOOD | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-made-up"}

    assert told(monkeypatch, **environment).slack_signing_secret is None


@pytest.mark.parametrize("host", ["::", "192.0.2.7", "attune.example"])
def test_test_mode_is_refused_off_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """A clock that anyone may move is never reachable from another machine."""
    assert faults(monkeypatch, **GOOD, TEST_MODE="1", HOST=host) == {"TEST_MODE"}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_test_mode_is_accepted_on_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """On this machine alone, test mode starts."""
    assert told(monkeypatch, **GOOD, TEST_MODE="1", HOST=host).test_mode


def test_a_worker_refuses_test_mode_and_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite `web` does everything, and a worker's clock cannot be moved."""
    assert faults(monkeypatch, "worker", **GOOD, TEST_MODE="1") == {"TEST_MODE", "WORKER"}


def test_a_test_clock_without_test_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody lives in another month by accident."""
    clock = "2026-01-05T09:00:00+00:00"

    assert faults(monkeypatch, **GOOD, TEST_CLOCK=clock) == {"TEST_CLOCK"}


def test_plain_http_is_accepted_for_a_stand_in_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The practice workspace is reached by plain HTTP on loopback."""
    url = "http://127.0.0.1:9/api/"

    assert told(monkeypatch, **GOOD, SLACK_API_URL=url).slack_api_url == url


def test_migrating_needs_no_secret() -> None:
    """Bringing a database up to date needs its address alone."""
    assert settings.load_settings("migrate").uses_sqlite


TEAMS = {"PEPPER": PEPPER, "TEAMS_CLIENT_ID": "6F9619FF-8B86-4011-B42D-00C04FC964FF"}
TENANTS = "11111111-2222-4333-8444-555555555555, 66666666-7777-4888-8999-AAAAAAAAAAAA"


def test_teams_makes_slack_unnecessary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clinic on Microsoft Teams alone sets nothing of Slack; ids count in small letters."""
    read = told(monkeypatch, **TEAMS, TEAMS_TENANTS=TENANTS)

    assert (read.uses_teams, read.uses_slack) == (True, False)
    assert read.teams_client_id == "6f9619ff-8b86-4011-b42d-00c04fc964ff"
    assert read.allowed_tenants == {
        "11111111-2222-4333-8444-555555555555",
        "66666666-7777-4888-8999-aaaaaaaaaaaa",
    }


def test_beside_teams_slack_is_whole_or_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets part of Slack beside Teams is told what the rest is."""
    assert faults(monkeypatch, **TEAMS, TEAMS_TENANTS=TENANTS, SLACK_BOT_TOKEN="xoxb-x") == {
        "SLACK_SIGNING_SECRET"
    }


def test_nobody_is_let_in_unless_their_tenant_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teams needs a list of tenants; the registration's own counts as one."""
    assert faults(monkeypatch, **TEAMS) == {"TEAMS_TENANTS"}

    own = TENANTS.partition(",")[0]
    assert told(monkeypatch, **TEAMS, TEAMS_TENANT_ID=own).allowed_tenants == {own}


def test_teams_without_its_name_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret or a tenant alone does not silently leave Teams off."""
    assert faults(monkeypatch, **GOOD, TEAMS_CLIENT_SECRET=CANARY) == {"TEAMS_CLIENT_ID"}


@pytest.mark.parametrize("name", ["TEAMS_CLIENT_ID", "TEAMS_TENANT_ID", "TEAMS_TENANTS"])
def test_an_id_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A slip in one of Microsoft's ids is told at the start, and not repeated."""
    good = GOOD | TEAMS | {"TEAMS_TENANTS": TENANTS}

    assert faults(monkeypatch, **good | {name: CANARY}) == {name}


UNSAFE = {
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "true",
    "TEAMS_OPENID_METADATA_URL": "http://127.0.0.1:9/openid",
}


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.parametrize("verb", ["web", "worker"])
def test_what_lets_in_anybody_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, verb: str
) -> None:
    """Outside tests nothing starts while proof can be switched off, with Teams or without."""
    database = "postgresql+psycopg://u@h/d"
    environment = GOOD | {"DATABASE_URL": database, name: UNSAFE[name]}

    assert faults(monkeypatch, verb, **environment) == {name}


@pytest.mark.parametrize("name", UNSAFE)
def test_tests_on_this_machine_may_do_without_proof(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In test mode on loopback both are accepted, and off loopback test mode itself is not."""
    environment = {**TEAMS, "TEAMS_TENANTS": TENANTS, name: UNSAFE[name], "TEST_MODE": "1"}

    assert told(monkeypatch, **environment).test_mode
    assert faults(monkeypatch, HOST="192.0.2.7") == {"TEST_MODE"}


def test_a_stand_in_for_microsoft_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a test takes somebody else's word for who signs."""
    url = f"https://{CANARY}.example/openid"

    assert faults(monkeypatch, **GOOD, TEST_MODE="1", TEAMS_OPENID_METADATA_URL=url) == {
        "TEAMS_OPENID_METADATA_URL"
    }


def test_libraries_do_not_read_the_operators_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a library is imported it may not load `.env`; afterwards all is as before."""
    for before in (None, "0"):
        if before is not None:
            monkeypatch.setenv("PYTHON_DOTENV_DISABLED", before)
        with settings.disable_dotenv():
            assert os.environ["PYTHON_DOTENV_DISABLED"] == "1"

        assert os.environ.get("PYTHON_DOTENV_DISABLED") == before


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({}, {"SLACK_REFRESH_TOKEN"}),
        ({"SLACK_REFRESH_TOKEN": "xoxe-1-a"}, {"SLACK_CLIENT_SECRET"}),
        ({"SLACK_REFRESH_TOKEN": "xoxb-a"}, {"SLACK_REFRESH_TOKEN"}),
        (
            {
                "SLACK_REFRESH_TOKEN": "xoxe-1-a",
                "SLACK_CLIENT_ID": "1.2",
                "SLACK_CLIENT_SECRET": "shh",
            },
            set(),
        ),
    ],
)
def test_a_token_that_ends_needs_what_renews_it(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str], named: set[str]
) -> None:
    """Nobody finds out after twelve hours that the bot fell silent."""
    if named:
        assert faults(monkeypatch, **GOOD | {"SLACK_BOT_TOKEN": "xoxe.xoxb-a"} | more) == named
    else:
        told(monkeypatch, **GOOD | {"SLACK_BOT_TOKEN": "xoxe.xoxb-a"} | more)

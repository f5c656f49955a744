"""Every fault of a PostgreSQL server ends in a sentence with its remedy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.misconfigurations.operator import Case, Operator, check_outcome
from tests.misconfigurations.server_faults import (
    AWAITED,
    ROLE,
    SERVER_FAULTS,
    execute,
    make_read_only,
    run_server_without_tls,
)
from tests.postgres import PostgresServer

VERBS = (
    ("migrate",),
    ("doctor",),
    ("deliveries",),
    ("export-tables", "{folder}/tables.csv"),
    ("team", "apply", "{folder}/teams.toml"),
)
SERVER_VERBS = (("web",), ("worker",))
CASES = {
    f"{prepare.__name__} for {verb[0]}": (prepare, sentence, verb)
    for prepare, sentence in SERVER_FAULTS
    for verb in (*VERBS, *(() if prepare in AWAITED else SERVER_VERBS))
}


@pytest.fixture
def role(postgres: PostgresServer) -> Iterator[None]:
    """A role that may connect and owns nothing."""
    url = postgres.database_url("postgres")
    execute(url, f"CREATE ROLE {ROLE} LOGIN")
    yield
    execute(url, f"DROP ROLE {ROLE}")


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize("name", CASES)
def test_faulty_server_is_reported(operator: Operator, postgres_url: str, name: str) -> None:
    """The subcommand ends with the remedy of the server, no traceback and no secret."""
    prepare, sentence, verb = CASES[name]
    case = build_case(verb, prepare(postgres_url), sentence)

    check_outcome(case, operator.try_case(case))


@pytest.mark.parametrize("verb", [VERBS[1], VERBS[4], *SERVER_VERBS], ids=lambda verb: str(verb[0]))
def test_read_only_server_is_reported(
    operator: Operator, migrated_postgres_url: str, verb: tuple[str, ...]
) -> None:
    """A subcommand that writes names a database that is read-only, as a replica is."""
    url = make_read_only(migrated_postgres_url)
    case = build_case(verb, url, "can be read and not written")

    check_outcome(case, operator.try_case(case))


@pytest.mark.parametrize("verb", [*VERBS, *SERVER_VERBS], ids=lambda verb: str(verb[0]))
def test_missing_encryption_is_reported(operator: Operator, verb: tuple[str, ...]) -> None:
    """A server without TLS, where the address requires it, is named as such."""
    with run_server_without_tls() as url:
        case = build_case(verb, url, "do not agree on encryption")

        check_outcome(case, operator.try_case(case))


@pytest.mark.parametrize("verb", [VERBS[0], VERBS[1]], ids=lambda verb: str(verb[0]))
def test_unreachable_key_database_is_reported(operator: Operator, verb: tuple[str, ...]) -> None:
    """The remedy of a second database for the keys names KEYS."""
    url = "postgresql://attune:canary@127.0.0.1:9/keys"
    case = Case("keys", verb, "KEYS", "answer", {"KEYS": url}, status=status_of(verb))

    check_outcome(case, operator.try_case(case))


def build_case(verb: tuple[str, ...], url: str, sentence: str) -> Case:
    """Return the case of *verb* with the database at *url*."""
    environment = {"DATABASE_URL": url, "KEYS": "{folder}/keys"}
    if verb == ("web",):
        environment["HOST"] = "192.0.2.1"  # no address of this machine: it ends if it would serve
    return Case("server", verb, "DATABASE_URL", sentence, environment, write_team, status_of(verb))


def status_of(verb: tuple[str, ...]) -> int:
    """Return the exit status: the doctor has findings, the others do not run."""
    return 1 if verb == ("doctor",) else 2


def write_team(folder: Path) -> None:
    """Write a sound team file."""
    team = '[[team]]\nworkspace = "T0123456"\nchannel = "C0123456"\nname = "canary"\n'
    (folder / "teams.toml").write_text(team)

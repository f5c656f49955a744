"""The check-up of roles reports a bot whose role passes row security."""

import pytest
from sqlalchemy.engine import make_url

from bot.admin.database_role_checkup import check_database_roles
from tests.key_folders import open_test_store
from tests.postgres import PostgresServer


@pytest.mark.parametrize("is_superuser", [True, False])
def test_role_that_passes_every_policy_is_reported(
    postgres: PostgresServer, postgres_url: str, *, is_superuser: bool
) -> None:
    """A superuser has the rows of all workspaces, whichever the bot serves."""
    name = make_url(postgres_url).database or ""
    store = open_test_store(postgres.superuser_url(name) if is_superuser else postgres_url, ())

    findings = {
        finding.key: finding.is_healthy for finding in check_database_roles(store.server_roles)
    }

    store.close_sync()
    key = "row_security_bypassed" if is_superuser else "row_security"
    assert findings[f"operator.doctor.{key}"] is not is_superuser


def test_sqlite_has_no_roles(tmp_path: object) -> None:
    """Neither other ones nor one that passes a policy."""
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())

    assert store.server_roles.count_other_roles() == 0
    assert not store.server_roles.bypasses_row_security()
    store.close_sync()

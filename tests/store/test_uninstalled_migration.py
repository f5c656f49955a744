"""A workspace that was uninstalled before it was stored since when has a day from the upgrade."""

import time

from sqlalchemy import select

from bot.store.row_security import begin_across_workspaces
from bot.store.schema import workspaces
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS
from tests.store.test_sealing_migration import insert_rows, upgrade_to


async def test_only_an_uninstalled_workspace_gets_the_time_of_the_upgrade(database: str) -> None:
    """A refused workspace and one that is connected are not going to be purged."""
    reasons = {"T1": "app_uninstalled", "T2": "tokens_revoked", "T3": "account_inactive", "T4": ""}
    store, before = open_test_store(database, PEPPERS), int(time.time())
    upgrade_to(store, "0017")
    with begin_across_workspaces(store._engines.writer) as connection:
        for workspace, reason in reasons.items():
            insert_rows(connection, "workspace", {"id": workspace, "suspended": reason})

    store.migrate()

    with begin_across_workspaces(store._engines.writer) as connection:
        rows = connection.execute(select(workspaces.c.id, workspaces.c.uninstalled))
        since = {row.id: row.uninstalled for row in rows}
    assert before <= since["T1"] == since["T2"] <= int(time.time())
    assert since["T3"] == since["T4"] == 0
    await store.close()

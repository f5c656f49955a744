"""Insert published tables with chosen content into a store, as rows of releases."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert

from bot.domain.counts.published_tables import PublishedTable
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import practice_unit_key, team_unit_key
from bot.store.schema import feeds, releases
from bot.store.store import Store

UNUSED_DAY = date(2000, 1, 3)
"""The end of a period that no test opens."""


async def insert_releases(
    store: Store, team_id: str, tables: Sequence[PublishedTable], workspace: str = "slack:T1"
) -> None:
    """Insert *tables* as releases of the team, or of its practice where they are pooled."""
    practice = practice_unit_key(workspace, "made up")

    def job(repos: Repositories) -> None:
        for published in tables:
            unit = practice if published.is_pooled else team_unit_key(team_id)
            row = {
                "ledger": published.ledger,
                "unit": unit,
                "opens": published.opens,
                "closes": published.closes,
                "cap": published.cap,
                "question": "",
                "body": published.table.json_body,
            }
            repos._connection.execute(insert(releases).values(row))
        for ledger in {published.ledger for published in tables if published.is_pooled}:
            feed = {"ledger": ledger, "team": team_id, "closes": UNUSED_DAY, "unit": practice}
            repos._connection.execute(insert(feeds).values(feed))

    await store.across_workspaces.write(job)

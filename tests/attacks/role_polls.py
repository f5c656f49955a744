"""A role without privileges on PostgreSQL's server, which polls what every role may read.

The role selects from no table of the bot. It reads the statistics views, the sizes of relations,
the sessions, the locks and the position of the log before and after each form.
"""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from uuid import uuid4

import psycopg

from bot.conversation import Person
from tests.attacks.wal_archive import Event, WatchedBot

WRITES: Mapping[str, str] = {
    "rows written": "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables",
    "sizes": "SELECT relname, pg_relation_size(oid) / 8192 FROM pg_class WHERE relkind = 'r'",
    "sums written": """SELECT datname, tup_inserted, tup_updated, tup_deleted
        FROM pg_stat_database WHERE datname LIKE 'attune%'""",
}
"""What a form writes, as the views count it."""

READS: Mapping[str, str] = {
    "rows read": "SELECT relname, seq_tup_read, idx_tup_fetch FROM pg_stat_user_tables",
    "indexes read": "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes",
    "sums read": "SELECT datname, tup_fetched FROM pg_stat_database WHERE datname LIKE 'attune%'",
}
"""What a form reads: the documents say that this tells one kind from another."""

TEXTS: Mapping[str, str] = {
    "statements": "SELECT query FROM pg_stat_activity WHERE usename = 'attune_bot'",
    "values": "SELECT most_common_vals::text FROM pg_stats WHERE schemaname = 'public'",
}
"""What might show the text of a statement or a value of a row."""


Poll = Mapping[Hashable, tuple[object, ...]]
"""The rows of several views, by the name of the view and the first value of the row."""


class PollingRole:
    """A new role that may log in and nothing else."""

    def __init__(self, bot: WatchedBot) -> None:
        """Create the role on the server where *bot* has its database."""
        self._bot = bot
        self._last_poll: tuple[Mapping[str, str], Poll] | None = None
        self.name = f"observer_{uuid4().hex}"
        bot.execute(f"CREATE ROLE {self.name} LOGIN")

    def query(self, statement: str, database: str = "") -> list[tuple[object, ...]]:
        """Return the rows of *statement* in the bot's database, or in another one."""
        with self._connect(database) as connection:
            return connection.execute(statement.encode()).fetchall()

    def _connect(self, database: str = "") -> psycopg.Connection:
        address = self._bot.address.replace("postgres@", f"{self.name}@")
        if database:
            address = address.replace(f"/{self._bot.database}", f"/{database}")
        return psycopg.connect(address, autocommit=True)

    async def trace_form(self, kind: str, person: Person, views: Mapping[str, str]) -> Event:
        """Run a form or a cover, and return what changed in *views* since the last one.

        Of the first, and where the last one was traced in other views, what changed around it.
        """
        if self._last_poll is None or self._last_poll[0] != views:
            self._last_poll = views, self._poll(views)
        before = self._last_poll[1]
        await self._bot.run_event(kind, person)
        after = self._poll(views)
        self._last_poll = views, after
        return Event(kind, person, frozenset(_list_growth(before, after)))

    def _poll(self, views: Mapping[str, str]) -> Poll:
        self._bot.end_sessions()
        with self._connect() as connection:
            return {
                (view, row[0]): row[1:]
                for view, statement in views.items()
                for row in connection.execute(statement.encode()).fetchall()
            }


def select_view(event: Event, view: str) -> Event:
    """Return what the role saw of *event* in one view."""
    assert isinstance(event.trace, frozenset)
    return replace(event, trace=frozenset(item for item in event.trace if item[0][0] == view))


def _list_growth(before: Poll, after: Poll) -> list[Hashable]:
    growth: list[Hashable] = []
    for key, row in after.items():
        old_row = before.get(key, (0,) * len(row))
        steps = tuple(
            int(str(new or 0)) - int(str(old or 0)) for new, old in zip(row, old_row, strict=True)
        )
        if any(steps):
            growth.append((key, steps))
    return growth

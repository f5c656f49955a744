"""Decrypted ledger records, to test what was filed: only a process with the keys can read them."""

from collections import Counter
from pathlib import Path

from sqlalchemy import select

from bot.domain.counts import slots
from bot.domain.counts.slots import LedgerRecord, Slot
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.period import Period
from bot.store.repositories import Repositories
from bot.store.schema import releases
from bot.store.store import Store

TokenCodes = list[tuple[bytes, str]]

Table = tuple[str, str, str]
"""Ledger, unit and closing day of a period, whose one table its release is."""


def load_records(repos: Repositories) -> dict[Period, LedgerRecord]:
    """Return the record of each open period, of all that a key opens."""
    records = repos._records.ledger_records.load_records(repos.ledger._periods.list_periods())
    return {period: open_record.record for period, open_record in records.items()}


def list_filed_slots(record: LedgerRecord) -> tuple[Slot, ...]:
    """Return the slots of *record* that count a debrief; a listed person's slot may count none."""
    return tuple(slot for slot in record.slots if slot.count)


def load_token_codes(repos: Repositories) -> dict[Period, TokenCodes]:
    """Return the (token, code) pairs of each open period."""
    return {period: slots.token_codes(record) for period, record in load_records(repos).items()}


def count_filed_debriefs(repos: Repositories) -> Counter[Table]:
    """Return the number of debriefs in the record of each open period."""
    return Counter(
        {
            (period.ledger, period.unit, str(period.closes)): sum(
                slot.count for slot in list_filed_slots(record)
            )
            for period, record in load_records(repos).items()
        }
    )


def list_released_tables(repos: Repositories) -> set[Table]:
    """Return the tables of all releases."""
    rows = repos._connection.execute(select(releases))
    return {(row.ledger, row.unit, str(row.closes)) for row in rows}


def load_records_of(database_file: Path, keys_folder: Path) -> dict[Period, LedgerRecord]:
    """Return the record of each open period in the files of a bot, which may be running."""
    store = Store.open(f"sqlite:///{database_file}", (), FolderKeyStore(keys_folder))
    try:
        return store.read_sync(load_records)
    finally:
        store.close_sync()


async def fetch_token_codes(store: Store) -> dict[Period, TokenCodes]:
    """Return the (token, code) pairs of each open period of *store*."""
    return await store.across_workspaces.read(load_token_codes)


async def count_stored_codes(store: Store) -> int:
    """Count the stored codes of all open periods: two for each debrief below the caps."""
    return sum(map(len, (await fetch_token_codes(store)).values()))

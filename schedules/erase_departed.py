"""Duty: erase the people whose accounts have been closed for 30 days, once a day."""

from datetime import datetime, timedelta
from functools import partial

from bot.context import Context
from bot.conversation import Person
from bot.domain.person import departure
from bot.store.repositories import Repositories
from bot.workflows import person_erasure, reachability

_WATERMARK = "erase_departed"
_INTERVAL = timedelta(days=1)


async def run(context: Context) -> int:
    """Erase the people who have left, each in one transaction; return how many.

    The product confirms for each of their accounts that it is still closed; without an answer the
    next day tries again, and an account that is open again ends the time. Crashed, the pass starts
    again, which changes nothing for those who are erased. Somebody who cannot be erased, as while a
    key cannot be read, stops nobody else: the next day tries again, and the first error is raised
    at the end.
    """
    now, scope = context.now(), context.store.across_workspaces
    if not await scope.read(lambda repos: repos.watermarks.is_due(_WATERMARK, _INTERVAL, now)):
        return 0
    last_day = now.date() - departure.ERASURE_DELAY
    erased_count, first_error = 0, None
    await scope.write(lambda repos: repos.closed_accounts.limit_days(now.date()))
    for person in await scope.read(lambda repos: repos.closed_accounts.list_closed_by(last_day)):
        try:
            erased_count += await _erase_if_confirmed(context, person, now)
        except Exception as error:  # noqa: BLE001 - the others are erased all the same
            first_error = first_error or error
    await scope.write(lambda repos: repos.watermarks.set_last_run(_WATERMARK, now))
    if first_error is not None:
        raise first_error
    return erased_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: no person waits for this duty, so a simulated clock never stops for it."""
    return None


async def _erase_if_confirmed(context: Context, person: Person, now: datetime) -> int:
    """Erase a person who is due and gone by the product's own words; return 1 if so, else 0."""
    scope = context.store.across_workspaces
    accounts = await scope.read(partial(_list_due_accounts, person=person, now=now))
    if not accounts or not await _are_closed(context, accounts, now):
        return 0
    return await scope.write(partial(_erase_if_due, person=person, now=now))


def _list_due_accounts(repos: Repositories, person: Person, now: datetime) -> tuple[Person, ...]:
    """Return all accounts of the person with the account *person* if they are due, else none."""
    accounts = repos.linked_accounts.list_accounts_of(person)
    days = repos.closed_accounts.load_days(accounts)
    return accounts if departure.is_erasure_due(days, now.date()) else ()


async def _are_closed(context: Context, accounts: tuple[Person, ...], now: datetime) -> bool:
    """Whether the product says of each of *accounts* that it is closed; an open one is stored."""
    are_closed = True
    for account in accounts:
        outlet = context.find_outlet(account.workspace)
        profile = await outlet.fetch_profile(account) if outlet else None
        if profile is None or not profile.is_closed:
            are_closed = False
        if profile is not None:
            await context.store.for_workspace(account.workspace).write(
                partial(
                    reachability.apply_profile, person=account, profile=profile, today=now.date()
                )
            )
    return are_closed


def _erase_if_due(repos: Repositories, person: Person, now: datetime) -> int:
    """Erase the person unless they came back meanwhile; return 1 if they were erased, else 0."""
    if not _list_due_accounts(repos, person, now):
        return 0
    person_erasure.erase_departed_person(repos, person, now)
    return 1

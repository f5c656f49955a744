"""Periodic job (duty): once a day, erase the people whose accounts have been closed for 30 days."""

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
    """Erase each departed person in a write transaction of their own; return how many.

    Before it, a profile request to the product confirms for each account that it is still closed.
    Without a response the next daily pass retries; an account that is open again is stored as open,
    which resets the 30 days. An exception for one person, as for a key that cannot be read, is
    caught and the loop continues: the first exception is raised after the last person, when the
    watermark is set, and the next pass retries. A pass that a crash interrupted is repeated by the
    next tick; it is idempotent.
    """
    now, scope = context.now(), context.store.across_workspaces
    if not await scope.read(lambda repos: repos.watermarks.is_due(_WATERMARK, _INTERVAL, now)):
        return 0
    last_day = now.date() - departure.ERASURE_DELAY
    erased_count, first_error = 0, None
    await scope.write(lambda repos: repos.closed_accounts.clamp_future_days(now.date()))
    for person in await scope.read(lambda repos: repos.closed_accounts.list_closed_by(last_day)):
        try:
            erased_count += await _erase_if_confirmed(context, person, now)
        except Exception as error:  # noqa: BLE001 - the loop continues, and raises it at the end
            first_error = first_error or error
    await scope.write(lambda repos: repos.watermarks.set_watermark(_WATERMARK, now))
    if first_error is not None:
        raise first_error
    return erased_count


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None


async def _erase_if_confirmed(context: Context, person: Person, now: datetime) -> int:
    """Erase a person who is due, if the product's responses confirm it; return 1 if so, else 0."""
    scope = context.store.across_workspaces
    accounts = await scope.read(partial(_list_due_accounts, person=person, now=now))
    if not accounts or not await _store_profiles_and_check_closed(context, accounts, now):
        return 0
    return await scope.write(partial(_erase_if_due, person=person, now=now))


def _list_due_accounts(repos: Repositories, person: Person, now: datetime) -> tuple[Person, ...]:
    """Query all linked accounts of *person*; return them if their erasure is due, else none."""
    accounts = repos.linked_accounts.list_accounts_of(person)
    days = repos.closed_accounts.load_days(accounts)
    return accounts if departure.is_erasure_due(days, now.date()) else ()


async def _store_profiles_and_check_closed(
    context: Context, accounts: tuple[Person, ...], now: datetime
) -> bool:
    """Request the profile of each of *accounts*, store it, and return whether all are closed.

    The write transactions are per account. ``False`` as well if a request gets no profile, or the
    product has no client in this process.
    """
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
    """Erase the person in the transaction of *repos*; return 1 if they were erased, else 0.

    Their rows are queried again, since an account may have been opened after the first query.
    """
    if not _list_due_accounts(repos, person, now):
        return 0
    person_erasure.erase_departed_person(repos, person, now)
    return 1

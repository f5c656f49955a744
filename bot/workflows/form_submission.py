"""Form submission: every form writes the same rows in one transaction, whatever it does.

A copy of the database, its write-ahead log or a replica shows that some form was submitted in a
unit, and not whether it filed, withdrew, answered or only read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.conversation import Person, Request
from bot.domain.people import Team
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.repositories.contributor import Contributor
from bot.store.repositories.teams import Account

T = TypeVar("T")

_IDEMPOTENCY_KIND = "form"
"""Kind of the idempotency keys of all forms."""


@dataclass(frozen=True)
class FormContext:
    """Argument of a form's callback: the contributor, looked up once, and whether it is a retry.

    ``is_first`` is ``False`` if the request's idempotency key was claimed before.
    """

    person: Person
    now: datetime
    contributor: Contributor
    is_first: bool

    @property
    def team(self) -> Team | None:
        """The person's home team; ``None`` for a person on no team's list."""
        return self.contributor.team

    @property
    def supervisor_ids(self) -> tuple[str, ...]:
        """The ids of the team's other supervisors in the person's own workspace."""
        return list_supervisor_ids(self.contributor, self.person)


def submit_form(
    repos: Repositories,
    request: Request,
    now: datetime,
    apply: Callable[[FormContext], T],
    *,
    idempotency_key: str = "",
) -> T:
    """Apply a form or a button in the write transaction of *repos*; return *apply*'s result.

    Claims one idempotency key, that of the request unless *idempotency_key* replaces it, calls
    *apply*, and encrypts records of the person's team again, whether or not they changed: those of
    the periods that every form of the team writes, and the one with the slot of the person's own
    account. *apply* is called on a retry as well, with ``is_first=False``; a random key is then
    inserted, so that the same rows are written. For a person on no list, present or frozen, no
    key is claimed and only *apply* writes; if it adds them to a list, the rows of that team follow.

    Raises :class:`bot.errors.StoreBusyError`, which rolls back, if the key store was unavailable:
    otherwise the retry would find the key of a request of which *apply* stored nothing. A key that
    is lost raises nothing.
    """
    result = _apply_form(repos, request, now, apply, idempotency_key)
    if repos.is_key_store_unavailable:
        raise StoreBusyError
    return result


def _apply_form(
    repos: Repositories,
    request: Request,
    now: datetime,
    apply: Callable[[FormContext], T],
    idempotency_key: str,
) -> T:
    contributor = repos.ledger.get_contributor_and_open_periods(request.person, now)
    if contributor.form_team is None:
        return _apply_without_team(
            repos, FormContext(request.person, now, contributor, is_first=True), apply
        )
    key = idempotency_key or f"{request.name} {request.idempotency_key}"
    is_first = repos.idempotency_keys.claim(_IDEMPOTENCY_KIND, key, now.date())
    if not is_first:
        repos.idempotency_keys.insert_random_key(now.date())
    result = apply(FormContext(request.person, now, contributor, is_first))
    repos.ledger.reseal_periods(contributor.written_periods)
    repos.team_slots.reseal_and_delete_expired([contributor.record_team_id], now.date())
    return result


def find_supervisors(repos: Repositories, person: Person) -> tuple[str, ...]:
    """Return the ids of the supervisors of *person*'s home team; only reads, unlike a form."""
    return list_supervisor_ids(repos.teams.get_account(person), person)


def list_supervisor_ids(member: Account | Contributor, person: Person) -> tuple[str, ...]:
    """Return the ids of the team's supervisors in the workspace of *person*, except *person*."""
    return tuple(
        holder.id
        for holder in member.supervisors
        if member.team and holder != person and holder.workspace == person.workspace
    )


def write_cover(repos: Repositories, team: Team, now: datetime) -> None:
    """Write the rows that a form of a member of *team* writes, with a random idempotency key.

    The statements and their order are those of :func:`submit_form`, so that the database's files
    and logs do not show the difference.
    """
    periods = repos.ledger.get_or_open_form_periods(team, now)
    repos.idempotency_keys.insert_random_key(now.date())
    repos.ledger.reseal_periods(periods)
    repos.team_slots.reseal_and_delete_expired([team.id], now.date())


def _apply_without_team(
    repos: Repositories, form: FormContext, apply: Callable[[FormContext], T]
) -> T:
    """Apply a form of a person on no list; if they joined, write the rows of their new team."""
    result = apply(form)
    if team := repos.teams.get_home_team(form.person):
        write_cover(repos, team, form.now)
    return result

"""Form submission, the one path of every form: the same rows are written, whatever it is.

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
"""The one kind of idempotency key of all forms."""


@dataclass(frozen=True)
class FormContext:
    """What a form's submission has looked up, once: the contributor, and whether it is a retry.

    ``is_first`` is ``False`` for the repetition of a processed request.
    """

    person: Person
    now: datetime
    contributor: Contributor
    is_first: bool

    @property
    def team(self) -> Team | None:
        """The person's present team; ``None`` for a person on no team's list."""
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
    """Apply a form or a button in the transaction of *repos* and return the result of *apply*.

    One idempotency key is inserted, that of the request unless *idempotency_key* replaces it, and
    the records of the person's team are sealed again, whatever *apply* did: those of the periods
    that a form of the team writes, and the one with the slot of the person's own account. A
    repetition inserts a random key, so that it writes the same rows as the first request. For a
    person on no list, present or frozen, nothing is inserted, unless *apply* lets them join one.

    Raises :class:`bot.errors.StoreBusyError`, with nothing written, where a key could not be
    read: what *apply* could not store would otherwise be taken for processed when the person
    sends it again. A key that is lost is no such failure.
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
    """Return the ids of the supervisors to whom *person* may write, without a form; only reads."""
    return list_supervisor_ids(repos.teams.get_account(person), person)


def list_supervisor_ids(member: Account | Contributor, person: Person) -> tuple[str, ...]:
    """Return the ids of the supervisors of a team's *member*, of their workspace, without them."""
    return tuple(
        holder.id
        for holder in member.supervisors
        if member.team and holder != person and holder.workspace == person.workspace
    )


def write_cover(repos: Repositories, team: Team, now: datetime) -> None:
    """Write the rows that a form of a member of *team* writes, without a form.

    The same statements in the same order, so that they leave the same traces.
    """
    periods = repos.ledger.get_or_open_form_periods(team, now)
    repos.idempotency_keys.insert_random_key(now.date())
    repos.ledger.reseal_periods(periods)
    repos.team_slots.reseal_and_delete_expired([team.id], now.date())


def _apply_without_team(
    repos: Repositories, form: FormContext, apply: Callable[[FormContext], T]
) -> T:
    """Apply a form of a person on no team's list; one who joins writes their new team's rows."""
    result = apply(form)
    if team := repos.teams.get_home_team(form.person):
        write_cover(repos, team, form.now)
    return result

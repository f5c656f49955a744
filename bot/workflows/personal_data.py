"""Load the data stored about one person, and the teams whose published tables they may read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.conversation import Address, Person
from bot.domain import calendar
from bot.domain.calendar import Slot
from bot.domain.checkins import scheduling
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import (
    Clinician,
    Role,
    Team,
    resolve_roles,
    select_readable_teams,
    select_teams_with_role,
)
from bot.domain.person.personal_data import PersonalData, resolve_zone
from bot.store.repositories import Repositories
from bot.store.repositories.contributor import Contributor
from bot.store.repositories.deliveries import Delivery, DeliveryState
from bot.store.repositories.teams import HeldRole
from bot.workflows.form_submission import list_supervisor_ids

_POSTED_STATES = frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCONFIRMED})
"""Delivery states of a card that is, or may be, in its channel."""


def load_personal_data(
    repos: Repositories, person: Person, now: datetime, contributor: Contributor | None = None
) -> PersonalData:
    """Load the data stored about *person* at the instant *now*; only reads.

    *contributor* is that of a form that has not changed the person's rows; default: queried here.
    """
    if contributor is None or contributor.team is None:
        contributor = repos.ledger.find_contributor(person, now)
    team, grants = contributor.team, repos.teams.list_roles(person)
    role_teams, roles = resolve_held_roles(repos, grants)
    stored_clinician = repos.people.load_clinician(contributor.profile)
    supervised_teams = select_teams_with_role(role_teams, roles, Role.SUPERVISOR)
    clinician = _drop_expired_pause(stored_clinician, team, now)
    slot, delivery = _find_next_checkin(repos, stored_clinician, team, now)
    directed_teams = select_teams_with_role(role_teams, roles, Role.DIRECTOR)
    return PersonalData(
        clinician=clinician,
        team=team,
        next_release=repos.ledger.describe_next_release(contributor),
        counted_from=contributor.counted_from,
        moved_until=contributor.moved_until,
        is_on_frozen_list=repos.period_members.has_rows(contributor.account),
        intention=repos.intentions.get_intention_in(person, stored_clinician.home_team_id),
        next_checkin_at=slot.due_at.astimezone(resolve_zone(clinician, team)) if slot else None,
        is_checkin_due=slot is not None and slot.is_due(now),
        supervised_teams=supervised_teams,
        directed_teams=directed_teams,
        unsupervised_teams=_select_unsupervised_teams(repos, directed_teams),
        cardless_teams=_select_cardless_teams(repos, directed_teams),
        readable_teams=select_readable_teams(role_teams, roles, team),
        has_agreed=any(grant.has_agreed for grant in grants),
        checkin_in_doubt=(delivery.slot, delivery.detail) if delivery else None,
        is_last_message_undelivered=stored_clinician.has_joined
        and repos.delivery_history.is_last_undelivered(Address(person.workspace, person.id)),
        undelivered_teams=_select_undelivered_teams(repos, supervised_teams),
        supervisor_ids=list_supervisor_ids(contributor, person),
        notice_preference=repos.close_notices.get_preference(person),
        is_in_audit_trail=repos.audit_trail.names_person(person),
    )


def _find_next_checkin(
    repos: Repositories, clinician: Clinician, team: Team | None, now: datetime
) -> tuple[Slot | None, Delivery | None]:
    """Return the slot of the next check-in, and this week's delivery if it is in doubt.

    ``None`` for each in the case of a person who is sent none: without a team, not joined or
    unreachable.
    """
    if team is None or not clinician.has_joined or clinician.unreachable_reason:
        return None, None
    this_week = calendar.iso_week(calendar.local_day(now, resolve_zone(clinician, team)))
    delivery = repos.delivery_history.find_checkin_in_doubt(clinician.person, this_week)
    settled_weeks = repos.delivery_history.list_slots_not_planned(
        DeliveryKind.CHECKIN, clinician.person
    )
    schedule = scheduling.build_schedule(clinician, team)
    slot = scheduling.next_slot(schedule, clinician.unanswered_count, now, settled_weeks)
    return slot, delivery


def _select_unsupervised_teams(repos: Repositories, teams: tuple[Team, ...]) -> tuple[Team, ...]:
    return tuple(
        team
        for team in teams
        if not team.is_removed and not repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
    )


def _select_cardless_teams(repos: Repositories, teams: tuple[Team, ...]) -> tuple[Team, ...]:
    """Return those of *teams*, unless removed, whose channel has no introduction card.

    A card in one of :data:`_POSTED_STATES` counts as one, also while its delivery is in doubt.
    """
    cards = {
        team.id: repos.delivery_history.find_last_card(team.workspace, team.channel)
        for team in teams
        if not team.is_removed
    }
    return tuple(
        team
        for team in teams
        if team.id in cards
        if (card := cards[team.id]) is None or card.state not in _POSTED_STATES
    )


def _select_undelivered_teams(repos: Repositories, teams: tuple[Team, ...]) -> tuple[Team, ...]:
    return tuple(team for team in teams if is_last_channel_message_undelivered(repos, team))


def is_last_channel_message_undelivered(repos: Repositories, team: Team) -> bool:
    """Return whether the last attempted delivery to the channel of *team* did not arrive."""
    address = Address(team.workspace, channel=team.channel)
    return repos.delivery_history.is_last_undelivered(address)


def load_roles_by_team(repos: Repositories, person: Person) -> dict[str, frozenset[Role]]:
    """Return the roles of *person* by team id, by :func:`bot.domain.people.resolve_roles`."""
    return load_teams_and_roles(repos, person)[1]


def load_readable_teams(
    repos: Repositories, person: Person, home_team: Team | None
) -> tuple[Team, ...]:
    """Return the teams whose published tables *person* may read, by their roles or *home_team*."""
    teams, roles = load_teams_and_roles(repos, person)
    return select_readable_teams(teams, roles, home_team)


def load_teams_and_roles(
    repos: Repositories, person: Person
) -> tuple[tuple[Team, ...], dict[str, frozenset[Role]]]:
    """Load the teams in which *person* has a role, and a dict of the roles by team id."""
    return resolve_held_roles(repos, repos.teams.list_roles(person))


def resolve_held_roles(
    repos: Repositories, grants: Sequence[HeldRole]
) -> tuple[tuple[Team, ...], dict[str, frozenset[Role]]]:
    """Load the teams of the role rows *grants*, and a dict of the roles by team id.

    A director of a team that is not removed also directs the other teams of its practice.
    """
    teams: dict[str, Team] = {}
    for grant in grants:
        team = repos.teams.get(grant.team_id)
        if team is None:
            continue
        teams[team.id] = team
        if grant.role is Role.DIRECTOR and not team.is_removed:
            teams |= {other.id: other for other in repos.teams.list_practice_teams(team)}
    candidates = tuple(teams.values())
    return candidates, resolve_roles([(grant.team_id, grant.role) for grant in grants], candidates)


def _drop_expired_pause(clinician: Clinician, team: Team | None, now: datetime) -> Clinician:
    """Return *clinician* without a pause that has expired."""
    zone = resolve_zone(clinician, team)
    if calendar.is_paused(clinician.paused_until, now, zone):
        return clinician
    return replace(clinician, paused_until=None)

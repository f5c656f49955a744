"""The event handler: stores changed profiles, and which addresses and workspaces are reachable."""

import logging
from datetime import datetime

from bot.context import Context
from bot.conversation import (
    Address,
    AddressReachable,
    AddressUnreachable,
    ChatEvent,
    OrganisationAccessChanged,
    PayloadReceived,
    Person,
    ProfileChanged,
    WorkspaceConnected,
    WorkspaceDisconnected,
)
from bot.domain.reachability import (
    Evidence,
    is_ended_by_activity,
    may_resume,
    merge_unreachable_reasons,
)
from bot.store.repositories import Repositories
from bot.workflows import reachability, team_setup

logger = logging.getLogger("attune.events")


async def handle_event(event: ChatEvent, context: Context) -> None:
    """Apply *event* in a write transaction, unless it would change no row. Idempotent.

    Most events are about people who have not joined: they cost one read transaction, and nothing is
    stored. Any event but an uninstallation may also resume a suspended workspace, see
    :func:`bot.domain.reachability.may_resume`. Suspensions, their ends and unreachable addresses
    are logged as warnings. Raises :class:`bot.errors.StoreBusyError` if the change could not be
    committed.
    """
    scope, now = context.store.for_workspace(_get_event_workspace(event)), context.now()
    if not await scope.read(lambda repos: _is_relevant(repos, event)):
        return
    for action in await scope.write(lambda repos: _apply_event(repos, event, now)):
        logger.warning(action, extra={"action": action, "reason": _get_event_reason(event)})


def _get_event_workspace(event: ChatEvent) -> str:
    match event:
        case ProfileChanged(person):
            return person.workspace
        case AddressReachable(address) | AddressUnreachable(address):
            return address.workspace
        case (
            PayloadReceived(workspace)
            | WorkspaceDisconnected(workspace)
            | WorkspaceConnected(workspace)
        ):
            return workspace
        case OrganisationAccessChanged(organisation):
            return organisation


def _get_event_reason(event: ChatEvent) -> str:
    match event:
        case AddressUnreachable(reason=reason) | WorkspaceDisconnected(reason=reason):
            return reason
    return ""


def _is_relevant(repos: Repositories, event: ChatEvent) -> bool:
    """Return whether *event* would change a stored row."""
    return _resumes_workspace(repos, event) or _changes_row(repos, event)


def _resumes_workspace(repos: Repositories, event: ChatEvent) -> bool:
    """Return whether *event* proves that a suspended workspace accepts messages again."""
    if isinstance(event, WorkspaceDisconnected):
        return False
    reason = repos.workspaces.suspension_reason(_get_event_workspace(event))
    return may_resume(reason, _get_event_evidence(event))


def _get_event_evidence(event: ChatEvent) -> Evidence:
    is_installation = isinstance(event, WorkspaceConnected)
    return Evidence.INSTALLATION if is_installation else Evidence.PAYLOAD


def _changes_row(repos: Repositories, event: ChatEvent) -> bool:
    """Return whether *event* would change a row besides the suspension of its workspace."""
    match event:
        case ProfileChanged(person, profile):
            return reachability.changes_stored_profile(repos.people.get(person), profile)
        case AddressReachable(address) if address.person:
            return repos.people.get(Person(address.workspace, address.person)).has_joined
        case AddressUnreachable(address, reason) if address.person:
            clinician = repos.people.get(Person(address.workspace, address.person))
            current = clinician.unreachable_reason
            is_new = not current or merge_unreachable_reasons(current, reason) != current
            return clinician.has_joined and is_new
        case PayloadReceived(workspace, person_id):
            reason = repos.people.get(Person(workspace, person_id)).unreachable_reason
            return is_ended_by_activity(reason)
        case WorkspaceConnected() | OrganisationAccessChanged():
            return False
    return True


def _apply_event(repos: Repositories, event: ChatEvent, now: datetime) -> list[str]:
    """Store what *event* changes, in the caller's write transaction; return the actions to log."""
    actions = []
    if _resumes_workspace(repos, event):
        repos.workspaces.resume(_get_event_workspace(event), _get_event_evidence(event))
        actions.append("workspaces.opened")
    if _changes_row(repos, event) and (action := _change_row(repos, event, now)):
        actions.append(action)
    return actions


def _change_row(repos: Repositories, event: ChatEvent, now: datetime) -> str:
    """Store what *event* reports besides evidence; return the action to log, ``""`` for none."""
    match event:
        case ProfileChanged(person, profile):
            return reachability.apply_profile(repos, person, profile, now.date())
        case AddressReachable():
            _handle_reachable_address(repos, event, now)
        case AddressUnreachable(address, reason):
            return _mark_unreachable(repos, address, reason)
        case PayloadReceived(workspace, person_id):
            reachability.mark_reachable_after_activity(repos, Person(workspace, person_id))
        case WorkspaceDisconnected(workspace, reason):
            is_change = reachability.suspend_workspace(repos, workspace, reason, now)
            return "workspaces.closed" if is_change else ""
    return ""


def _handle_reachable_address(repos: Repositories, event: AddressReachable, now: datetime) -> None:
    """Mark the event's address as reachable and store its chat route.

    A channel also has its card queued: a new welcome card, or the one that could not be posted.
    """
    address = event.address
    if address.channel:
        repos.deliveries.replan_lost_introduction(address.workspace, address.channel, now)
    if address.channel and event.added_by:
        adder = Person(address.workspace, event.added_by)
        team_setup.queue_welcome_card(repos, adder, address.channel, event.locale, now)
    if address.person:
        reachability.mark_reachable_after_activity(repos, Person(address.workspace, address.person))
    elif address.channel:
        repos.teams.mark_reachable(address.workspace, address.channel)
    repos.chat_routes.save_route(address, address.route)


def _mark_unreachable(repos: Repositories, address: Address, reason: str) -> str:
    if address.person:
        person = Person(address.workspace, address.person)
        return "people.unreachable" if repos.people.mark_unreachable(person, reason) else ""
    is_new = repos.teams.mark_unreachable(address.workspace, address.channel, reason)
    return "channels.unreachable" if is_new else ""

"""The event handler: profile changes, and what can or can no longer be reached."""

import logging
from datetime import datetime

from bot.context import Context
from bot.conversation import (
    Address,
    AddressReachable,
    AddressUnreachable,
    ChatEvent,
    Person,
    Profile,
    ProfileChanged,
    WorkspaceConnected,
    WorkspaceDisconnected,
)
from bot.domain.people import Clinician
from bot.store.repositories import Repositories
from bot.workflows import team_setup

logger = logging.getLogger("attune.events")

DEACTIVATED = "deactivated"
"""The unreachable reason of a closed account; check-ins resume when the account is open again."""


async def handle_event(event: ChatEvent, context: Context) -> None:
    """Apply *event* to the store; a repeated event changes nothing more.

    Most events concern people who have not joined: these cost one read, and nothing is stored.
    Raises :class:`bot.errors.StoreBusyError` when the change could not be committed.
    """
    person, scope = _person_of_event(event), context.store.for_workspace(_workspace_of_event(event))
    if person and not await scope.read(lambda repos: _is_relevant(repos.people.get(person), event)):
        return
    now = context.now()
    if action := await scope.write(lambda repos: _apply_event(repos, event, now)):
        logger.warning(action, extra={"action": action, "reason": _reason_of_event(event)})


def _workspace_of_event(event: ChatEvent) -> str:
    match event:
        case ProfileChanged(person):
            return person.workspace
        case AddressReachable(address) | AddressUnreachable(address):
            return address.workspace
        case WorkspaceDisconnected(workspace) | WorkspaceConnected(workspace):
            return workspace


def _person_of_event(event: ChatEvent) -> Person | None:
    """Return the person whom *event* is about; ``None`` for a channel or a workspace."""
    match event:
        case ProfileChanged(person):
            return person
        case AddressReachable(address) | AddressUnreachable(address) if address.person:
            return Person(address.workspace, address.person)
    return None


def _reason_of_event(event: ChatEvent) -> str:
    match event:
        case AddressUnreachable(reason=reason) | WorkspaceDisconnected(reason=reason):
            return reason
    return ""


def _is_relevant(clinician: Clinician, event: ChatEvent) -> bool:
    """Return whether *event*, which is about *clinician*, would change a stored row."""
    if not clinician.has_joined:
        return False
    match event:
        case ProfileChanged(_, profile) if profile.is_person:
            return clinician.unreachable_reason == DEACTIVATED or _has_new_values(
                profile, clinician
            )
        case ProfileChanged() | AddressUnreachable():
            return not clinician.unreachable_reason
    return True


def _has_new_values(profile: Profile, clinician: Clinician) -> bool:
    return (profile.locale or clinician.locale, profile.zone or clinician.zone) != (
        clinician.locale,
        clinician.zone,
    )


def _apply_event(repos: Repositories, event: ChatEvent, now: datetime) -> str:
    """Store what *event* changes; return the action to log, ``""`` for no change to log."""
    match event:
        case ProfileChanged(person, profile):
            return _apply_profile(repos, person, profile)
        case AddressReachable():
            _mark_reachable(repos, event, now)
            return ""
        case AddressUnreachable(address, reason):
            return _mark_unreachable(repos, address, reason)
        case WorkspaceDisconnected(workspace, reason):
            return "workspaces.closed" if repos.workspaces.suspend(workspace, reason) else ""
        case WorkspaceConnected(workspace):
            return "workspaces.opened" if repos.workspaces.resume(workspace) else ""


def _apply_profile(repos: Repositories, person: Person, profile: Profile) -> str:
    if not profile.is_person:
        return "people.unreachable" if repos.people.mark_unreachable(person, DEACTIVATED) else ""
    if repos.people.get(person).unreachable_reason == DEACTIVATED:
        repos.people.mark_reachable(person)
    repos.people.update_profile(person, locale=profile.locale, zone=profile.zone)
    return ""


def _mark_reachable(repos: Repositories, event: AddressReachable, now: datetime) -> None:
    """Store the route to the event's address; a channel also gets its welcome card."""
    address = event.address
    if address.channel and event.added_by:
        adder = Person(address.workspace, event.added_by)
        team_setup.queue_welcome_card(repos, adder, address.channel, event.locale, now)
    if address.person:
        repos.people.mark_reachable(Person(address.workspace, address.person))
    elif address.channel:
        repos.teams.mark_reachable(address.workspace, address.channel)
    repos.chat_routes.save_route(address, address.route)


def _mark_unreachable(repos: Repositories, address: Address, reason: str) -> str:
    if address.person:
        person = Person(address.workspace, address.person)
        return "people.unreachable" if repos.people.mark_unreachable(person, reason) else ""
    is_new = repos.teams.mark_unreachable(address.workspace, address.channel, reason)
    return "channels.unreachable" if is_new else ""

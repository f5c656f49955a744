"""Handlers of chat events: profile changes, and what can or can no longer be reached."""

import logging
from collections.abc import Callable, Mapping

from bot.context import Context
from bot.conversation import Address, ChatEvent, Person
from bot.store.repositories import Repositories
from bot.workflows import team_setup

logger = logging.getLogger("attune.events")


async def handle_event(event: ChatEvent, context: Context) -> None:
    """Apply *event* to the store; a repeated event changes nothing more.

    Most events concern people who have not joined: these cost one read, and nothing is stored.
    Raises :class:`bot.errors.StoreBusyError` when the change could not be committed.
    """
    if event.person and not await context.store.for_workspace(event.workspace).read(
        lambda repos: _is_relevant(repos, event)
    ):
        return
    now = context.now()

    def apply_event(repos: Repositories) -> str:
        if event.kind == "arrived" and event.channel and event.added_by:
            locale = event.profile.locale if event.profile else ""
            team_setup.queue_welcome_card(
                repos, Person(event.workspace, event.added_by), event.channel, locale, now
            )
        return _EVENT_ACTIONS[event.kind](repos, event)

    if action := await context.store.for_workspace(event.workspace).write(apply_event):
        logger.warning(action, extra={"action": action, "reason": event.reason})


def _is_relevant(repos: Repositories, event: ChatEvent) -> bool:
    """Return whether the event would change a stored row about its person."""
    clinician = repos.people.get(_person_of_event(event))
    if not clinician.has_joined:
        return False
    if event.kind == "gone":
        return not clinician.unreachable_reason
    if event.profile is None:
        return event.kind == "arrived"
    if not event.profile.is_person:
        return not clinician.unreachable_reason
    profile_changes = {
        (event.profile.locale, clinician.locale),
        (event.profile.zone, clinician.zone),
    }
    return clinician.unreachable_reason == DEACTIVATED or any(
        new_value and new_value != stored_value for new_value, stored_value in profile_changes
    )


DEACTIVATED = "deactivated"
"""The unreachable reason of a closed account; check-ins resume when the account is open again."""


def _apply_profile(repos: Repositories, event: ChatEvent) -> str:
    person, profile = _person_of_event(event), event.profile
    if profile is None:
        return ""
    if not profile.is_person:
        return "people.unreachable" if repos.people.mark_unreachable(person, DEACTIVATED) else ""
    if repos.people.get(person).unreachable_reason == DEACTIVATED:
        repos.people.mark_reachable(person)
    repos.people.update_profile(person, locale=profile.locale, zone=profile.zone)
    return ""


def _mark_reachable(repos: Repositories, event: ChatEvent) -> str:
    if event.person:
        repos.people.mark_reachable(_person_of_event(event))
    elif event.channel:
        repos.teams.mark_reachable(event.workspace, event.channel)
    repos.chat_routes.save_route(Address(event.workspace, event.person, event.channel), event.route)
    return ""


def _mark_unreachable(repos: Repositories, event: ChatEvent) -> str:
    if event.person:
        is_new = repos.people.mark_unreachable(_person_of_event(event), event.reason)
        return "people.unreachable" if is_new else ""
    is_new = repos.teams.mark_unreachable(event.workspace, event.channel, event.reason)
    return "channels.unreachable" if is_new else ""


def _suspend_workspace(repos: Repositories, event: ChatEvent) -> str:
    return "workspaces.closed" if repos.workspaces.suspend(event.workspace, event.reason) else ""


def _resume_workspace(repos: Repositories, event: ChatEvent) -> str:
    repos.chat_routes.save_route(Address(event.workspace), event.route)
    return "workspaces.opened" if repos.workspaces.resume(event.workspace) else ""


_EVENT_ACTIONS: Mapping[str, Callable[[Repositories, ChatEvent], str]] = {
    "profile": _apply_profile,
    "arrived": _mark_reachable,
    "gone": _mark_unreachable,
    "closed": _suspend_workspace,
    "opened": _resume_workspace,
}
"""The function for each event kind; each returns the action to log, or ``""`` for no change."""


def _person_of_event(event: ChatEvent) -> Person:
    return Person(event.workspace, event.person)

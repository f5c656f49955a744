"""What a product tells unasked: who can be reached from now on, and who no longer can."""

import logging
from collections.abc import Callable, Mapping

from bot.context import Context
from bot.conversation import Address, ChatEvent, Person
from bot.store.repositories import Repositories
from bot.workflows import team_setup

logger = logging.getLogger("attune.news")


async def handle_event(event: ChatEvent, context: Context) -> None:
    """Keep what follows from *news*; told again, it changes nothing more.

    Most of what a product tells is of people who are not on the check-ins: it costs a look
    and nothing is kept. Raises :class:`bot.errors.BusyError` when it could not be kept.
    """
    if event.person and not await context.store.read(lambda repos: _is_relevant(repos, event)):
        return
    now = context.now()

    def apply_event(repos: Repositories) -> str:
        if event.kind == "arrived" and event.channel and event.added_by:
            locale = event.profile.locale if event.profile else ""
            team_setup.queue_welcome_card(
                repos, Person(event.workspace, event.added_by), event.channel, locale, now
            )
        return _EVENT_ACTIONS[event.kind](repos, event)

    if said := await context.store.write(apply_event):
        logger.warning(said, extra={"action": said, "reason": event.reason})


def _is_relevant(repos: Repositories, event: ChatEvent) -> bool:
    """Whether anything kept about the person would change."""
    known = repos.people.get(_person_of_event(event))
    if not known.has_joined:
        return False
    if event.kind == "gone":
        return not known.unreachable_reason
    if event.profile is None:
        return event.kind == "arrived"
    if not event.profile.is_person:
        return not known.unreachable_reason
    now = {(event.profile.locale, known.locale), (event.profile.zone, known.zone)}
    return known.unreachable_reason == DEACTIVATED or any(
        said and said != kept for said, kept in now
    )


DEACTIVATED = "deactivated"
"""Why somebody whose account was closed is unreachable; they are asked again once it is open."""


def _apply_profile(repos: Repositories, event: ChatEvent) -> str:
    person, said = _person_of_event(event), event.profile
    if said is None:
        return ""
    if not said.is_person:
        return "people.unreachable" if repos.people.mark_unreachable(person, DEACTIVATED) else ""
    if repos.people.get(person).unreachable_reason == DEACTIVATED:
        repos.people.mark_reachable(person)
    repos.people.update_profile(person, locale=said.locale, zone=said.zone)
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
        marked = repos.people.mark_unreachable(_person_of_event(event), event.reason)
        return "people.unreachable" if marked else ""
    marked = repos.teams.mark_unreachable(event.workspace, event.channel, event.reason)
    return "channels.unreachable" if marked else ""


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
"""What each kind changes, and what the operator's log says of it, once."""


def _person_of_event(event: ChatEvent) -> Person:
    return Person(event.workspace, event.person)

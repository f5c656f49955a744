"""Record what an event, a profile or a request proves about a person and their workspace."""

from bot.conversation import Person, Profile
from bot.domain.people import Clinician
from bot.domain.reachability import DEACTIVATED, Evidence, is_deactivated, may_resume
from bot.store.repositories import Repositories


def needs_recovery(clinician: Clinician, suspension_reason: str) -> bool:
    """Return whether a request of *clinician* changes a stored mark, so that a write is due.

    *suspension_reason* is that of their workspace, ``""`` for none.
    """
    return bool(clinician.unreachable_reason) or may_resume(suspension_reason, Evidence.PAYLOAD)


def record_request(repos: Repositories, person: Person) -> str:
    """Mark *person*, who has just acted, as reachable, and resume their workspace.

    The reason of the mark does not matter; an uninstalled workspace stays suspended. Returns the
    action to log, ``""`` for none. Every kind of request has the same effect, so the removed mark
    does not reveal what the person did.
    """
    repos.people.mark_reachable(person)
    is_resumed = repos.workspaces.resume(person.workspace, Evidence.PAYLOAD)
    return "workspaces.opened" if is_resumed else ""


def changes_stored_profile(clinician: Clinician, profile: Profile) -> bool:
    """Return whether :func:`apply_profile` would change the row of *clinician*."""
    reason = clinician.unreachable_reason
    if not clinician.has_joined:
        return False
    if not profile.is_person:
        return reason != DEACTIVATED
    return is_deactivated(reason) or _has_new_fields(clinician, profile)


def apply_profile(repos: Repositories, person: Person, profile: Profile) -> str:
    """Store the locale, the zone, and whether the account of a *person* who joined is open.

    A closed account makes the person unreachable; an open one ends this, and no other reason: a
    profile says nothing about a person who blocked the bot. Returns the action to log, ``""`` for
    none.
    """
    clinician = repos.people.get(person)
    if not clinician.has_joined:
        return ""
    if not profile.is_person:
        return "people.unreachable" if repos.people.mark_unreachable(person, DEACTIVATED) else ""
    if is_deactivated(clinician.unreachable_reason):
        repos.people.mark_reachable(person)
    if _has_new_fields(clinician, profile):
        repos.people.update_profile(person, locale=profile.locale, zone=profile.zone)
    return ""


def _has_new_fields(clinician: Clinician, profile: Profile) -> bool:
    reported = (profile.locale or clinician.locale, profile.zone or clinician.zone)
    return reported != (clinician.locale, clinician.zone)

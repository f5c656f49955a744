"""Record what an event, a profile or a request proves about a person and their workspace."""

from datetime import date, datetime

from bot.affiliation import Affiliation
from bot.conversation import Person, Profile, Request
from bot.domain.people import ClinicianProfile
from bot.domain.person import departure
from bot.domain.reachability import (
    DEACTIVATED,
    EXTERNAL,
    Evidence,
    is_deactivated,
    is_ended_by_activity,
    may_resume,
    merge_unreachable_reasons,
    unreachable_reason_after_request,
)
from bot.domain.uninstallation import ends_token, proves_uninstallation
from bot.store.repositories import Repositories


def changes_reachability(
    clinician: ClinicianProfile, suspension_reason: str, affiliation: Affiliation
) -> bool:
    """Return whether a request of *clinician* changes a stored mark, so that a write is due.

    *suspension_reason* is that of their workspace, ``""`` for none.
    """
    has_new_reason = (
        _derive_reason_after_request(clinician, affiliation) != clinician.unreachable_reason
    )
    return has_new_reason or may_resume(suspension_reason, Evidence.PAYLOAD)


def update_reachability_from_request(repos: Repositories, request: Request) -> tuple[str, ...]:
    """Mark the person of *request* as reachable, and resume their workspace.

    The reason of the mark does not matter; an uninstalled workspace stays suspended. A person of
    another organisation who joined earlier becomes unreachable instead. Returns the actions to
    log. Every kind of request has the same effect, so the changed mark does not reveal what the
    person did.
    """
    person, actions = request.person, []
    clinician = repos.people.get(person)
    reason = _derive_reason_after_request(clinician, request.affiliation)
    if not reason:
        repos.people.mark_reachable(person)
    elif not clinician.unreachable_reason and repos.people.mark_unreachable(person, reason):
        actions.append("people.unreachable")
    if repos.workspaces.resume(person.workspace, Evidence.PAYLOAD):
        actions.append("workspaces.opened")
    return tuple(actions)


def suspend_workspace(repos: Repositories, workspace: str, reason: str, now: datetime) -> bool:
    """Suspend *workspace* for the reported *reason*; ``True`` on a change.

    A reason that proves an uninstallation begins the time after which the workspace is purged; see
    :mod:`bot.domain.uninstallation`. Events and refused calls may come in any order, repeatedly.
    The workspace's token is its own where it was installed from the link. An event about one that
    was connected again begins the time anew: no earlier refusal shortens its day.
    A token that is refused for good may be that of the organisation, which is then suspended, too:
    otherwise its installation would outlast it. Its other workspaces follow in the next run of the
    purge, since a job of one workspace cannot write their rows.
    """
    was_connected = not repos.workspaces.suspension_reason(workspace)
    is_change = repos.workspaces.suspend(workspace, reason)
    is_own_token = repos.installations.is_stored(workspace)
    if proves_uninstallation(reason, is_own_token=is_own_token):
        is_event = proves_uninstallation(reason, is_own_token=False)
        is_new = was_connected and is_event
        repos.workspaces.mark_uninstalled(workspace, now, replaces_earlier=is_new)
    if ends_token(reason) and (organisation := repos.installations.find_organisation(workspace)):
        repos.workspaces.suspend(organisation, reason)
        repos.workspaces.mark_uninstalled(organisation, now)
    return is_change


def suspend_dependent_workspaces(
    repos: Repositories, organisation: str, reason: str, now: datetime
) -> None:
    """Suspend the workspaces that have no token but that of *organisation*, as it is refused.

    To be called in a transaction of all workspaces. The time after which each is purged begins,
    unless it has begun.
    """
    for workspace in repos.installations.list_dependent_workspaces(organisation):
        repos.workspaces.suspend(workspace, reason)
        repos.workspaces.mark_uninstalled(workspace, now)


def suspend_unmarked_dependents(repos: Repositories) -> None:
    """Do so for each organisation whose token is refused, with the time of its own first proof.

    Nothing is sent to a quiet workspace, so that no call would be refused for it. One that is
    marked already may have been resumed since, and is refused by its next call.
    """
    for state in repos.workspace_purges.list_unmarked_dependents():
        if state.uninstalled_at:
            repos.workspaces.suspend(state.workspace, state.suspension_reason)
            repos.workspaces.mark_uninstalled(state.workspace, state.uninstalled_at)


def mark_reachable_after_activity(repos: Repositories, person: Person) -> None:
    """Mark *person* as reachable after an activity that does not report their affiliation."""
    if is_ended_by_activity(repos.people.get(person).unreachable_reason):
        repos.people.mark_reachable(person)


def _derive_reason_after_request(clinician: ClinicianProfile, affiliation: Affiliation) -> str:
    if not clinician.has_joined and not clinician.unreachable_reason:
        return ""
    return unreachable_reason_after_request(clinician.unreachable_reason, affiliation)


def changes_stored_profile(clinician: ClinicianProfile, profile: Profile) -> bool:
    """Return whether :func:`apply_profile` would change the row of *clinician*."""
    reason, reported = clinician.unreachable_reason, derive_unreachable_reason(profile)
    if reported:
        begins_time = bool(reason) and profile.is_closed and clinician.closed_since is None
        return merge_unreachable_reasons(reason, reported) != reason or begins_time
    is_changed = clinician.has_joined and _has_new_fields(clinician, profile)
    return is_deactivated(reason) or is_changed


def apply_profile(repos: Repositories, person: Person, profile: Profile, today: date) -> str:
    """Store what a profile says of a *person* who joined or is on a list.

    An account that may be on no list makes the person unreachable. An open one ends only that it
    was closed: a profile says nothing about a person who blocked the bot, and whoever acted from
    another organisation acts as a member first. Locale and zone are stored of a person who joined
    alone. That the account is closed is stored with *today*, the first time. Returns the action to
    log, ``""`` for none.
    """
    clinician = repos.people.get(person)
    closed_since = departure.update_closed_since(clinician.closed_since, profile, today)
    if reason := derive_unreachable_reason(profile):
        is_marked = (
            repos.people.mark_unreachable(person, reason)
            if clinician.has_joined
            else repos.listed_accounts.mark_account(person, reason)
        )
        if closed_since != clinician.closed_since:
            repos.closed_accounts.save_day(person, closed_since)
        return "people.unreachable" if is_marked else ""
    if is_deactivated(clinician.unreachable_reason):
        repos.people.mark_reachable(person)
    if clinician.has_joined and _has_new_fields(clinician, profile):
        repos.people.update_profile(person, locale=profile.locale, zone=profile.zone)
    return ""


def derive_unreachable_reason(profile: Profile) -> str:
    """Return why an account may be on no list; ``""`` for one that may."""
    if not profile.is_person:
        return DEACTIVATED
    return EXTERNAL if profile.is_external else ""


def _has_new_fields(clinician: ClinicianProfile, profile: Profile) -> bool:
    reported = (profile.locale or clinician.locale, profile.zone or clinician.zone)
    return reported != (clinician.locale, clinician.zone)

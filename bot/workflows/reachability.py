"""Store what an event, a profile or a request proves: who is reachable, what is suspended.

Each function runs in the caller's transaction, and a repeated call changes nothing more.
"""

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
    """Return whether :func:`update_reachability_from_request` would change a row.

    The caller checks it on the rows of an earlier read, so that most requests need no write
    transaction. *suspension_reason* is that of the person's workspace, ``""`` for none.
    """
    has_new_reason = (
        _derive_reason_after_request(clinician, affiliation) != clinician.unreachable_reason
    )
    return has_new_reason or may_resume(suspension_reason, Evidence.PAYLOAD)


def update_reachability_from_request(repos: Repositories, request: Request) -> tuple[str, ...]:
    """Clear the unreachable reason of the person of *request*, and resume their workspace.

    A person of another organisation who joined earlier is marked as unreachable instead, and an
    uninstalled workspace stays suspended. Returns the actions to log. Idempotent. Every kind of
    request has the same effect, so that the changed row does not reveal what the person did.
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
    """Suspend *workspace* for the reported *reason*; return whether the stored reason changed.

    A reason that proves an uninstallation also stores the time from which the grace period of the
    purge counts, see :mod:`bot.domain.uninstallation`. A refused call proves it only for a token of
    the workspace's own, stored by an installation from the link. Events and refused calls may come
    in any order, repeatedly: the first time remains, except that the event of an uninstallation
    replaces it if the workspace was not suspended before, so that no earlier refusal shortens the
    grace period.

    A revoked token may be the organisation's, which is then suspended and marked as well. A job of
    one workspace cannot write the rows of the organisation's other workspaces, so that the next run
    of the purge does, see :func:`suspend_unmarked_dependents`.
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
    """Suspend the workspaces that have no token but that of *organisation*, which was rejected.

    Needs a transaction of all workspaces. The grace period of each purge begins at *now*, unless it
    has begun.
    """
    for workspace in repos.installations.list_dependent_workspaces(organisation):
        repos.workspaces.suspend(workspace, reason)
        repos.workspaces.mark_uninstalled(workspace, now)


def suspend_unmarked_dependents(repos: Repositories) -> None:
    """Suspend the workspaces of each organisation whose token was rejected.

    The grace period counts from the organisation's own first proof. Needs a transaction of all
    workspaces. A workspace without messages causes no call that could be rejected. One that has the
    mark already is skipped: it may have been resumed since, and its next call is rejected if the
    token still is.
    """
    for state in repos.workspace_purges.list_unmarked_dependents():
        if state.uninstalled_at:
            repos.workspaces.suspend(state.workspace, state.suspension_reason)
            repos.workspaces.mark_uninstalled(state.workspace, state.uninstalled_at)


def mark_reachable_after_activity(repos: Repositories, person: Person) -> None:
    """Clear the unreachable reason of *person* after an activity of unknown affiliation.

    :data:`bot.domain.reachability.EXTERNAL` remains: the activity may come from another
    organisation.
    """
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
    """Store what a *profile* reports about a *person* who joined or is on a list. Idempotent.

    An account that cannot be on a list makes the person unreachable. An open account clears only
    the reason of a closed one: a profile reports neither that a person blocked the bot nor that
    someone who acted from another organisation is a member again. Locale and time zone are stored
    only for a person who joined. The first report of a closed account stores *today*. Returns the
    action to log, ``""`` for none.
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
    """Return the unreachable reason of an account that cannot be on a list; else ``""``."""
    if not profile.is_active_person:
        return DEACTIVATED
    return EXTERNAL if profile.is_external else ""


def _has_new_fields(clinician: ClinicianProfile, profile: Profile) -> bool:
    reported = (profile.locale or clinician.locale, profile.zone or clinician.zone)
    return reported != (clinician.locale, clinician.zone)

"""Handlers of ``/supervision``: the set-up of a team, its introduction card, and undo.

A team's supervisors may edit its set-up, or an admin while it has no supervisor.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from bot import card_posting, setup_steps
from bot.context import Context
from bot.conversation import DeferredReply, InvalidAnswers, Person, Reply, Request
from bot.domain import surface
from bot.domain.people import Team
from bot.domain.teams import (
    audit_screen,
    oversight,
    setup_difference,
    setup_form,
    setup_opening,
    setup_result,
    setup_submission,
    setup_undo,
    taking_over,
)
from bot.domain.teams.setup_form import NEW_TEAM_ID
from bot.domain.teams.setup_submission import SetupSubmission
from bot.elements import ActionRow, Element
from bot.errors import UnknownProfileError
from bot.setup_steps import CheckedSetup
from bot.store.repositories import Repositories
from bot.workflows import setup_undo as undo_workflow
from bot.workflows import team_setup
from bot.workflows.personal_data import load_roles_by_team


async def open_setup(request: Request, context: Context) -> Reply:
    """Open the set-up form to a person who may edit it.

    The reply is deferred: only the product's API reports who is an admin.
    """
    return DeferredReply(lambda: _build_setup_reply(request, context))


async def open_chosen_setup(request: Request, context: Context) -> Reply:
    """Open the set-up form of the chosen team; a new team has the admin's time zone by default."""
    team_id, zone = setup_submission.parse_team_id(request.data, request.answers), ""
    if team_id == NEW_TEAM_ID and (profile := await context.fetch_profile(request.person)):
        zone = profile.zone
    channel = setup_opening.parse_channel(request.data)
    return await setup_steps.build_setup_form(request, context, team_id, zone=zone, channel=channel)


async def submit_setup(request: Request, context: Context) -> Reply:
    """Validate a team's set-up; preview what it changes, or save that of a new team.

    Returns an error sentence for each invalid field. A set-up without a change is saved as well:
    its channel is marked as reachable, and a card that could not be posted is queued again. If the
    stored set-up changed since the check, nothing is written, and the form is returned with its
    present values.
    """
    words = context.catalogue.get_pack(request.language)
    submission = setup_submission.parse_setup(request.answers, context.catalogue.languages, words)
    if isinstance(submission, InvalidAnswers):
        return submission
    team_id = _resolve_team_id(request)
    checked = await setup_steps.check_setup(request, context, team_id, submission)
    if isinstance(checked, InvalidAnswers):
        return checked
    if setup_submission.parse_team_id(request.data, request.answers) != NEW_TEAM_ID:
        preview = setup_steps.build_preview(request, context, team_id, checked)
        return preview or await _save_unchanged(request, context, team_id, submission, checked)
    # The set-up of a new team that is sent twice is the one that was stored.
    person, now = request.person, context.now()
    saved = await context.store.for_workspace(person.workspace).write(
        lambda repos: team_setup.save_setup(repos, person, team_id, submission, now)
    )
    return await setup_steps.build_saved_reply(saved, context, words)


async def repost_introduction(request: Request, context: Context) -> Reply:
    """Queue and post the channel's introduction card once more, at most once a day in UTC."""
    return await _replan_card(request, context, team_setup.queue_repost)


async def retry_introduction(request: Request, context: Context) -> Reply:
    """Queue the introduction card that could not be posted, post it, and show its status."""
    return await _replan_card(request, context, team_setup.retry_introduction)


async def undo_setup(request: Request, context: Context) -> Reply:
    """Restore the set-up of before the person's last change, unless a later change is stored."""
    person, now = request.person, context.now()
    team_id = setup_submission.parse_team_id(request.data, request.answers)
    result = await context.store.for_workspace(person.workspace).write(
        lambda repos: undo_workflow.undo_setup(repos, person, team_id, now)
    )
    words = context.catalogue.get_pack(request.language)
    if result is None:
        return setup_undo.build_refusal_form(words)
    team, is_removed = result
    return setup_undo.build_undone_form(team, is_removed=is_removed, words=words)


async def _save_unchanged(
    request: Request,
    context: Context,
    team_id: str,
    submission: SetupSubmission,
    checked: CheckedSetup,
) -> Reply:
    """Save a set-up without a change, unless the stored one has changed since the check.

    Otherwise it would revert the concurrent change, which no preview showed.
    """
    digests = frozenset({setup_difference.digest_setup(checked.before)} if checked.before else ())
    saved = await setup_steps.save_unless_changed(request, context, team_id, submission, digests)
    if saved is None:
        return await setup_steps.build_stale_form(request, context, team_id)
    words = context.catalogue.get_pack(request.language)
    return await setup_steps.build_saved_reply(saved, context, words, is_unchanged=True)


async def _build_setup_reply(request: Request, context: Context) -> Reply:
    words, person = context.catalogue.get_pack(request.language), request.person
    profile, channel = await context.fetch_profile(person), request.command_channel
    is_admin = profile is not None and profile.is_admin

    def load_teams(repos: Repositories) -> tuple[tuple[Team, ...], Team | None]:
        teams = team_setup.list_editable_teams(repos, person, is_admin=is_admin)
        team = repos.teams.get_by_channel(person.workspace, channel.id) if channel else None
        return teams, setup_opening.find_supervised_team(team, teams, may_create=is_admin)

    teams, supervised_team = await context.store.for_workspace(person.workspace).read(
        load_teams, reads_many_rows=True
    )
    extra_rows = await _build_extra_rows(request, context, is_admin=is_admin)
    if supervised_team is None and (
        team_id := setup_opening.select_setup(teams, channel, may_create=is_admin)
    ):
        zone = profile.zone if profile else ""
        form = await setup_steps.build_setup_form(
            request, context, team_id, zone=zone, channel=channel
        )
        return replace(form, body=(*form.body, *extra_rows))
    notice = setup_form.render_supervised_team(supervised_team, words) if supervised_team else None
    if teams:
        data = setup_opening.encode_channel(channel)
        form = setup_form.build_team_chooser(teams, words, may_create=is_admin, data=data)
        lines = notice.body[:1] if notice else ()
        return replace(form, body=(*lines, *form.body, *extra_rows))
    if profile is None:
        raise UnknownProfileError
    message = notice or setup_form.render_refusal(words)
    return surface.as_message_or_form(
        request,
        words,
        words.translate("supervision.form.title"),
        replace(message, body=(*message.body, *extra_rows)),
    )


async def _build_extra_rows(
    request: Request, context: Context, *, is_admin: bool
) -> tuple[Element, ...]:
    """Build the buttons that undo the person's last change, and those of who oversees set-ups."""
    person, now, workspace = request.person, context.now(), request.person.workspace
    roles, undoable_teams = await context.store.for_workspace(workspace).read(
        lambda repos: (
            load_roles_by_team(repos, person),
            undo_workflow.list_undoable_teams(repos, person, now),
        ),
        reads_many_rows=True,
    )
    words = context.catalogue.get_pack(request.language)
    rows = setup_undo.build_undo_rows(undoable_teams, words, offers_card=True)
    if not oversight.may_oversee(workspace, roles, is_admin=is_admin):
        return rows
    buttons = (taking_over.build_assignment_button(words), audit_screen.build_history_button(words))
    return (*rows, ActionRow(buttons))


async def _replan_card(
    request: Request,
    context: Context,
    replan: Callable[[Repositories, Person, str, datetime], Team],
) -> Reply:
    """Make a card due by the callback *replan*, in a transaction; the deferred reply posts it."""
    person, now = request.person, context.now()
    team_id = setup_submission.parse_team_id(request.data, request.answers)
    team = await context.store.for_workspace(person.workspace).write(
        lambda repos: replan(repos, person, team_id, now)
    )
    words = context.catalogue.get_pack(request.language)

    async def post_card() -> Reply:
        return setup_result.build_card_form(
            team, await card_posting.post_card(context, team), words
        )

    return DeferredReply(post_card)


def _resolve_team_id(request: Request) -> str:
    """Return the id of the requested team; a new team's is derived from the idempotency key.

    A retry then saves the same team again.
    """
    team_id = setup_submission.parse_team_id(request.data, request.answers)
    if team_id != NEW_TEAM_ID:
        return team_id
    return uuid5(NAMESPACE_OID, f"{request.person.workspace} {request.idempotency_key}").hex

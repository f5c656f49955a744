"""Handlers of ``/supervision``: setting a team up.

A team's supervisors may edit its set-up, or an admin while it has no supervisor.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from bot import card_posting
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Channel, DeferredReply, InvalidAnswers, Person, Reply, Request
from bot.domain import surface
from bot.domain.people import Team
from bot.domain.teams import (
    audit_screen,
    listed_elsewhere,
    oversight,
    setup_form,
    setup_opening,
    setup_result,
    setup_submission,
    setup_undo,
    taking_over,
)
from bot.domain.teams.setup_form import NEW_TEAM_ID
from bot.domain.teams.setup_result import CardStatus
from bot.domain.teams.setup_submission import SetupContext, SetupSubmission
from bot.elements import ActionRow, Element, Form, Option
from bot.errors import UnknownProfileError
from bot.store.repositories import Repositories
from bot.workflows import setup_undo as undo_workflow
from bot.workflows import team_setup
from bot.workflows.personal_data import load_roles_by_team
from bot.workflows.team_setup import SavedSetup

_ACCOUNT_CHECK_SECONDS = 1.5
"""Time to look added accounts up: Slack waits three seconds for the answer to a form."""


async def open_setup(request: Request, context: Context) -> Reply:
    """Open the set-up form to a person who may edit it.

    The reply is deferred: only the product's API reports who is an admin.
    """
    return DeferredReply(lambda: _build_setup_reply(request, context))


async def open_chosen_setup(request: Request, context: Context) -> Reply:
    """Open the set-up of the chosen team; that of a new team has the admin's own zone."""
    team_id, zone = setup_submission.parse_team_id(request.data, request.answers), ""
    if team_id == NEW_TEAM_ID and (profile := await context.fetch_profile(request.person)):
        zone = profile.zone
    channel = setup_opening.parse_channel(request.data)
    return await _build_setup_form(request, context, team_id, zone, channel)


async def submit_setup(request: Request, context: Context) -> Reply:
    """Validate and save a team's set-up, or return an error sentence for each invalid field."""
    words = context.catalogue.get_pack(request.language)
    submission = setup_submission.parse_setup(request.answers, context.catalogue.languages, words)
    if isinstance(submission, InvalidAnswers):
        return submission
    team_id = _team_id_of_request(request)
    setup_context = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: team_setup.load_setup_context(
            repos, request.person, team_id, submission, request.listed_channels
        )
    )
    if errors := setup_submission.validate_submission(submission, setup_context, words):
        teams = setup_submission.list_clinicians_elsewhere(submission, setup_context)
        return await _name_listed_elsewhere(request, context, errors, teams) if teams else errors
    if refusal := await _refuse_unlistable_accounts(request, context, setup_context, submission):
        return refusal
    return await _save_setup(request, context, team_id, submission)


async def repeat_introduction(request: Request, context: Context) -> Reply:
    """Post the channel's introduction card once more, at most once a day."""
    return await _replan_card(request, context, team_setup.requeue_introduction)


async def retry_introduction(request: Request, context: Context) -> Reply:
    """Post the introduction card that could not be posted, and show whether it is there."""
    return await _replan_card(request, context, team_setup.retry_introduction)


async def undo_setup(request: Request, context: Context) -> Reply:
    """Restore the set-up of before the person's last change, if nobody changed it since."""
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


async def _build_setup_reply(request: Request, context: Context) -> Reply:
    words, person = context.catalogue.get_pack(request.language), request.person
    profile = await context.fetch_profile(person)
    is_admin = profile is not None and profile.is_admin
    teams = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: team_setup.editable_teams(repos, person, is_admin=is_admin)
    )
    channel = request.command_channel
    extra_rows = await _build_extra_rows(request, context, is_admin=is_admin)
    if team_id := setup_opening.select_setup(teams, channel, may_create=is_admin):
        zone = profile.zone if profile else ""
        form = await _build_setup_form(request, context, team_id, zone, channel)
        return replace(form, body=(*form.body, *extra_rows))
    if teams:
        data = setup_opening.encode_channel(channel)
        form = setup_form.build_team_chooser(teams, words, may_create=is_admin, data=data)
        return replace(form, body=(*form.body, *extra_rows))
    if profile is None:
        raise UnknownProfileError
    refusal = setup_form.render_refusal(words)
    return surface.as_message_or_form(
        request,
        words,
        words.translate("supervision.form.title"),
        replace(refusal, body=(*refusal.body, *extra_rows)),
    )


async def _build_extra_rows(
    request: Request, context: Context, *, is_admin: bool
) -> tuple[Element, ...]:
    """Build what a person may do besides: undo their last change, and oversee set-ups."""
    person, now, workspace = request.person, context.now(), request.person.workspace
    roles, undoable_teams = await context.store.for_workspace(workspace).read(
        lambda repos: (
            load_roles_by_team(repos, person),
            undo_workflow.list_undoable_teams(repos, person, now),
        )
    )
    words = context.catalogue.get_pack(request.language)
    rows = setup_undo.build_undo_rows(undoable_teams, words, offers_card=True)
    if not oversight.may_oversee(workspace, roles, is_admin=is_admin):
        return rows
    buttons = (taking_over.build_naming_button(words), audit_screen.build_history_button(words))
    return (*rows, ActionRow(buttons))


async def _build_setup_form(
    request: Request, context: Context, team_id: str, zone: str, channel: Channel | None
) -> Form:
    languages = tuple(
        Option(tag, context.catalogue.get_pack(tag).display_name)
        for tag in context.catalogue.languages
    )
    current_setup = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: team_setup.load_current_setup(repos, request.person, team_id, channel)
    )
    words = context.catalogue.get_pack(request.language)
    return setup_form.build_setup_form(
        replace(current_setup, setter_zone=zone, languages=languages), words
    )


async def _save_setup(
    request: Request, context: Context, team_id: str, submission: SetupSubmission
) -> Reply:
    person, now = request.person, context.now()
    saved = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: team_setup.save_setup(repos, person, team_id, submission, now)
    )
    words = context.catalogue.get_pack(request.language)

    async def post_card() -> Reply:
        status = await card_posting.post_card(context, saved.team)
        return _build_saved_form(saved, status, words)

    if not saved.posts_introduction:
        return _build_saved_form(saved, None, words)
    return DeferredReply(post_card, words.translate("supervision.card.saving"))


def _build_saved_form(saved: SavedSetup, status: CardStatus | None, words: LanguagePack) -> Form:
    form = setup_result.build_saved_form(
        saved.team,
        saved.next_release,
        words,
        card_status=status,
        is_question_deferred=saved.is_question_deferred,
    )
    undoable_teams = (saved.team,) if saved.is_undoable else ()
    return replace(form, body=(*form.body, *setup_undo.build_undo_rows(undoable_teams, words)))


async def _name_listed_elsewhere(
    request: Request, context: Context, errors: InvalidAnswers, teams_by_person: dict[str, Team]
) -> InvalidAnswers:
    """Add the names of the people on another team's list, if the requester may read them.

    A requester whose profile could not be fetched in time reads the number of people only.
    """
    person, workspace = request.person, request.person.workspace
    profile = (await context.fetch_profiles((person,), "", _ACCOUNT_CHECK_SECONDS)).get(person)
    roles = await context.store.for_workspace(workspace).read(
        lambda repos: load_roles_by_team(repos, person)
    )
    is_admin = profile is not None and profile.is_admin
    named = listed_elsewhere.select_named(teams_by_person, workspace, roles, is_admin=is_admin)
    words = context.catalogue.get_pack(request.language)
    return listed_elsewhere.add_names(errors, named, words)


async def _refuse_unlistable_accounts(
    request: Request, context: Context, setup_context: SetupContext, submission: SetupSubmission
) -> InvalidAnswers | None:
    """Return an error where an added account is no person's, closed, or of another organisation.

    An account that could not be looked up in time is accepted, and checked by the worker.
    """
    workspace = request.person.workspace
    added_ids = set(submission.clinicians).difference(setup_context.clinicians)
    profiles = await context.fetch_profiles(
        (Person(workspace, person_id) for person_id in sorted(added_ids)),
        submission.channel,
        _ACCOUNT_CHECK_SECONDS,
    )
    refused_count = sum(not profile.may_be_listed for profile in profiles.values())
    words = context.catalogue.get_pack(request.language)
    return setup_submission.refuse_accounts(refused_count, words)


async def _replan_card(
    request: Request,
    context: Context,
    replan: Callable[[Repositories, Person, str, datetime], Team],
) -> Reply:
    """Make a card due by *replan*, and post it after the response."""
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


def _team_id_of_request(request: Request) -> str:
    """Return the team's id; a new team's derives from the idempotency key.

    A retry then creates no second team.
    """
    team_id = setup_submission.parse_team_id(request.data, request.answers)
    if team_id != NEW_TEAM_ID:
        return team_id
    return uuid5(NAMESPACE_OID, f"{request.person.workspace} {request.idempotency_key}").hex

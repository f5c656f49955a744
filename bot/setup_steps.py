"""Steps of a set-up that its handlers share: the form, the check, the preview and the reply."""

from dataclasses import dataclass, replace

from bot import card_posting
from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Channel, DeferredReply, InvalidAnswers, Person, Reply, Request
from bot.domain.people import Team
from bot.domain.teams import (
    listed_elsewhere,
    setup_difference,
    setup_form,
    setup_preview,
    setup_result,
    setup_submission,
    setup_undo,
)
from bot.domain.teams.setup_changes import compare_setups
from bot.domain.teams.setup_result import CardStatus
from bot.domain.teams.setup_submission import SetupContext, SetupSubmission
from bot.elements import Form, Option
from bot.store.repositories import Repositories
from bot.workflows import setup_history, team_setup
from bot.workflows.personal_data import load_roles_by_team
from bot.workflows.team_setup import SavedSetup

_ACCOUNT_CHECK_SECONDS = 1.5
"""Time to look added accounts up: Slack waits three seconds for the answer to a form."""


@dataclass(frozen=True)
class CheckedSetup:
    """A valid set-up, as it would be stored, and the stored one, ``None`` for a new team."""

    before: SetupSubmission | None
    after: SetupSubmission


async def build_setup_form(
    request: Request,
    context: Context,
    team_id: str,
    *,
    zone: str = "",
    channel: Channel | None = None,
    edited: SetupSubmission | None = None,
) -> Form:
    """Build the set-up form of a team with its stored values, or those of *edited*.

    A new team has *zone* and *channel* as defaults.
    """
    languages = tuple(Option(tag, name) for tag, name in list_language_names(context).items())
    current_setup = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: team_setup.load_current_setup(repos, request.person, team_id, channel)
    )
    if edited:
        current_setup = setup_preview.replace_values(current_setup, edited)
    words = context.catalogue.get_pack(request.language)
    return setup_form.build_setup_form(
        replace(current_setup, setter_zone=zone, languages=languages), words
    )


def list_language_names(context: Context) -> dict[str, str]:
    """Return the name of each language of the catalogue in itself, by its tag."""
    return {
        tag: context.catalogue.get_pack(tag).display_name for tag in context.catalogue.languages
    }


async def check_setup(
    request: Request, context: Context, team_id: str, submission: SetupSubmission
) -> CheckedSetup | InvalidAnswers:
    """Return the set-up that *submission* would store, or an error for each invalid field."""
    words = context.catalogue.get_pack(request.language)

    def load_states(repos: Repositories) -> tuple[SetupContext, CheckedSetup]:
        setup_context = team_setup.load_setup_context(
            repos, request.person, team_id, submission, request.listed_channels
        )
        before, after = team_setup.complete_setup(
            repos, request.person, team_id, submission, setup_context
        )
        return setup_context, CheckedSetup(before, after)

    workspace = request.person.workspace
    setup_context, checked = await context.store.for_workspace(workspace).read(
        load_states, reads_many_rows=True
    )
    if errors := setup_submission.validate_submission(submission, setup_context, words):
        teams = setup_submission.list_clinicians_elsewhere(submission, setup_context)
        return await _name_listed_elsewhere(request, context, errors, teams) if teams else errors
    refusal = await _refuse_unlistable_accounts(request, context, setup_context, submission)
    return refusal or checked


def build_preview(
    request: Request, context: Context, team_id: str, checked: CheckedSetup
) -> Form | InvalidAnswers | None:
    """Build the preview of what changes in an existing team's set-up; ``None`` for no change."""
    before, after = checked.before, checked.after
    if before is None or not compare_setups(before, after):
        return None
    words = context.catalogue.get_pack(request.language)
    names = list_language_names(context)
    return setup_preview.build_preview_form(team_id, before, after, words, names)


async def save_unless_changed(
    request: Request,
    context: Context,
    team_id: str,
    submission: SetupSubmission,
    digests: frozenset[str],
) -> SavedSetup | None:
    """Save the set-up of an existing team; ``None``, with nothing written, if it changed since.

    *digests* are those of the stored set-ups that *submission* may replace, see
    :func:`bot.domain.teams.setup_difference.digest_setup`.
    """
    person, now = request.person, context.now()

    def save(repos: Repositories) -> SavedSetup | None:
        stored = setup_history.load_setup(repos, team_id)
        if stored is None or setup_difference.digest_setup(stored) not in digests:
            return None
        return team_setup.save_setup(repos, person, team_id, submission, now)

    return await context.store.for_workspace(person.workspace).write(save)


async def build_stale_form(request: Request, context: Context, team_id: str) -> Form:
    """Build the set-up form with its present values, and the notice that somebody changed them.

    Raises :class:`bot.errors.StaleFormError` for a team that is not stored any more.
    """
    form = await build_setup_form(request, context, team_id)
    return setup_preview.add_stale_notice(form, context.catalogue.get_pack(request.language))


async def reply_saved(
    saved: SavedSetup, context: Context, words: LanguagePack, *, is_unchanged: bool = False
) -> Reply:
    """Return the confirmation of a saved set-up, after its card was posted where one is due.

    *is_unchanged* is True where the stored set-up was submitted as it is.
    """

    def build_form(status: CardStatus | None) -> Form:
        form = setup_result.build_saved_form(
            saved.team,
            saved.next_release,
            words,
            card_status=status,
            is_question_deferred=saved.is_question_deferred,
            is_unchanged=is_unchanged,
        )
        undoable_teams = (saved.team,) if saved.is_undoable else ()
        return replace(form, body=(*form.body, *setup_undo.build_undo_rows(undoable_teams, words)))

    async def post_card() -> Reply:
        return build_form(await card_posting.post_card(context, saved.team))

    if not saved.posts_introduction:
        return build_form(None)
    return DeferredReply(post_card, words.translate("supervision.card.saving"))


async def _name_listed_elsewhere(
    request: Request, context: Context, errors: InvalidAnswers, teams_by_person: dict[str, Team]
) -> InvalidAnswers:
    """Add the names of the people on another team's list, if the requester may read them.

    A requester whose profile could not be fetched in time reads the number of people only.
    """
    person, workspace = request.person, request.person.workspace
    profile = (await context.fetch_profiles((person,), "", _ACCOUNT_CHECK_SECONDS)).get(person)
    roles = await context.store.for_workspace(workspace).read(
        lambda repos: load_roles_by_team(repos, person), reads_many_rows=True
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

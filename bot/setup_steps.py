"""Steps of a set-up that its handlers share: form, validation, preview, transaction and reply."""

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

_PROFILE_TIMEOUT_SECONDS = 1.5
"""Timeout in seconds of the profile lookups: Slack awaits a form's response for three seconds."""


@dataclass(frozen=True)
class CheckedSetup:
    """A validated set-up, as it would be stored, and the stored one; ``None`` for a new team."""

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
    """Build a team's set-up form; its initial values are the stored ones, or those of *edited*.

    *zone* and *channel* are the defaults of a new team. Raises :class:`bot.errors.StaleFormError`
    for a team that is not stored any more.
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
    """Return a dict from each language tag of the catalogue to that language's own name."""
    return {
        tag: context.catalogue.get_pack(tag).display_name for tag in context.catalogue.languages
    }


async def check_setup(
    request: Request, context: Context, team_id: str, submission: SetupSubmission
) -> CheckedSetup | InvalidAnswers:
    """Validate *submission* and return the set-up that it would store, or an error per field.

    It is validated against one read snapshot; then the profiles of added accounts are fetched.
    """
    words = context.catalogue.get_pack(request.language)

    def load_states(repos: Repositories) -> tuple[SetupContext, CheckedSetup]:
        setup_context = team_setup.load_setup_context(
            repos, request.person, team_id, submission, request.listed_channels
        )
        before, after = team_setup.load_setup_change(
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
    """Build the preview form of the changed fields of a team; ``None`` for a new team or no change.

    Returns an error of the set-up form if the encoded change exceeds the size of a form's data.
    """
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
    """Save a team's set-up if the stored one still has one of *digests*; else return ``None``.

    Optimistic locking: the transaction that writes compares the digest first, see
    :func:`bot.domain.teams.setup_difference.digest_setup`; on a mismatch it writes nothing. A
    retry succeeds if *digests* include that of *submission*.
    """
    person, now = request.person, context.now()

    def save(repos: Repositories) -> SavedSetup | None:
        stored = setup_history.load_setup(repos, team_id)
        if stored is None or setup_difference.digest_setup(stored) not in digests:
            return None
        return team_setup.save_setup(repos, person, team_id, submission, now)

    return await context.store.for_workspace(person.workspace).write(save)


async def build_stale_form(request: Request, context: Context, team_id: str) -> Form:
    """Build the set-up form with the stored values, and a notice of the concurrent change.

    Raises as :func:`build_setup_form`.
    """
    form = await build_setup_form(request, context, team_id)
    return setup_preview.add_stale_notice(form, context.catalogue.get_pack(request.language))


async def build_saved_reply(
    saved: SavedSetup, context: Context, words: LanguagePack, *, is_unchanged: bool = False
) -> Reply:
    """Return the form that confirms *saved*, a deferred reply if an introduction card is queued.

    Its continuation posts the card after the first response, and states the result.
    *is_unchanged* selects the text for a submission that equals the stored set-up.
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
    """Add to *errors* the names of people on another team's list, if the requester may read them.

    An admin whose profile is not fetched in time reads the number of people alone.
    """
    person, workspace = request.person, request.person.workspace
    profile = (await context.fetch_profiles((person,), "", _PROFILE_TIMEOUT_SECONDS)).get(person)
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
    """Return an error if an added account is a bot's, deactivated, or of another organisation.

    An account without a profile at the timeout is accepted; the worker's profile duty checks it.
    """
    workspace = request.person.workspace
    added_ids = set(submission.clinicians).difference(setup_context.clinicians)
    profiles = await context.fetch_profiles(
        (Person(workspace, person_id) for person_id in sorted(added_ids)),
        submission.channel,
        _PROFILE_TIMEOUT_SECONDS,
    )
    refused_count = sum(not profile.may_be_listed for profile in profiles.values())
    words = context.catalogue.get_pack(request.language)
    return setup_submission.refuse_accounts(refused_count, words)

"""Handlers of the preview of a changed set-up: apply it, or go back to the form."""

from bot import setup_steps
from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain.teams import setup_difference, setup_preview
from bot.domain.teams.setup_difference import PreviewedChange
from bot.domain.teams.setup_submission import SetupSubmission
from bot.elements import Form
from bot.errors import StaleFormError
from bot.store.repositories import Repositories
from bot.workflows import setup_history, team_setup
from bot.workflows.team_setup import SavedSetup


async def apply_setup(request: Request, context: Context) -> Reply:
    """Save the previewed set-up, unless it was changed otherwise since."""
    words = context.catalogue.get_pack(request.language)
    change = setup_difference.parse_change(request.data)
    result = await _load_result(request, context, change)
    if result is None:
        return await _build_stale_form(request, context, change.team_id)
    checked = await setup_steps.check_setup(request, context, change.team_id, result)
    if isinstance(checked, InvalidAnswers):
        form = await setup_steps.build_setup_form(request, context, change.team_id, edited=result)
        return setup_preview.add_errors(form, checked, words)
    saved = await _save_result(request, context, change, result)
    if saved is None:
        return await _build_stale_form(request, context, change.team_id)
    return await setup_steps.reply_saved(saved, context, words)


async def edit_setup(request: Request, context: Context) -> Reply:
    """Show the set-up form again with the previewed changes."""
    change = setup_difference.parse_change(request.data)
    result = await _load_result(request, context, change)
    if result is None:
        return await _build_stale_form(request, context, change.team_id)
    return await setup_steps.build_setup_form(request, context, change.team_id, edited=result)


async def _load_result(
    request: Request, context: Context, change: PreviewedChange
) -> SetupSubmission | None:
    """Return the set-up that *change* results in; ``None`` if it was changed otherwise since.

    Raises :class:`bot.errors.StaleFormError` for a team that is not stored any more.
    """
    stored = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: setup_history.load_setup(repos, change.team_id)
    )
    if stored is None:
        raise StaleFormError
    words = context.catalogue.get_pack(request.language)
    return setup_difference.apply_change(change, stored, context.catalogue.languages, words)


async def _save_result(
    request: Request, context: Context, change: PreviewedChange, result: SetupSubmission
) -> SavedSetup | None:
    """Save the set-up; ``None``, with nothing written, if it was changed otherwise since."""
    person, now = request.person, context.now()

    def save(repos: Repositories) -> SavedSetup | None:
        stored = setup_history.load_setup(repos, change.team_id)
        if stored is None or setup_difference.digest_setup(stored) not in change.digests:
            return None
        return team_setup.save_setup(repos, person, change.team_id, result, now)

    return await context.store.for_workspace(person.workspace).write(save)


async def _build_stale_form(request: Request, context: Context, team_id: str) -> Form:
    words = context.catalogue.get_pack(request.language)
    form = await setup_steps.build_setup_form(request, context, team_id)
    return setup_preview.add_stale_notice(form, words)

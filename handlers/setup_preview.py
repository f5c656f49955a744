"""Handlers of the preview of a changed set-up: apply it, or go back to the form."""

from bot import setup_steps
from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain.teams import setup_difference, setup_preview
from bot.domain.teams.setup_difference import PreviewedChange
from bot.domain.teams.setup_submission import SetupSubmission
from bot.errors import StaleFormError
from bot.workflows import setup_history


async def apply_setup(request: Request, context: Context) -> Reply:
    """Save the previewed set-up, unless another change was stored since the preview.

    Then nothing is written, and the set-up form with the stored values is returned. Idempotent: a
    retry finds its own change stored. Raises :class:`bot.errors.StaleFormError` for a removed team.
    """
    words = context.catalogue.get_pack(request.language)
    change = setup_difference.parse_change(request.data)
    result = await _load_result(request, context, change)
    if result is None:
        return await setup_steps.build_stale_form(request, context, change.team_id)
    checked = await setup_steps.check_setup(request, context, change.team_id, result)
    if isinstance(checked, InvalidAnswers):
        form = await setup_steps.build_setup_form(request, context, change.team_id, edited=result)
        return setup_preview.add_errors(form, checked, words)
    saved = await setup_steps.save_unless_changed(
        request, context, change.team_id, result, change.digests
    )
    if saved is None:
        return await setup_steps.build_stale_form(request, context, change.team_id)
    return await setup_steps.build_saved_reply(saved, context, words)


async def edit_setup(request: Request, context: Context) -> Reply:
    """Open the set-up form again with the previewed changes; only reads."""
    change = setup_difference.parse_change(request.data)
    result = await _load_result(request, context, change)
    if result is None:
        return await setup_steps.build_stale_form(request, context, change.team_id)
    return await setup_steps.build_setup_form(request, context, change.team_id, edited=result)


async def _load_result(
    request: Request, context: Context, change: PreviewedChange
) -> SetupSubmission | None:
    """Apply *change* to the stored set-up; ``None`` if another change was stored since the preview.

    Raises :class:`bot.errors.StaleFormError` for a team that is not stored any more.
    """
    stored = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: setup_history.load_setup(repos, change.team_id)
    )
    if stored is None:
        raise StaleFormError
    words = context.catalogue.get_pack(request.language)
    return setup_difference.apply_change(change, stored, context.catalogue.languages, words)

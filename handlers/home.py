"""Handlers of a person's home page, and of the language chosen there."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain.person import home_page
from bot.errors import UnknownAnswerError
from bot.workflows.form_submission import submit_form
from bot.workflows.personal_data import load_personal_data


async def show_home(request: Request, context: Context) -> Reply:
    """Render the person's home page from their current rows; nothing is written."""
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, request.person, context.now()), reads_many_rows=True
    )
    return home_page.render_home_page(
        personal_data,
        context.catalogue.get_pack(request.language),
        home_page.offered_languages(context.catalogue),
    )


async def submit_language(request: Request, context: Context) -> Reply:
    """Save the language tag in ``data`` as the person's own, and render their home page in it.

    Raises :class:`bot.errors.UnknownAnswerError` for a language that the catalogue does not have.
    """
    if request.data not in context.catalogue.languages:
        raise UnknownAnswerError
    person, language, now = request.person, request.data, context.now()
    await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(
            repos, request, now, lambda _form: repos.people.set_language(person, language)
        )
    )
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, person, now), reads_many_rows=True
    )
    return home_page.render_home_page(
        personal_data,
        context.catalogue.get_pack(language),
        home_page.offered_languages(context.catalogue),
    )

"""A person's own page: what the bot is, what it keeps about them, and their check-in."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain.person import home_page
from bot.errors import UnknownAnswerError
from bot.workflows.personal_data import load_personal_data


async def show_home(request: Request, context: Context) -> Reply:
    """Show a person their own page as it stands now."""
    known = await context.store.read(
        lambda repos: load_personal_data(repos, request.person, context.now())
    )
    return home_page.render_home_page(
        known,
        context.catalogue.get_pack(request.language),
        home_page.offered_languages(context.catalogue),
    )


async def submit_language(request: Request, context: Context) -> Reply:
    """Speak the language the person chose, from here on."""
    if request.data not in context.catalogue.languages:
        raise UnknownAnswerError
    person, chosen = request.person, request.data
    await context.store.write(lambda repos: repos.people.set_language(person, chosen))
    known = await context.store.read(lambda repos: load_personal_data(repos, person, context.now()))
    return home_page.render_home_page(
        known, context.catalogue.get_pack(chosen), home_page.offered_languages(context.catalogue)
    )

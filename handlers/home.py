"""A person's own page: what the bot is, what it keeps about them, and their check-in."""

from bot.context import Desk
from bot.conversation import Reply, Request
from bot.domain.person import home_page
from bot.errors import UnknownAnswerError
from bot.workflows.personal_data import portrait


async def shown(request: Request, desk: Desk) -> Reply:
    """Show a person their own page as it stands now."""
    known = await desk.store.read(lambda books: portrait(books, request.person, desk.now()))
    return home_page.page(
        known, desk.catalogue.words(request.language), home_page.spoken(desk.catalogue)
    )


async def language_chosen(request: Request, desk: Desk) -> Reply:
    """Speak the language the person chose, from here on."""
    if request.data not in desk.catalogue.languages:
        raise UnknownAnswerError
    person, chosen = request.person, request.data
    await desk.store.write(lambda books: books.people.set_language(person, chosen))
    known = await desk.store.read(lambda books: portrait(books, person, desk.now()))
    return home_page.page(known, desk.catalogue.words(chosen), home_page.spoken(desk.catalogue))

"""Every form of the catalogue, built once in a test process for all tests that render them."""

from functools import cache

from bot.content.catalogue import LanguagePack
from bot.elements import Form
from tests.chat import screens


@cache
def list_forms(words: LanguagePack) -> tuple[Form, ...]:
    """Return every form in one language; forms are immutable, and most are guides."""
    return tuple(screens.iter_forms(words))

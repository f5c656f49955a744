"""Banners that name the limits of a form, and where to turn when somebody may be at risk."""

from functools import lru_cache

from bot.content.catalogue import LanguagePack
from bot.elements import Banner


@lru_cache(maxsize=1024)
def build_banners(words: LanguagePack, *keys: str) -> tuple[Banner, ...]:
    """Return a banner for each ``safety`` key, and the service's own procedure below them.

    The latter is a setting of the operator, for each language. Nothing is shown without a key.
    """
    banners = tuple(Banner(words.translate(f"safety.{key}")) for key in keys)
    return (*banners, Banner(words.safety_text)) if keys and words.safety_text else banners

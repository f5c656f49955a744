"""Load the content that people are served, with what the settings say in it."""

from dataclasses import replace

from bot.content.catalogue import Catalogue, load_catalogue
from bot.retention_periods import RetentionPeriods
from bot.settings import Settings


def load_served_content(settings: Settings) -> Catalogue:
    """Return the content with the practice's cards, safety texts and retention periods."""
    content = load_catalogue(settings.cards_folder, settings.safety_texts)
    return state_retention(content, settings.retention)


def state_retention(content: Catalogue, retention: RetentionPeriods) -> Catalogue:
    """Return *content* that states *retention* in every language.

    The retention duty uses the periods that people read, see
    :attr:`bot.context.Context.retention`.
    """
    packs = {tag: replace(pack, retention=retention) for tag, pack in content.packs_by_tag.items()}
    return replace(content, packs_by_tag=packs)

"""Content that states for how long this deployment, or one workspace, stores what."""

from dataclasses import replace

from bot.content.catalogue import Catalogue
from bot.retention_periods import RetentionPeriods


def state_retention(content: Catalogue, retention: RetentionPeriods) -> Catalogue:
    """Return *content* that states *retention* in every language.

    The retention duty uses the periods that people read, see
    :attr:`bot.context.Context.retention`.
    """
    packs = {tag: replace(pack, retention=retention) for tag, pack in content.packs_by_tag.items()}
    return replace(content, packs_by_tag=packs)

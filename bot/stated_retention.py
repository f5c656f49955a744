"""Retention periods in the content catalogue, of the deployment or of one workspace."""

from dataclasses import replace

from bot.content.catalogue import Catalogue
from bot.retention_periods import RetentionPeriods


def replace_retention(content: Catalogue, retention: RetentionPeriods) -> Catalogue:
    """Return a copy of *content* with *retention* as an attribute of every language pack.

    The retention duty reads the same attribute, by :attr:`bot.context.Context.retention`, so that
    rows are deleted when the texts state it.
    """
    packs = {tag: replace(pack, retention=retention) for tag, pack in content.packs_by_tag.items()}
    return replace(content, packs_by_tag=packs)

"""Mention people in a message, also those who were erased since it was planned."""

from collections.abc import Iterable

from bot.content.catalogue import LanguagePack
from bot.domain.teams.audit_entry import ERASED_ID


def mention_people(person_ids: Iterable[str], words: LanguagePack) -> str:
    """Return mentions of the ids as a list; somebody who was erased is "somebody who left"."""
    return words.join_items(
        words.translate("setups.trail.left")
        if person_id == ERASED_ID
        else words.mention_people((person_id,))
        for person_id in person_ids
    )

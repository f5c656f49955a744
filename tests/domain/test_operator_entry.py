"""Entries of the operator trail have words for each action and actor."""

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.operator_entry import OperatorAction, OperatorActor

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]


@pytest.mark.parametrize("words", PACKS, ids=lambda words: words.language)
@pytest.mark.parametrize("actor", OperatorActor)
@pytest.mark.parametrize("action", OperatorAction)
def test_each_action_has_a_sentence(
    action: OperatorAction, actor: OperatorActor, words: LanguagePack
) -> None:
    """It names who acted, but for the end of a purge, and how many rows there were."""
    who = words.translate(f"operator.audit.{actor}")
    sentence = words.translate(
        f"operator.audit.{action}", who=who, workspace="T0GONE", reason="requested", count=7
    )

    is_end = action is OperatorAction.PURGE_ENDED
    assert (who in sentence) == ("7" in sentence) == (not is_end)
    assert ("T0GONE" in sentence) == (action is not OperatorAction.ROTATED)

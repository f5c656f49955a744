"""What a person of another organisation reads, and what is open to them."""

from collections.abc import Callable

import pytest

from bot.affiliation import Affiliation
from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain import external_access
from bot.elements import Home, Message
from tests.sample_team import reply_text, steps_by_name

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")
RENDERERS = (external_access.render_refusal, external_access.render_home_page)

Renderer = Callable[[LanguagePack, Affiliation], Message | Home]


@pytest.mark.parametrize(
    ("render", "affiliation", "key"),
    [
        (external_access.render_refusal, Affiliation.EXTERNAL, "external.refused"),
        (external_access.render_refusal, Affiliation.UNKNOWN, "external.unknown"),
        (external_access.render_home_page, Affiliation.EXTERNAL, "external.home"),
        (external_access.render_home_page, Affiliation.UNKNOWN, "external.unknown"),
    ],
)
def test_the_reason_is_given(render: Renderer, affiliation: Affiliation, key: str) -> None:
    """An account of elsewhere and one that the product does not tell about read why."""
    assert WORDS.translate(key) in reply_text(render(WORDS, affiliation))


@pytest.mark.parametrize("words", PACKS, ids=lambda words: str(words.language))
@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("affiliation", [Affiliation.EXTERNAL, Affiliation.UNKNOWN])
def test_only_what_is_published_is_open(
    render: Renderer, affiliation: Affiliation, words: LanguagePack
) -> None:
    """Tips, guides and the privacy notice can be read; nothing that stores is offered."""
    steps = steps_by_name(render(words, affiliation))

    assert [*steps] == ["tip.today", "rupture.guide", "kept"]

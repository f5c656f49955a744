"""Conformance of the text typed after a command: the same behaviour on every product."""

import pytest

from bot.domain import command_help
from tests.chat.expectations import CATALOGUE, WORDS, shows_body
from tests.chat.surfaces import Product


@pytest.mark.parametrize(
    ("keyword", "typed"),
    [
        ("guide", "guide now"),
        ("withdraw", "Withdraw, please"),
        ("withdraw", "withdraw请"),
        ("help", "HELP me"),
    ],
)
async def test_keyword_with_text_acts_as_keyword(
    product: Product, keyword: str, typed: str
) -> None:
    """A keyword of /rupture with more text has the result of the keyword alone."""
    keyword_screen = await product.run_command(product.marie, f"rupture {keyword}")
    screen = await product.run_command(product.marie, f"rupture {typed}")

    assert (screen.texts, screen.fields) == (keyword_screen.texts, keyword_screen.fields)
    assert not screen.contains_text(WORDS.translate("usage.discarded"))


@pytest.mark.parametrize(
    ("command", "command_with_text"),
    [
        ("tip list", "tip list them all"),
        ("tip ask", "tip ask more about it"),
        ("checkin pause", "checkin pause until June"),
        ("checkin help", "checkin help me"),
        ("debriefs help", "debriefs help me"),
        ("supervision help", "supervision help me"),
    ],
)
async def test_text_after_keyword_is_ignored(
    product: Product, command: str, command_with_text: str
) -> None:
    """Each command runs its keyword, regardless of the text after it."""
    await product.run_command(product.marie, "checkin join")

    keyword_screen = await product.run_command(product.marie, command)
    screen = await product.run_command(product.marie, command_with_text)

    assert (screen.texts, screen.fields) == (keyword_screen.texts, keyword_screen.fields)


@pytest.mark.parametrize("language", ["fr-CA", "zh-Hans"])
async def test_text_after_localized_topic_is_ignored(product: Product, language: str) -> None:
    """A topic in the user's language is recognized at the start of a sentence, too."""
    words = CATALOGUE.get_pack(language)
    page = await product.open_home(product.marie)
    await product.press_button(product.marie, page, words.display_name)
    word = words.translate("tip.word.repair")

    keyword_screen = await product.run_command(product.marie, f"tip {word}")
    screen = await product.run_command(product.marie, f"tip {word.title()} heliotrope")

    assert keyword_screen.contains_text(words.topics["repair"])
    assert screen.texts == keyword_screen.texts
    assert not screen.contains_text("heliotrope")


@pytest.mark.parametrize("typed", ["checkin leave next month", "checkin join later"])
async def test_immediate_keyword_must_be_alone(product: Product, typed: str) -> None:
    """Join and leave with more text change nothing, and show the usage instead."""
    if "leave" in typed:
        await product.run_command(product.marie, "checkin join")
    was_joined = await is_joined(product)

    screen = await product.run_command(product.marie, typed)

    assert shows_body(screen, command_help.render_help("checkin", WORDS).body)
    assert await is_joined(product) == was_joined == ("leave" in typed)


async def is_joined(product: Product) -> bool:
    """Whether Marie has joined the weekly check-in."""
    clinicians = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.people.list_joined_reachable(None, 9)
    )
    return product.marie in {clinician.person.id for clinician in clinicians}

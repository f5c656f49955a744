"""What becomes of the words typed after a command, on every product alike."""

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
async def test_a_keyword_with_more_words_never_files(
    product: Product, keyword: str, typed: str
) -> None:
    """Whoever adds words to a keyword of /rupture gets what the keyword alone brings."""
    alone = await product.run_command(product.marie, f"rupture {keyword}")
    screen = await product.run_command(product.marie, f"rupture {typed}")

    assert (screen.texts, screen.fields) == (alone.texts, alone.fields)
    assert not screen.contains_text(WORDS.translate("usage.discarded"))


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("tip list", "tip list them all"),
        ("tip ask", "tip ask more about it"),
        ("checkin pause", "checkin pause until June"),
        ("checkin help", "checkin help me"),
        ("debriefs help", "debriefs help me"),
        ("supervision help", "supervision help me"),
    ],
)
async def test_words_after_a_keyword_are_ignored(product: Product, command: str, more: str) -> None:
    """Each command does what its keyword says, whatever is typed after it."""
    await product.run_command(product.marie, "checkin join")

    alone = await product.run_command(product.marie, command)
    screen = await product.run_command(product.marie, more)

    assert (screen.texts, screen.fields) == (alone.texts, alone.fields)


@pytest.mark.parametrize("language", ["fr-CA", "zh-Hans"])
async def test_words_after_a_topic_of_another_language_are_ignored(
    product: Product, language: str
) -> None:
    """A topic in the person's own language is found at the beginning of a sentence, too."""
    spoken = CATALOGUE.get_pack(language)
    page = await product.open_home(product.marie)
    await product.press_button(product.marie, page, spoken.display_name)
    word = spoken.translate("tip.word.repair")

    alone = await product.run_command(product.marie, f"tip {word}")
    screen = await product.run_command(product.marie, f"tip {word.title()} heliotrope")

    assert alone.contains_text(spoken.topics["repair"])
    assert screen.texts == alone.texts
    assert not screen.contains_text("heliotrope")


@pytest.mark.parametrize("typed", ["checkin leave next month", "checkin join later"])
async def test_a_keyword_that_acts_at_once_acts_alone(product: Product, typed: str) -> None:
    """Nobody joins or leaves by a sentence: more words bring the usage, and change nothing."""
    if "leave" in typed:
        await product.run_command(product.marie, "checkin join")
    before = await is_joined(product)

    screen = await product.run_command(product.marie, typed)

    assert shows_body(screen, command_help.render_help("checkin", WORDS).body)
    assert await is_joined(product) == before == ("leave" in typed)


async def is_joined(product: Product) -> bool:
    """Whether Marie has joined the weekly question."""
    joined = await product.bot.context.store.read(lambda repos: repos.people.list_joined(None, 9))
    return product.marie in {one.person.id for one in joined}

"""Conformance of a person's own data: the same copy, form and erasure on every product."""

from tests.chat.expectations import (
    DEBRIEF_ANSWERS,
    MONDAY,
    WORDS,
    advance_and_deliver,
    count_codes,
)
from tests.chat.surfaces import Product

SHOW_LABEL = WORDS.translate("own_data.copy.step")
ERASE_LABEL = WORDS.translate("own_data.erase.step")


async def test_home_shows_everything_stored(product: Product) -> None:
    """In words and as JSON; it names the person and no colleague."""
    await product.run_command(product.marie, "checkin join")
    home = await product.open_home(product.marie)

    screen = await product.press_button(product.marie, home, SHOW_LABEL)

    assert screen.contains_text(WORDS.translate("own_data.copy.sealed"))
    assert screen.contains_text(product.marie)
    assert screen.contains_text('"home_team"')
    assert not screen.contains_text(product.ada)


async def test_erasure_is_confirmed_and_ends_messages(product: Product) -> None:
    """The form says what it means; afterwards nothing filed is counted and nothing is sent."""
    await product.run_command(product.marie, "checkin join")
    form = await product.run_command(product.marie, "rupture")
    await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)
    assert await count_codes(product) == 2
    home = await product.open_home(product.marie)

    form = await product.press_button(product.marie, home, ERASE_LABEL)
    result = await product.submit_form(product.marie, form, {})
    messages = product.received_messages(product.marie)
    await advance_and_deliver(product, MONDAY)

    assert form.contains_text("It cannot be undone.")
    assert result.contains_text(WORDS.translate("own_data.erase.done"))
    assert await count_codes(product) == 0
    assert product.received_messages(product.marie) == messages

"""Conformance of controls of older releases: the same behaviour on every product."""

import pytest

from bot.domain import command_help, outdated_control
from handlers.outdated import RELEASED_NAMES
from tests.chat.expectations import WORDS, shows_body
from tests.chat.surfaces import NO_SCREEN, Product, Screen

NOTICE = outdated_control.render_notice(WORDS)

READ_ONLY = {"link", "note", "notice", "reading", "thanks", "waiting"}
"""A link, and forms without a button to submit: they have no result to show."""


@pytest.mark.parametrize("table", ["buttons", "forms"])
async def test_every_released_control_is_answered(product: Product, table: str) -> None:
    """Every control of any release has its current result, or the notice; never silence."""
    screens = {
        name: await product.activate_control(product.marie, table, name)
        for name in RELEASED_NAMES[table]
    }

    assert {name for name, screen in screens.items() if screen == NO_SCREEN} <= READ_ONLY
    assert {name for name, screen in screens.items() if _is_notice(screen)} == {
        name for name, current in RELEASED_NAMES[table].items() if not current
    }


@pytest.mark.parametrize("table", ["buttons", "forms"])
async def test_an_invented_control_is_answered(product: Product, table: str) -> None:
    """A name that no release had gets the notice, whose button shows the current commands."""
    notice = await product.activate_control(product.marie, table, "debrief.of_another_release")
    help_screen = await product.press_button(
        product.marie, notice, WORDS.translate("common.step.help")
    )

    assert _is_notice(notice)
    assert shows_body(help_screen, command_help.render_help("help", WORDS).body)


def _is_notice(screen: Screen) -> bool:
    return shows_body(screen, NOTICE.body)

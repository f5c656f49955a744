"""The attack by set-up through signed HTTP: a supervisor's forms select no span and no table."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, TOTAL
from schedules import close_periods
from tests.attacks import set_up_games
from tests.attacks.proxy_log import PRODUCTS
from tests.attacks.set_up_games import PublishedPlace
from tests.chat.surfaces import Product

WORDS = load_catalogue().get_pack("en")


async def submit_list(product: Product, clinicians: tuple[str, ...]) -> None:
    """Submit the set-up form with this list, as the team's supervisor."""
    form = await product.run_command(product.supervisor, "supervision")
    result = await product.submit_form(product.supervisor, form, {"clinicians": clinicians})
    assert result.contains_text(WORDS.translate("supervision.done.saved", team="North team"))


async def pass_weeks(product: Product, weeks: int) -> None:
    """Move the bot's clock, and run the duty that closes and opens periods on each closing day."""
    context = product.bot.context
    end = product.clock() + timedelta(weeks=weeks)
    while (close := await close_periods.next_due(context)) and close <= end:
        product.clock.move_to(close)
        await close_periods.run(context)
    product.clock.move_to(end)


def find_spans(places: Sequence[PublishedPlace]) -> set[tuple[str, timedelta]]:
    """Return the ledgers and lengths of tables, without the ones that were open at the start."""
    first_close = min(place.closes for place in places)
    return {
        (place.ledger, place.closes - place.opens) for place in places if place.closes > first_close
    }


@pytest.mark.parametrize("name", PRODUCTS)
async def test_changed_lists_exceed_no_bound(tmp_path: Path, name: str) -> None:
    """Twenty people, nineteen and twenty again, just before each close of a year.

    Every table has the full length of its size class, which changes with the common year alone.
    """
    async with PRODUCTS[name](tmp_path) as product:
        everybody = tuple(f"U1MORE{number}" for number in range(LARGE_UNIT_SIZE))
        for _ in range(4):
            await submit_list(product, everybody)
            await pass_weeks(product, 11)
            await submit_list(product, everybody[:-1])
            await pass_weeks(product, 1)
        await pass_weeks(product, 4)
        places = await product.bot.context.store.across_workspaces.read(set_up_games.list_places)

    assert set_up_games.find_excess(places) == []
    assert find_spans(places) <= {
        (ledger, timedelta(weeks=release_rule.select_terms(ledger, size).weeks))
        for ledger in (TOTAL, BREAKDOWN)
        for size in (len(product.people), LARGE_UNIT_SIZE)
    }

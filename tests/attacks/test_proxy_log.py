from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest

from bot.chat import padding
from tests.attacks.proxy_log import (
    PRODUCTS,
    PROXIES,
    VISITS,
    Sizes,
    guess_share,
    open_logged_product,
    record_sizes,
)

IS_FILED = [visit.is_filed for visit in VISITS]
IS_GUIDE = [visit.shows_guide for visit in VISITS]
COMPRESSING_PROXIES = ("no-transform", "content-encoding")


def chance(labels: list[bool]) -> Fraction:
    """Return the share of right answers of an attacker who draws one of the visits at random."""
    share = Fraction(sum(labels), len(labels))
    return share**2 + (1 - share) ** 2


async def record_both(
    name: str, folder: Path, proxies: Iterable[str] = PROXIES
) -> dict[str, tuple[list[Sizes], list[Sizes]]]:
    """Return the sizes of the attacker's own visits and of another person's, by each proxy."""
    builders = {proxy: PROXIES[proxy] for proxy in proxies}
    async with open_logged_product(name, folder, builders) as (product, log):
        reference = await record_sizes(product, log, product.ada, VISITS)
        observed = await record_sizes(product, log, product.marie, VISITS)
    return {proxy: (reference[proxy], observed[proxy]) for proxy in builders}


@pytest.mark.parametrize("name", PRODUCTS)
async def test_sizes_tell_nothing(tmp_path: Path, name: str) -> None:
    """Behind any proxy every visit has the same sizes, so the attacker is exactly at chance."""
    logs = await record_both(name, tmp_path)

    assert set(logs) == {"plain", "no-transform", "content-encoding"}
    for reference, observed in logs.values():
        assert len({*reference, *observed}) == 1
        assert guess_share(VISITS, reference, observed) == Fraction(1, len(VISITS))
        assert guess_share(IS_FILED, reference, observed) == chance(IS_FILED)


@pytest.mark.parametrize("name", PRODUCTS)
async def test_unpadded_sizes_tell_what_was_filed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """With padding off, the log tells whether a debrief was filed, and its form and status."""
    monkeypatch.setenv("PAD_ANSWERS", "False")

    ((reference, observed),) = (await record_both(name, tmp_path, ["plain"])).values()

    assert guess_share(VISITS, reference, observed) > Fraction(9, 10)
    assert guess_share(IS_FILED, reference, observed) == 1


@pytest.mark.parametrize("name", PRODUCTS)
async def test_compressed_padding_tells_which_visits_show_a_guide(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """Without the headers that prevent it, a proxy compresses the padding and its log tells more.

    The random padding blurs single guides, but not a guide from another form.
    """
    monkeypatch.setattr(padding, "NO_TRANSFORM_HEADERS", {})

    for reference, observed in (await record_both(name, tmp_path, COMPRESSING_PROXIES)).values():
        assert guess_share(IS_GUIDE, reference, observed) == 1

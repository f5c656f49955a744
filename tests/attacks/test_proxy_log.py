from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from bot.chat import padding
from tests.attacks.proxy_log import (
    PRODUCTS,
    PROXIES,
    VISITS,
    Sizes,
    Visit,
    guess_share,
    open_logged_product,
    record_sizes,
)

IS_FILED = [visit.is_filed for visit in VISITS]
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


async def record_sums(
    name: str, folder: Path, visits: Sequence[Visit], play_count: int
) -> dict[str, tuple[list[Sizes], list[Sizes]]]:
    """Return what :func:`record_both` does for *visits*, with the sums of *play_count* plays.

    Of a sum the random lengths are a smaller share than of one size.
    """
    builders = {proxy: PROXIES[proxy] for proxy in COMPRESSING_PROXIES}
    sums: dict[str, tuple[list[Sizes], list[Sizes]]] = {}
    async with open_logged_product(name, folder, builders) as (product, log):
        plays = [
            [
                await record_sizes(product, log, user_id, visits)
                for user_id in (product.ada, product.marie)
            ]
            for _ in range(play_count)
        ]
    for proxy in builders:
        reference, observed = (
            [
                tuple(map(sum, zip(*sizes_of_visit, strict=True)))
                for sizes_of_visit in zip(*sizes_by_play, strict=True)
            ]
            for sizes_by_play in zip(
                *[[recording[proxy] for recording in play] for play in plays], strict=True
            )
        )
        sums[proxy] = reference, observed
    return sums


@pytest.mark.parametrize("name", PRODUCTS)
async def test_compressed_padding_tells_which_visits_show_a_guide(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """Without the headers that prevent it, a proxy compresses the padding and its log tells more.

    The random padding blurs single guides, but not a guide from another form: four visits of a kind
    are enough.
    """
    monkeypatch.setattr(padding, "NO_TRANSFORM_HEADERS", {})
    visits = [visit for visit in VISITS if not visit.is_filed]
    shows_guide = [visit.shows_guide for visit in visits]

    for reference, observed in (await record_sums(name, tmp_path, visits, 4)).values():
        assert guess_share(shows_guide, reference, observed) == 1

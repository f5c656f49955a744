"""The card of a day: each once before any twice, with the quarter's theme and without."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import Tip, load_catalogue
from bot.domain import tip_rotation
from bot.domain.tip_rotation import FIRST_MONDAY, THEME_TOPICS, select_daily_tip

WORDS = load_catalogue().get_pack("en")
NO_THEMES: Mapping[int, tuple[str, ...]] = {}
TUESDAY_AND_THURSDAY = {1, 3}

days = st.dates(date(2025, 1, 1), date(2036, 1, 1))
later_days = st.dates(FIRST_MONDAY, date(2034, 1, 1))
teams = st.text(max_size=20)
counts = st.integers(1, 60)
either = st.sampled_from([THEME_TOPICS, NO_THEMES])


def build_cards(count: int) -> list[Tip]:
    """Return *count* cards with distinct ids, of topics of every theme and of none."""
    topics = ["ours", *(topics[0] for topics in THEME_TOPICS.values())]
    return [Tip(f"c{n}", "", topics[n % 5], "", "", "", "", "") for n in range(count)]


def working_days(start: date, count: int) -> list[date]:
    """Return *count* working days from *start* on."""
    candidates = (start + timedelta(days=n) for n in range(count * 2 + 10))
    return [day for day in candidates if day.weekday() < 5][:count]


def theme_of(tip: Tip) -> int:
    """Return the quarter whose theme has the topic of *tip*, 0 for none."""
    return next((theme for theme, topics in THEME_TOPICS.items() if tip.topic in topics), 0)


def share_of_theme(quarter: int, themes: Mapping[int, tuple[str, ...]]) -> float:
    """Return how many of the working days of four years' *quarter* have a card of its theme."""
    selected = [
        select_daily_tip(WORDS.tips, "T1", day, themes=themes)
        for day in working_days(FIRST_MONDAY, 4 * 52 * 5)
        if tip_rotation.quarter_of(day) == quarter
    ]
    return sum(theme_of(tip) == quarter for tip in selected) / len(selected)


@pytest.mark.no_cover
@given(teams, later_days, counts, either)
@settings(deadline=None, max_examples=30)
def test_a_card_is_not_repeated_within_a_round(
    team: str, start: date, count: int, themes: Mapping[int, tuple[str, ...]]
) -> None:
    """From any day on, a card is not repeated within a round of working days minus four.

    Of many cards, half a year passes at least.
    """
    distance = min(count - 4, 130)
    last_index: dict[str, int] = {}
    for index, day in enumerate(working_days(start, count * 3)):
        card = select_daily_tip(build_cards(count), team, day, themes=themes).id
        assert index - last_index.get(card, -count) >= distance
        last_index[card] = index


@pytest.mark.no_cover
@given(teams, st.integers(0, 20), st.integers(1, 160), either)
@settings(deadline=None, max_examples=30)
def test_a_round_has_each_card_once(
    team: str, rounds: int, count: int, themes: Mapping[int, tuple[str, ...]]
) -> None:
    """A round contains every card exactly once."""
    cards = build_cards(count)
    card_ids = {
        select_daily_tip(cards, team, FIRST_MONDAY, rounds * count + n, themes).id
        for n in range(count)
    }

    assert len(card_ids) == count


@pytest.mark.no_cover
@pytest.mark.parametrize("themes", [THEME_TOPICS, NO_THEMES], ids=["with a theme", "without"])
@given(team=teams, start=later_days)
@settings(deadline=None, max_examples=12)
def test_half_a_year_of_working_days_has_no_repeated_card(
    themes: Mapping[int, tuple[str, ...]], team: str, start: date
) -> None:
    """From any day on, 26 weeks of working days have 130 distinct cards."""
    card_ids = {
        select_daily_tip(WORDS.tips, team, day, themes=themes).id
        for day in working_days(start, 26 * 5)
    }

    assert len(card_ids) == 26 * 5


@pytest.mark.no_cover
@pytest.mark.parametrize("themes", [THEME_TOPICS, NO_THEMES], ids=["with a theme", "without"])
@given(team=teams, start=later_days)
@settings(deadline=None, max_examples=12)
def test_a_year_of_tuesdays_and_thursdays_repeats_no_dealt_card(
    themes: Mapping[int, tuple[str, ...]], team: str, start: date
) -> None:
    """Of 104 cards on two days a week, only those left over from the five sets can come twice."""
    year = [day for day in working_days(start, 52 * 5) if day.weekday() in TUESDAY_AND_THURSDAY]

    card_ids = {select_daily_tip(WORDS.tips, team, day, themes=themes).id for day in year}
    assert len(year) - len(card_ids) <= len(WORDS.tips) % 5


@pytest.mark.no_cover
@pytest.mark.parametrize("count", [134, 135, 138])
def test_134_cards_suffice_for_half_a_year(count: int) -> None:
    """With 134 cards or more, no 26 weeks of seven years have a card twice."""
    cards = build_cards(count)
    last_index: dict[str, int] = {}
    for index, day in enumerate(working_days(FIRST_MONDAY, 7 * 260)):
        card = select_daily_tip(cards, "T1", day).id
        assert index - last_index.get(card, -130) >= 130
        last_index[card] = index


@pytest.mark.parametrize("count", range(40, 45))
@pytest.mark.parametrize("weekday", range(5))
def test_one_weekday_gets_every_card_once_in_five_rounds(count: int, weekday: int) -> None:
    """A team with one tip day a week gets every card before any comes again, up to four."""
    posts = [day for day in working_days(FIRST_MONDAY, count * 5) if day.weekday() == weekday]
    uses = Counter(select_daily_tip(build_cards(count), "T1", day).id for day in posts)

    assert len(uses) == count
    assert set(uses.values()) == {1}


@pytest.mark.parametrize("quarter", THEME_TOPICS)
def test_a_theme_gives_its_quarter_more_of_its_cards(quarter: int) -> None:
    """With a theme, a quarter has clearly more of its cards than without, and four in ten."""
    with_theme = share_of_theme(quarter, THEME_TOPICS)

    assert with_theme > 1.4 * share_of_theme(quarter, NO_THEMES)
    assert with_theme > 0.4


def test_themes_are_the_same_for_all_teams() -> None:
    """The quarter of a day depends on the calendar alone, and each theme has three months."""
    quarters = [tip_rotation.quarter_of(date(2026, month, 1)) for month in range(1, 13)]

    assert quarters == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_every_shipped_topic_has_one_theme() -> None:
    """Each shipped topic belongs to exactly one theme."""
    topics = [topic for theme in THEME_TOPICS.values() for topic in theme]

    assert len(topics) == len(set(topics))
    assert set(topics) == set(WORDS.topics)


@given(teams, days)
@settings(max_examples=30, deadline=None)
def test_a_weekend_uses_fridays_card(team: str, day: date) -> None:
    """Saturday and Sunday use Friday's card."""
    friday = day - timedelta(days=max(day.weekday() - 4, 0))

    assert select_daily_tip(WORDS.tips, team, day) == select_daily_tip(WORDS.tips, team, friday)


@given(teams, days, st.integers(0, 30))
@settings(max_examples=30, deadline=None)
def test_days_ahead_counts_working_days(team: str, day: date, ahead: int) -> None:
    """The card *ahead* of today's card is the card of that many working days later."""
    friday = day - timedelta(days=max(day.weekday() - 4, 0))
    later = working_days(friday, ahead + 1)[-1]

    assert select_daily_tip(WORDS.tips, team, day, ahead) == select_daily_tip(
        WORDS.tips, team, later
    )


def test_card_orders_differ_by_team() -> None:
    """Two teams have different card orders."""
    orders = [
        [select_daily_tip(WORDS.tips, team, day) for day in working_days(FIRST_MONDAY, 5)]
        for team in ("a", "b")
    ]

    assert orders[0] != orders[1]


def test_selection_is_independent_of_file_order() -> None:
    """The selection does not depend on the order of the cards in their files."""
    for day, next_day in pairwise(working_days(FIRST_MONDAY, 40)):
        card = select_daily_tip(WORDS.tips, "a", day)
        assert card == select_daily_tip(WORDS.tips[::-1], "a", day)
        assert card != select_daily_tip(WORDS.tips, "a", next_day)

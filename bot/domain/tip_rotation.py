"""Select the card of a team's day: the quarter's theme first, each card once before any twice."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from bot.content.catalogue import Tip

THEME_TOPICS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        1: ("ask", "ground", "share", "measures"),
        2: ("signs", "protect", "room"),
        3: ("why", "steady", "power", "supervision"),
        4: ("repair", "together", "frame"),
    }
)
"""The topics of each quarter's theme (``hour.quarter1`` to ``hour.quarter4``), for all teams.

A topic of no theme, such as one that a practice added, may come in any quarter.
"""

CardKey = tuple[str, str]
"""The id of a card and its topic, which decide when it comes."""

Themes = tuple[tuple[int, tuple[str, ...]], ...]
"""The topics of each theme, as pairs that can be hashed."""

NO_THEME = 0
WORKING_DAYS_PER_WEEK = 5

MIN_WEEKS_APART = 27
"""Weeks between two days of one card: 26 weeks from any day on have no card twice."""

FIRST_MONDAY = date(2026, 1, 5)
"""The Monday of the first round; earlier days are of negative rounds."""


def select_daily_tip(
    cards: Sequence[Tip],
    team_key: str,
    day: date,
    working_days_ahead: int = 0,
    themes: Mapping[int, tuple[str, ...]] = THEME_TOPICS,
) -> Tip:
    """Return the card of a team's *day*, or the card of *working_days_ahead* working days later.

    A round has as many working days as there are cards, and each card once. The cards are dealt
    into five sets, one for each weekday of a round, and every round moves each set to the weekday
    before: a team that posts on one weekday gets every card in five rounds. Up to four cards are
    left over, and come on the last days of each round. A weekend uses Friday's card. Each team has
    its own order, a sort by hash; *themes* are the topics by quarter, see :data:`THEME_TOPICS`.
    """
    card_keys = _share_card_keys(tuple((tip.id, tip.topic) for tip in cards))
    index = index_working_day(day) + working_days_ahead
    return cards[_select_position(card_keys, team_key, index, tuple(themes.items()))]


@lru_cache(maxsize=1024)
def _share_card_keys(card_keys: tuple[CardKey, ...]) -> tuple[CardKey, ...]:
    """Return the first equal value of earlier calls, so that every memoized day shares one.

    As many are cached as workspaces may have cards of their own; all others have equal ones.
    """
    return card_keys


def _select_position(
    card_keys: tuple[CardKey, ...], team_key: str, index: int, themes: Themes
) -> int:
    """Return the position in *card_keys* of the card of a team's working day *index*."""
    round_number, position = divmod(index, len(card_keys))
    turn, dealt_count = position // WORKING_DAYS_PER_WEEK, _count_dealt_cards(len(card_keys))
    if position >= dealt_count:
        return _sort_cards(card_keys, team_key, themes)[position]
    set_number = (index + round_number) % WORKING_DAYS_PER_WEEK
    return _deal_round(card_keys, team_key, set_number, round_number, themes)[turn]


def _count_dealt_cards(card_count: int) -> int:
    """Return how many cards are dealt into the five sets; up to four are left over."""
    return card_count // WORKING_DAYS_PER_WEEK * WORKING_DAYS_PER_WEEK


@lru_cache(maxsize=4096)
def _deal_round(
    card_keys: tuple[CardKey, ...],
    team_key: str,
    set_number: int,
    round_number: int,
    themes: Themes,
) -> tuple[int, ...]:
    """Return the positions in *card_keys* of a set's cards, in the order of a round's turns.

    Memoized, since the people of a team ask for the same card all day, and the next turns of the
    round need the same order.
    """
    card_themes = _find_card_themes(card_keys, themes)
    dealt_cards = _sort_cards(card_keys, team_key, themes)[: _count_dealt_cards(len(card_keys))]
    cards_by_theme: dict[int, deque[int]] = {}
    for card in dealt_cards[set_number::WORKING_DAYS_PER_WEEK]:
        cards_by_theme.setdefault(card_themes[card], deque()).append(card)
    first_round = min(round_number, 0)
    quarters = [*_list_quarters(first_round, round_number, set_number, len(card_keys))]
    turn_count = len(dealt_cards) // WORKING_DAYS_PER_WEEK
    return tuple(_deal_cards(cards_by_theme, quarters))[-turn_count:]


@lru_cache(maxsize=256)
def _sort_cards(card_keys: tuple[CardKey, ...], team_key: str, themes: Themes) -> tuple[int, ...]:
    """Return the positions in *card_keys* in the team's own order: by theme, then by hash."""
    card_themes = _find_card_themes(card_keys, themes)
    hashes = [sha256(f"{team_key}\0{card_id}".encode()).digest() for card_id, _ in card_keys]
    return tuple(
        sorted(
            range(len(card_keys)), key=lambda position: (card_themes[position], hashes[position])
        )
    )


def _find_card_themes(card_keys: tuple[CardKey, ...], themes: Themes) -> list[int]:
    """Return the theme of each card, :data:`NO_THEME` for a topic of none."""
    theme_of_topic = {topic: theme for theme, topics in themes for topic in topics}
    return [theme_of_topic.get(topic, NO_THEME) for _, topic in card_keys]


def index_working_day(day: date) -> int:
    """Return the number of working days from :data:`FIRST_MONDAY` to *day* or its Friday."""
    week, weekday = divmod((day - FIRST_MONDAY).days, 7)
    return week * WORKING_DAYS_PER_WEEK + min(weekday, WORKING_DAYS_PER_WEEK - 1)


def quarter_of(day: date) -> int:
    """Return the quarter of *day*, 1 to 4: that of its theme."""
    return (day.month - 1) // 3 + 1


def _list_quarters(
    first_round: int, last_round: int, set_number: int, card_count: int
) -> Iterator[int]:
    """Yield the quarter of each day on which the set is used, from *first_round* on."""
    for round_number in range(first_round, last_round + 1):
        start = round_number * card_count
        offset = (set_number - round_number - start) % WORKING_DAYS_PER_WEEK
        for turn in range(card_count // WORKING_DAYS_PER_WEEK):
            index = start + turn * WORKING_DAYS_PER_WEEK + offset
            week, weekday = divmod(index, WORKING_DAYS_PER_WEEK)
            yield quarter_of(date.fromordinal(FIRST_MONDAY.toordinal() + 7 * week + weekday))


def _deal_cards(cards_by_theme: dict[int, deque[int]], quarters: Sequence[int]) -> Iterator[int]:
    """Yield the position of each turn's card in a set; *quarters* are those of the turns.

    Within a round each card comes once. The quarter's theme comes first; without a card of it,
    one that has no theme, then one whose theme is farthest ahead. A card waits at least
    :data:`MIN_WEEKS_APART` turns, or a whole round of a small set: at least one card then always
    has waited, because a round has as many turns as the set has cards. Each deque begins with the
    card that has waited longest.
    """
    card_count = sum(map(len, cards_by_theme.values()))
    wait = min(MIN_WEEKS_APART, card_count)
    last_turns: dict[int, int] = {}
    used: dict[int, deque[int]] = {}
    for turn, quarter in enumerate(quarters):
        if turn and turn % card_count == 0:
            cards_by_theme, used = used, {}
        theme = next(
            theme
            for theme in _rank_themes(quarter)
            if (waiting := cards_by_theme.get(theme))
            and turn - last_turns.get(waiting[0], turn - wait) >= wait
        )
        card = cards_by_theme[theme].popleft()
        last_turns[card] = turn
        used.setdefault(theme, deque()).append(card)
        yield card


def _rank_themes(quarter: int) -> tuple[int, ...]:
    """Return the themes in the order of preference for a day of *quarter*."""
    later = ((quarter + ahead - 1) % 4 + 1 for ahead in (3, 2, 1))
    return (quarter, NO_THEME, *later)

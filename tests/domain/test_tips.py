from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import Tip, load_catalogue
from bot.content.model import CARD_KINDS, CardKind
from bot.domain import tips
from bot.elements import ActionRow, Audience, Button, Caption, Heading, Message, Quote, Text
from bot.errors import UnknownAnswerError

WORDS = load_catalogue().get_pack("en")
MONDAY = date(2026, 1, 5)

days = st.dates(date(2020, 1, 1), date(2090, 1, 1))
teams = st.text(max_size=20)
counts = st.integers(1, 60)


def cards(count: int) -> list[Tip]:
    """Return *count* cards that differ by their id."""
    return [Tip(f"c{n}", "", "", "", "", "", "", "") for n in range(count)]


def working_days(start: date, count: int) -> list[date]:
    """Return *count* working days from *start* on."""
    found = (start + timedelta(days=n) for n in range(count * 2 + 10))
    return [day for day in found if day.weekday() < 5][:count]


def said(message: Message) -> str:
    """Return all texts of a message, one a line."""
    return "\n".join(e.text for e in message.body if isinstance(e, (Heading, Text, Caption, Quote)))


@given(teams, days, counts)
@settings(deadline=None, max_examples=30)
def test_no_card_comes_back_before_all_others_came(team: str, start: date, count: int) -> None:
    """Whichever day one starts on, a card rests for a round of working days but four."""
    shown = [
        tips.select_daily_tip(cards(count), team, day).id for day in working_days(start, count * 3)
    ]
    seen: dict[str, int] = {}
    for place, card in enumerate(shown):
        assert place - seen.get(card, -count) >= count - 4
        seen[card] = place


@given(teams, st.integers(0, 2000), counts)
def test_a_round_holds_each_card_once(team: str, rounds: int, count: int) -> None:
    """From one round's first day to its last, every card is shown, and each once."""
    index = tips._working_day_index(MONDAY) // count * count + rounds * count
    shown = {
        tips.select_daily_tip(
            cards(count), team, MONDAY, index + n - tips._working_day_index(MONDAY)
        ).id
        for n in range(count)
    }

    assert len(shown) == count


@given(teams, days)
def test_a_weekend_keeps_fridays_card(team: str, day: date) -> None:
    """On Saturday and Sunday it is still Friday's card."""
    friday = day - timedelta(days=max(day.weekday() - 4, 0))

    assert tips.select_daily_tip(WORDS.tips, team, day) == tips.select_daily_tip(
        WORDS.tips, team, friday
    )


@given(teams, days, st.integers(0, 30))
def test_next_is_what_a_later_working_day_brings(team: str, day: date, ahead: int) -> None:
    """The card *ahead* of today's is the card of that many working days later."""
    friday = day - timedelta(days=max(day.weekday() - 4, 0))
    later = working_days(friday, ahead + 1)[-1]

    assert tips.select_daily_tip(WORDS.tips, team, day, ahead) == tips.select_daily_tip(
        WORDS.tips, team, later
    )


@pytest.mark.parametrize("count", range(40, 45))
@pytest.mark.parametrize("weekday", range(5))
def test_a_team_that_posts_on_one_weekday_sees_every_card(count: int, weekday: int) -> None:
    """However the number of cards divides by the week, all of them come in time."""
    posts = [day for day in working_days(MONDAY, count * 10) if day.weekday() == weekday]

    assert len({tips.select_daily_tip(cards(count), "T1", day).id for day in posts}) == count


@given(teams, days)
@settings(deadline=None, max_examples=30)
def test_half_a_year_of_working_days_brings_no_card_twice(team: str, start: date) -> None:
    """From any day on, 26 weeks of working days hold 130 cards that differ."""
    half_a_year = working_days(start, 26 * 5)

    assert len({tips.select_daily_tip(WORDS.tips, team, day).id for day in half_a_year}) == 26 * 5


@given(teams, days)
@settings(deadline=None, max_examples=30)
def test_a_year_of_tuesdays_and_thursdays_brings_no_card_twice(team: str, start: date) -> None:
    """A channel that is posted to twice a week reads 104 cards before any comes back."""
    year = [day for day in working_days(start, 52 * 5) if day.weekday() in {1, 3}]

    assert len({tips.select_daily_tip(WORDS.tips, team, day).id for day in year}) == len(year)


def test_teams_have_orders_of_their_own() -> None:
    """Two teams do not march in step."""
    week = working_days(MONDAY, 5)

    assert [tips.select_daily_tip(WORDS.tips, "a", day) for day in week] != [
        tips.select_daily_tip(WORDS.tips, "b", day) for day in week
    ]


def test_the_order_of_the_files_does_not_matter() -> None:
    """A card that moves to another file keeps its day."""
    assert all(
        tips.select_daily_tip(WORDS.tips, "a", day)
        == tips.select_daily_tip(WORDS.tips[::-1], "a", day)
        for day in working_days(MONDAY, 40)
    )


@pytest.mark.parametrize("tip", WORDS.tips, ids=lambda tip: str(tip.id))
def test_a_card_shows_all_it_has(tip: Tip) -> None:
    """Title, point, advice, a sentence if there is one, source and attribution are all there."""
    message = tips.render_tip(tip, WORDS)
    shown = said(message)

    for part in (tip.title, tip.point, tip.try_this, tip.say, WORDS.references["source"].url):
        assert part in shown
    if tip.reference:
        assert f"({WORDS.references[tip.reference].url})" in shown
    else:
        assert WORDS.translate("tip.practice") in shown
    assert tip.title in message.summary


def test_a_card_leads_to_the_next() -> None:
    """The button under a card carries how far the next one is ahead."""
    body = tips.render_tip(WORDS.tips[0], WORDS, days_ahead=3).body

    assert isinstance(body[-1], ActionRow)
    assert body[-1].controls == (Button("tip.next", WORDS.translate("tip.next"), "4"),)


def test_a_card_goes_to_whom_it_is_meant_for() -> None:
    """The same card is private for who asks and public where a team wished for it."""
    assert tips.render_tip(WORDS.tips[0], WORDS).audience is Audience.ONLY_ME
    assert tips.render_tip(WORDS.tips[0], WORDS, Audience.TEAM).audience is Audience.TEAM


def test_a_card_turned_to_is_not_called_todays() -> None:
    """A notification says whether it is today's card."""
    today, later = (tips.render_tip(WORDS.tips[0], WORDS, days_ahead=n).summary for n in (0, 1))

    assert "Today" in today
    assert "Today" not in later


def test_the_list_names_every_topic_with_its_word() -> None:
    """Whoever reads the list can type the word for each topic."""
    shown = said(tips.render_topic_list(WORDS))

    for keyword, title in WORDS.topics.items():
        assert f"**{keyword}**  {title}" in shown


@pytest.mark.parametrize("topic", WORDS.topics)
@pytest.mark.parametrize("kind", CARD_KINDS)
def test_a_topic_shows_each_of_its_cards(topic: str, kind: CardKind) -> None:
    """All cards of the topic and kind are shown, and none of another, within one message."""
    message = tips.render_topic(topic, WORDS, kind)

    assert [tip.id for tip in WORDS.tips if tip.point in said(message)] == [
        tip.id for tip in WORDS.tips if (tip.topic, tip.kind) == (topic, kind)
    ]
    assert len(message.body) <= 50
    assert max(len(e.text) for e in message.body if isinstance(e, Text)) <= 3000


def test_a_topic_leads_to_its_other_kinds() -> None:
    """Beside its tips a topic has scenes, questions for peers and exercises, a button each."""
    actions = [e for e in tips.render_topic("signs", WORDS).body if isinstance(e, ActionRow)]
    asked = [step.data for step in actions[0].controls if isinstance(step, Button)]

    assert asked == ["signs:scene", "signs:peers", "signs:minutes"]
    assert tips.parse_kind_data(asked[0], WORDS) == ("signs", "scene")


def test_a_topic_with_one_kind_of_card_has_no_such_buttons() -> None:
    """Where a practice wrote nothing but tips there is nothing else to lead to."""
    own = replace(WORDS.tips[0], topic="ours")
    words = replace(WORDS, tips=(own,), topics={"ours": "Ours"})

    assert not [e for e in tips.render_topic("ours", words).body if isinstance(e, ActionRow)]


def test_a_topic_without_tips_begins_with_what_it_has() -> None:
    """Where a practice wrote only scenes, its topic shows them at once."""
    own = replace(WORDS.tips[0], topic="ours", kind="scene")
    words = replace(WORDS, tips=(own,), topics={"ours": "Ours"})

    assert own.point in said(tips.render_topic("ours", words))


@pytest.mark.parametrize("data", ["", "signs", "signs:jokes", "nonsense:scene"])
def test_a_forged_kind_is_refused(data: str) -> None:
    """A button carries a topic and a kind that there are."""
    with pytest.raises(UnknownAnswerError):
        tips.parse_kind_data(data, WORDS)


def test_a_scene_says_that_it_is_made_up() -> None:
    """Nobody looks for themselves, or for a client, in a scene."""
    scene = next(tip for tip in WORDS.tips if tip.kind == "scene")

    assert "made up" in said(tips.render_tip(scene, WORDS))
    assert "made up" not in said(tips.render_tip(WORDS.tips[0], WORDS))


def test_unknown_topics_have_no_cards() -> None:
    """A word that is no topic never gets this far."""
    with pytest.raises(KeyError, match="nonsense"):
        tips.render_topic("nonsense", WORDS)


def test_usage_names_every_way_to_ask() -> None:
    """The usage tells the command alone, the next card, the list and a topic."""
    shown = said(tips.render_usage(WORDS))

    for way in ("**/tip** ", "/tip next", "/tip list", "/tip why"):
        assert way in shown


def test_signs_of_moving_away_come_first() -> None:
    """Within the cards on signs, the quiet ones stand before doubt and anger."""
    atoms = [tip.atom for tip in WORDS.tips if tip.topic == "signs"]
    order = [atoms.index(atom) for atom in ("T2e", "T2c", "T2a", "T2b")]

    assert all(earlier < later for earlier, later in pairwise(order))

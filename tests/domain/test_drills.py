from datetime import date, timedelta
from itertools import chain, product

import pytest

from bot.content.catalogue import Drill, LanguagePack, load_catalogue
from bot.domain import drills
from bot.domain.drills import DrillRound
from bot.elements import ActionRow, Button, Message, Quote, Text
from bot.errors import UnknownAnswerError

LANGUAGE_PACKS = [load_catalogue().get_pack(tag) for tag in load_catalogue().languages]
WORDS = load_catalogue().get_pack("en")
MONDAY = date(2026, 1, 5)

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


def steps_of(message: Message) -> dict[str, str]:
    """Return the data of a message's buttons to a line by label, in order."""
    controls = chain.from_iterable(e.controls for e in message.body if isinstance(e, ActionRow))
    buttons = [button for button in controls if isinstance(button, Button)]
    return {button.label: button.data for button in buttons if button.name == "tip.drill"}


def labels_of(words: LanguagePack, *steps: str) -> list[str]:
    """Return the labels of the steps below a line."""
    return [words.translate(f"drill.step.{step}") for step in steps]


@in_every_language
def test_a_walk_reaches_every_line(words: LanguagePack) -> None:
    """From the first card, the buttons reach each drill at each of its three levels."""
    first = drills.encode_round(drills.select_first_round(words, "U1", MONDAY))
    waiting, rounds = [first], {first}
    lines = set()
    while waiting:
        message = drills.render_round(drills.parse_round(waiting.pop(), words), words)
        lines |= {e.text for e in message.body if isinstance(e, Quote)}
        new_rounds = set(steps_of(message).values()) - rounds
        waiting += new_rounds
        rounds |= new_rounds

    assert lines == {line for drill in words.drills for line in drill.lines}
    assert len(rounds) == len(words.drills) * 3 * 4


@in_every_language
@pytest.mark.parametrize(("drill", "level"), list(product(range(12), drills.LEVELS)))
def test_a_card_has_line_and_criteria(words: LanguagePack, drill: int, level: int) -> None:
    """A card has the setting, one line and every criterion, in at most 150 words of English."""
    selected = words.drills[drill]
    message = drills.render_round(DrillRound(selected.id, level), words)
    text = "\n".join(e.text for e in message.body if isinstance(e, Text))

    assert Quote(selected.lines[level - 1]) in message.body
    assert selected.setting in text
    assert all(criterion in text for criterion in selected.criteria)
    assert len(text.split()) <= 150


def test_steps_lead_a_level_up_and_down() -> None:
    """The middle level has all four steps, the first none down and the last none up."""
    steps = {
        level: list(steps_of(drills.render_round(DrillRound("few_words", level), WORDS)))
        for level in drills.LEVELS
    }

    assert steps == {
        1: labels_of(WORDS, "repeat", "harder", "another"),
        2: labels_of(WORDS, "repeat", "easier", "harder", "another"),
        3: labels_of(WORDS, "repeat", "easier", "another"),
    }


def test_repeating_asks_for_another_change_each_time() -> None:
    """The same line comes back with three changes in turn, and then with the first again."""
    changes = [WORDS.translate(f"drill.adjust.round{n}") for n in drills.ADJUSTMENTS]
    data, repeat = "few_words:1:0", labels_of(WORDS, "repeat")[0]
    for expected in [*changes, changes[0]]:
        data = steps_of(drills.render_round(drills.parse_round(data, WORDS), WORDS))[repeat]
        message = drills.render_round(drills.parse_round(data, WORDS), WORDS)
        assert [e.text for e in message.body if isinstance(e, Text) and expected in e.text]


def test_a_new_line_asks_for_no_change() -> None:
    """The first try at a line names no change."""
    text = str(drills.render_round(DrillRound("few_words"), WORDS))

    assert not any(WORDS.translate(f"drill.adjust.round{n}") in text for n in drills.ADJUSTMENTS)


@in_every_language
def test_the_list_has_every_drill_once(words: LanguagePack) -> None:
    """The list has one button for each drill, and withdrawal precedes confrontation."""
    steps = steps_of(drills.render_list(words))

    assert list(steps) == [drill.title for drill in words.drills]
    assert [drills.parse_round(data, words).drill_id for data in steps.values()] == [
        drill.id for drill in words.drills
    ]


def test_twelve_days_have_twelve_drills() -> None:
    """A person who practises each day has every drill once before any twice."""
    days = [MONDAY + timedelta(days=number) for number in range(12)]

    assert len({drills.select_first_round(WORDS, "U1", day).drill_id for day in days}) == 12
    assert {drills.select_first_round(WORDS, "U1", day).level for day in days} == {1}


@pytest.mark.parametrize(
    "data", ["", "few_words", "nonsense:1:0", "few_words:4:0", "few_words:1:4", "few_words:1"]
)
def test_invalid_data_is_rejected(data: str) -> None:
    """Button data that no button offers raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        drills.parse_round(data, WORDS)


def test_a_year_of_hours_has_every_drill_once() -> None:
    """The drills of the four themes are all drills, three to a theme, each once."""
    months = [drills.select_theme_drill(date(2026, month, 1), WORDS) for month in range(1, 13)]

    assert sorted(drill.id for drill in months) == sorted(drill.id for drill in WORDS.drills)


@in_every_language
@pytest.mark.parametrize("minutes", drills.FORM_MINUTES)
def test_a_form_has_its_length_and_lines(words: LanguagePack, minutes: int) -> None:
    """The form for a team has ten or twenty minutes, its lines in order, and all criteria."""
    level_count = 2 if minutes == 10 else 3
    for drill in words.drills:
        exercise = drills.build_exercise(drill, minutes, words)
        text = "\n".join(step for _, step in exercise.steps)
        positions = [text.find(line) for line in drill.lines[:level_count]]

        assert sum(count for count, _ in exercise.steps) == minutes
        assert positions == sorted(positions)
        assert min(positions) > 0
        assert all(criterion in text for criterion in drill.criteria)


def test_a_drill_is_found_by_its_id() -> None:
    """A drill is found by its id; an unknown id raises KeyError."""
    drill: Drill = drills.get_drill("detour", WORDS)

    assert drill.group == "away"
    with pytest.raises(KeyError):
        drills.get_drill("nonsense", WORDS)

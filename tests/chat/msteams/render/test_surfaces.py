from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.chat.msteams.action_data import Action, CardContext, Surface
from bot.chat.msteams.render import surfaces
from bot.chat.msteams.render.composition import Card, RenderResources
from bot.content.catalogue import LanguagePack
from bot.domain.counts import release_rule
from bot.elements import ChoiceField, DateField, Form, Home, NameField, Option, PeopleField, Text
from tests.chat import screens
from tests.chat.msteams import cards, shown
from tests.chat.msteams.shown import ADA, KNOWN, MARIE, WITHOUT_DIALOGS, build_card_context

in_every_language = pytest.mark.parametrize(
    "spoken", screens.LANGUAGE_PACKS, ids=lambda words: str(words.language)
)
FIELD = ChoiceField("form", "Which?", (Option("away", "Away"), Option("against", "Against")))


def known(words: LanguagePack, *, dialogs: bool = True) -> RenderResources:
    """What is known in a practice where everybody has a long name."""
    names = {f"00000000-0000-4000-8000-{n:012}": f"Somebody With Names {n}" for n in range(60)}
    channels = {f"19:{n:032}@thread.tacv2": f"A team's channel {n}" for n in range(30)}
    return RenderResources(words, KNOWN.tenant_id, names, channels, dialogs)


def test_a_message_says_its_language_and_stands_for_itself_where_cards_are_not_shown() -> None:
    """A screen reader speaks it in its language; a client without cards shows the summary."""
    card = shown.render_message_card(Text("Bonjour"), known=known(screens.CATALOGUE.get_pack("fr")))

    assert (card["type"], card["version"], card["lang"]) == ("AdaptiveCard", "1.5", "fr")
    assert card["fallbackText"] == "A summary"


def test_a_form_bears_its_title_in_the_chat_and_leaves_it_to_a_dialog() -> None:
    """Both hold the same questions; a dialog shows the title in its own frame."""
    form = Form("debrief", "Debrief", (FIELD,), submit="Save")

    inside, dialog = (
        surfaces.render_form(form, build_card_context(place), KNOWN)
        for place in (Surface.FORM, Surface.DIALOG)
    )

    assert inside["body"][0]["text"] == "Debrief"
    assert inside["body"][1:] == dialog["body"]


def test_a_refused_form_keeps_what_was_answered() -> None:
    """Answers are shown as they were given, and each fault under its own question."""
    body = (
        FIELD,
        DateField("until", "Until"),
        PeopleField("who", "Who", (MARIE,)),
        NameField("n", "N"),
    )
    form = Form("pause", "Pause", body, submit="Save")
    answers = {"form": ("against",), "until": ("2026-01-01",), "who": (ADA,), "n": ()}

    card = surfaces.render_form(
        form,
        build_card_context(Surface.FORM),
        KNOWN,
        field_errors={"until": "Past.", "gone": "Odd."},
        answers=answers,
    )
    values = {one["id"]: one.get("value") for one in cards.iter_parts(card) if "label" in one}
    texts = [one["text"] for one in cards.iter_parts(card) if "text" in one]

    assert values == {"form": "against", "until": "2026-01-01", "who": ADA, "n": None}
    assert texts == ["Pause", "\N{WARNING SIGN} Odd.", "\N{WARNING SIGN} Past."]
    assert cards.find_card_faults(card) == []


def test_a_form_that_depends_on_an_answer_can_be_shown_afresh() -> None:
    """Teams tells of no choice by itself, so a step of its own asks for what fits it."""
    form = Form("deeper", "Deeper", (replace(FIELD, refreshes_form=True),), submit="Save")

    card = surfaces.render_form(form, build_card_context(Surface.FORM), KNOWN)

    assert list(cards.actions_by_label(card)) == ["Show what fits these answers", "Save"]
    assert cards.find_card_faults(card) == []


def test_the_page_of_ones_own_says_where_its_steps_stand() -> None:
    """A step taken there is known to have been, so that the page is shown afresh."""
    page = next(iter(screens.iter_home_pages(shown.WORDS)))

    card = surfaces.render_home(page, build_card_context(Surface.HOME), KNOWN)
    taken = [one for one in cards.actions_by_label(card).values() if "data" in one]

    assert taken
    assert {one["data"]["attune"]["place"] for one in taken} == {"home"}
    assert surfaces.render_home(Home(), build_card_context(Surface.HOME), KNOWN)["body"] == []


def every_card(words: LanguagePack) -> Iterator[Card]:
    """Every screen that the catalogue can make, wherever it can stand."""
    for one in screens.iter_messages(words):
        yield surfaces.render_message(one, build_card_context(Surface.MESSAGE), known(words))
    for page in screens.iter_home_pages(words):
        yield surfaces.render_home(
            page, build_card_context(Surface.HOME), known(words, dialogs=False)
        )
    for form in screens.iter_forms(words):
        for place in (Surface.FORM, Surface.DIALOG):
            opened = CardContext(
                place, "k" * 22, form.title, Action("buttons", "rupture.open", "d" * 20)
            )
            yield surfaces.render_form(form, opened, known(words))


@in_every_language
def test_every_screen_is_a_card_that_teams_shows(spoken: LanguagePack) -> None:
    """Each is valid by Microsoft's schema, light enough, and keeps to every rule beside it."""
    found: dict[str, int] = {}
    shown_cards = 0
    for card in every_card(spoken):
        shown_cards += 1
        for fault in cards.find_card_faults(card):
            found[fault] = found.get(fault, 0) + 1

    assert shown_cards > 500
    assert found == {}


@in_every_language
def test_a_refused_form_keeps_to_the_limits_too(spoken: LanguagePack) -> None:
    """A sentence under every question makes no form too heavy."""
    refusal = "x" * 200
    for form in screens.iter_forms(spoken):
        faults = {str(one.id): refusal for one in form.body if hasattr(one, "id")}

        assert (
            cards.find_card_faults(
                surfaces.render_form(
                    form, build_card_context(Surface.FORM), known(spoken), field_errors=faults
                )
            )
            == []
        )


def test_a_large_team_s_set_up_is_light_enough() -> None:
    """Fifty clinicians, eight supervisors and the channels of a large practice still fit."""
    crowd = tuple(f"00000000-0000-4000-8000-{n:012}" for n in range(50))
    setup = next(form for form in screens.iter_forms(shown.WORDS) if form.name == "setup")
    answers = {"supervisors": crowd[:8], "clinicians": crowd}

    card = surfaces.render_form(
        setup, build_card_context(Surface.FORM), known(shown.WORDS), answers=answers
    )

    assert cards.find_card_faults(card) == []


def test_every_chart_has_its_words_beside_it() -> None:
    """No table is told by a picture alone."""
    told = [shown.render_message_card(*one.body) for one in screens.iter_messages(shown.WORDS)]
    drawn = [
        (block, follows)
        for card in told
        for block, follows in zip(card["body"], card["body"][1:], strict=False)
        if block["type"].startswith("Chart.")
    ]

    assert len(drawn) >= len(release_rule.ANSWER_CODES)
    for block, follows in drawn:
        assert str(block["data"][0]["x"])[:3] in follows["text"]


def test_there_is_no_place_to_type_but_a_teams_name() -> None:
    """No form of the main job takes free text; a team's set-up takes its name."""
    typing = {
        form.name
        for form in screens.iter_forms(shown.WORDS)
        if "Input.Text"
        in str(surfaces.render_form(form, build_card_context(Surface.FORM), WITHOUT_DIALOGS))
    }

    assert typing == {"setup"}


BY_SCHEMA = (
    {"type": "TextBlok", "text": "A"},
    {"type": "TextBlock", "text": "A", "size": "Gigantic"},
)
CHART = {"type": "Chart.HorizontalBar", "data": []}
ASKED = {"type": "Input.Text", "id": "a", "label": "A"}


@pytest.mark.parametrize(
    "planted",
    [
        *(BY_SCHEMA if cards.SCHEMA_FILE.exists() else ()),
        CHART,
        {"type": "Input.Text", "label": "A"},
        ASKED | {"isRequired": True},
        {"type": "Image", "url": "https://example.org/a.png"},
        {"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "A"}] * 7},
        {"type": "TextBlock", "text": "A", "color": "Attention"},
        ASKED | {"type": "Input.ChoiceSet", "choices": [{"title": "A", "value": "a,b"}]},
        {"type": "Container", "items": [ASKED, ASKED]},
        {"type": "TextBlock", "text": "A" * surfaces.MAX_CARD_BYTES},
    ],
    ids=lambda planted: str(planted)[:50],
)
def test_what_teams_would_not_show_is_noticed(planted: Card) -> None:
    """Each rule finds its breach; without it the same card has none."""
    card = shown.render_message_card(Text("Hello"))

    assert cards.find_card_faults(card) == []
    assert cards.find_card_faults(card | {"body": [*card["body"], planted]}) != []

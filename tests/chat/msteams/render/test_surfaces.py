from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.chat.msteams.action_data import Action, CardContext, CardSurface
from bot.chat.msteams.render import surfaces
from bot.chat.msteams.render.composition import Card, RenderResources
from bot.content.catalogue import LanguagePack
from bot.domain.codebook import ANSWER_CODES
from bot.elements import ChoiceField, DateField, Form, Home, NameField, Option, PeopleField, Text
from tests.chat import screens
from tests.chat.built_forms import list_forms
from tests.chat.msteams import card_samples, cards
from tests.chat.msteams.card_samples import (
    ADA,
    MARIE,
    RESOURCES,
    WITHOUT_DIALOGS,
    build_card_context,
)

in_every_language = pytest.mark.parametrize(
    "words", screens.LANGUAGE_PACKS, ids=lambda words: str(words.language)
)
FIELD = ChoiceField("form", "Which?", (Option("away", "Away"), Option("against", "Against")))


def large_practice_resources(words: LanguagePack, *, dialogs: bool = True) -> RenderResources:
    """Return the resources of a practice with many people, channels and long names."""
    person_names = {
        f"00000000-0000-4000-8000-{n:012}": f"Somebody With Names {n}" for n in range(60)
    }
    channel_names = {f"19:{n:032}@thread.tacv2": f"A team's channel {n}" for n in range(30)}
    return RenderResources(words, RESOURCES.tenant_id, person_names, channel_names, dialogs)


def test_a_message_has_its_language_and_a_fallback_text() -> None:
    """A card has the language of its texts; a client without cards renders the summary."""
    card = card_samples.render_message_card(
        Text("Bonjour"), resources=large_practice_resources(screens.CATALOGUE.get_pack("fr"))
    )

    assert (card["type"], card["version"], card["lang"]) == ("AdaptiveCard", "1.5", "fr")
    assert card["fallbackText"] == "A summary"


def test_a_form_has_its_title_outside_dialogs_only() -> None:
    """A form in a chat begins with its title; a dialog renders the title in its header."""
    form = Form("debrief", "Debrief", (FIELD,), submit="Save")

    chat_card, dialog_card = (
        surfaces.render_form(form, build_card_context(surface), RESOURCES)
        for surface in (CardSurface.FORM, CardSurface.DIALOG)
    )

    assert chat_card["body"][0]["text"] == "Debrief"
    assert chat_card["body"][1:] == dialog_card["body"]


def test_an_invalid_form_has_its_answers_and_errors() -> None:
    """The answers are the initial values, and each error is under its field."""
    body = (
        FIELD,
        DateField("until", "Until"),
        PeopleField("who", "Who", (MARIE,)),
        NameField("n", "N"),
    )
    form = Form("pause", "Pause", body, submit="Save")
    answers = {"form": ("against",), "until": ("2026-01-01",), "who": (ADA,), "n": ()}

    card = surfaces.render_form(
        surfaces.fill_form(form, answers),
        build_card_context(CardSurface.FORM),
        RESOURCES,
        field_errors={"until": "Past.", "gone": "Odd."},
    )
    values = {part["id"]: part.get("value") for part in cards.iter_parts(card) if "label" in part}
    texts = [part["text"] for part in cards.iter_parts(card) if "text" in part]

    assert values == {"form": "against", "until": "2026-01-01", "who": ADA, "n": None}
    assert texts == ["Pause", "\N{WARNING SIGN} Odd.", "\N{WARNING SIGN} Past."]
    assert cards.find_card_faults(card) == []


def test_a_dependent_form_has_a_refresh_button() -> None:
    """Teams sends no event for a changed input, so a button refreshes the form."""
    form = Form("deeper", "Deeper", (replace(FIELD, refreshes_form=True),), submit="Save")

    card = surfaces.render_form(form, build_card_context(CardSurface.FORM), RESOURCES)

    assert list(cards.actions_by_label(card)) == ["Show what fits these answers", "Save"]
    assert cards.find_card_faults(card) == []


def test_actions_of_the_home_page_have_its_surface() -> None:
    """The actions of the home page carry its surface, so that the page is rendered again."""
    page = next(iter(screens.iter_home_pages(card_samples.WORDS)))

    card = surfaces.render_home(page, build_card_context(CardSurface.HOME), RESOURCES)
    page_actions = [action for action in cards.actions_by_label(card).values() if "data" in action]

    assert page_actions
    assert {action["data"]["attune"]["place"] for action in page_actions} == {"home"}
    assert (
        surfaces.render_home(Home(), build_card_context(CardSurface.HOME), RESOURCES)["body"] == []
    )


def test_the_home_page_is_requested_again_when_it_is_viewed() -> None:
    """The card's refresh requests the home page, in the chat that shows it."""
    card = surfaces.render_home(Home(), build_card_context(CardSurface.HOME), RESOURCES)

    refresh_action = card["refresh"]["action"]
    assert refresh_action["type"] == "Action.Execute"
    assert refresh_action["data"]["attune"]["act"] == {"in": "buttons", "name": "home.open"}
    assert refresh_action["data"]["attune"]["place"] == "home"


def iter_cards(words: LanguagePack) -> Iterator[Card]:
    """Render every screen of the catalogue on every surface."""
    resources = large_practice_resources(words)
    resources_without_dialogs = large_practice_resources(words, dialogs=False)
    for message in screens.iter_messages(words):
        yield surfaces.render_message(message, build_card_context(CardSurface.MESSAGE), resources)
    for page in screens.iter_home_pages(words):
        yield surfaces.render_home(
            page,
            build_card_context(CardSurface.HOME),
            resources_without_dialogs,
        )
    for form in list_forms(words):
        for surface in (CardSurface.FORM, CardSurface.DIALOG):
            card_context = CardContext(
                surface, "k" * 22, form.title, Action("buttons", "rupture.open", "d" * 20)
            )
            yield surfaces.render_form(form, card_context, resources)


@in_every_language
def test_every_screen_is_a_valid_card(words: LanguagePack) -> None:
    """Every screen is valid by Microsoft's schema, its size limits and Teams' other rules."""
    fault_counts: dict[str, int] = {}
    card_count = 0
    for card in iter_cards(words):
        card_count += 1
        for fault in cards.find_card_faults(card):
            fault_counts[fault] = fault_counts.get(fault, 0) + 1

    assert card_count > 500
    assert fault_counts == {}


@in_every_language
def test_an_invalid_form_is_within_the_limits(words: LanguagePack) -> None:
    """A long error under every field exceeds no limit."""
    error_text = "x" * 200
    resources = large_practice_resources(words)
    for form in list_forms(words):
        field_errors = {
            str(element.id): error_text for element in form.body if hasattr(element, "id")
        }

        assert (
            cards.find_card_faults(
                surfaces.render_form(
                    form,
                    build_card_context(CardSurface.FORM),
                    resources,
                    field_errors=field_errors,
                )
            )
            == []
        )


def test_the_setup_of_a_large_team_is_within_the_limits() -> None:
    """The setup form is valid with fifty clinicians, eight supervisors and many channels."""
    person_ids = tuple(f"00000000-0000-4000-8000-{n:012}" for n in range(50))
    setup = next(form for form in list_forms(card_samples.WORDS) if form.name == "setup")
    answers = {"supervisors": person_ids[:8], "clinicians": person_ids}

    card = surfaces.render_form(
        surfaces.fill_form(setup, answers),
        build_card_context(CardSurface.FORM),
        large_practice_resources(card_samples.WORDS),
    )

    assert cards.find_card_faults(card) == []


def test_every_chart_is_followed_by_its_text() -> None:
    """The text equivalent of a chart is the next block."""
    message_cards = [
        card_samples.render_message_card(*message.body)
        for message in screens.iter_messages(card_samples.WORDS)
    ]
    charts = [
        (block, next_block)
        for card in message_cards
        for block, next_block in zip(card["body"], card["body"][1:], strict=False)
        if block["type"].startswith("Chart.")
    ]

    assert len(charts) >= len(ANSWER_CODES)
    for block, next_block in charts:
        assert str(block["data"][0]["x"])[:3] in next_block["text"]


def test_only_the_setup_form_has_a_text_input() -> None:
    """No form has a free text input, except the team's name in the setup."""
    form_names = {
        form.name
        for form in list_forms(card_samples.WORDS)
        if "Input.Text"
        in str(surfaces.render_form(form, build_card_context(CardSurface.FORM), WITHOUT_DIALOGS))
    }

    assert form_names == {"setup"}


SCHEMA_FAULTS = (
    {"type": "TextBlok", "text": "A"},
    {"type": "TextBlock", "text": "A", "size": "Gigantic"},
)
CHART = {"type": "Chart.HorizontalBar", "data": []}
TEXT_INPUT = {"type": "Input.Text", "id": "a", "label": "A"}


@pytest.mark.parametrize(
    "planted",
    [
        *(SCHEMA_FAULTS if cards.SCHEMA_FILE.exists() else ()),
        CHART,
        {"type": "Input.Text", "label": "A"},
        TEXT_INPUT | {"isRequired": True},
        {"type": "Image", "url": "https://example.org/a.png"},
        {"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "A"}] * 7},
        {"type": "TextBlock", "text": "A", "color": "Attention"},
        TEXT_INPUT | {"type": "Input.ChoiceSet", "choices": [{"title": "A", "value": "a,b"}]},
        {"type": "Container", "items": [TEXT_INPUT, TEXT_INPUT]},
        {"type": "TextBlock", "text": "A" * surfaces.MAX_CARD_BYTES},
    ],
    ids=lambda planted: str(planted)[:50],
)
def test_every_rule_finds_its_fault(planted: Card) -> None:
    """Each rule reports a planted fault; the same card without it has none."""
    card = card_samples.render_message_card(Text("Hello"))

    assert cards.find_card_faults(card) == []
    assert cards.find_card_faults(card | {"body": [*card["body"], planted]}) != []

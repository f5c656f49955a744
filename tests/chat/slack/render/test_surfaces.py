import json
import re

import pytest

from bot.chat.slack import view_metadata
from bot.chat.slack.render import surfaces
from bot.chat.slack.render.composition import Block
from bot.content.catalogue import LanguagePack
from bot.domain.counts import release_rule
from bot.elements import ChoiceField, Form, Home, Message, Option, Text
from bot.sandbox.block_kit import limits
from tests.chat import screens

WORDS = screens.CATALOGUE.get_pack("en")
ENDED = re.compile(r'([^"]*[^"\u2026])\u2026"')
BESIDE = (
    "common.step.tip",
    "debriefs.title",
    "error.title",
    "privacy.kept.title",
    "tip.list.heading",
    "usage.help.title",
)
"""The titles under which a message is read in a form."""

in_every_language = pytest.mark.parametrize(
    "spoken", screens.LANGUAGE_PACKS, ids=lambda words: str(words.language)
)
FIELD = ChoiceField("form", "Which?", (Option("away", "Away"),))


def test_a_message_has_a_summary_for_those_who_hear_it() -> None:
    """The summary is the notification, escaped; the body is blocks."""
    shown = surfaces.render_message(Message("1 < 2", (Text("Hello"),)), "T1")

    assert shown["text"] == "1 &lt; 2"
    assert len(shown["blocks"]) == 1


def test_a_form_is_a_modal_that_brings_its_own_back() -> None:
    """Name, data, title and buttons travel with the view, and Slack tells when it is closed."""
    form = Form("debrief", "Debrief", (FIELD,), submit="Save", close="Close", data="kept")

    view = surfaces.render_form(form, "T1")

    assert (view["type"], view["callback_id"], view["notify_on_close"]) == (
        "modal",
        "debrief",
        True,
    )
    assert [view[part]["text"] for part in ("title", "submit", "close")] == [
        "Debrief",
        "Save",
        "Close",
    ]
    assert view_metadata.read_form_data(view) == "kept"
    assert not view_metadata.is_from_home(view)
    assert view["blocks"][0]["type"] == "input"


def test_a_form_to_read_has_no_button_to_send() -> None:
    """Without a submit there is none, and no input that would need one."""
    view = surfaces.render_form(Form("guide", "Guide", (FIELD,)), "T1")

    assert view.keys().isdisjoint({"submit", "close"})
    assert view["blocks"][0]["type"] == "section"


def test_a_form_from_the_home_knows_it_and_keeps_its_data() -> None:
    """Where the person came from travels beside the form's data, and never in it."""
    view = surfaces.render_form(Form("settings", "Settings", (), data="kept"), "T1", from_home=True)

    assert view_metadata.is_from_home(view)
    assert view_metadata.read_form_data(view) == "kept"
    assert view_metadata.read_form_data({}) == ""


def test_the_home_is_a_view_of_its_own() -> None:
    """A person's page has blocks and nothing else."""
    assert surfaces.render_home(Home((Text("Your page"),)), "T1").keys() == {"type", "blocks"}


def test_a_message_can_be_read_as_a_form() -> None:
    """Its body is kept without any question, under a title that Slack takes."""
    form = surfaces.message_as_form(
        Message("Hello", (Text("Hello"), FIELD)), "A title that is much too long"
    )

    assert (form.title, form.body, form.submit) == (
        "A title that is much too",
        (Text("Hello"),),
        "",
    )


@in_every_language
def test_every_message_keeps_to_slacks_limits(spoken: LanguagePack) -> None:
    """Slack takes each message that the catalogue can make."""
    shown = [surfaces.render_message(one, "T1") for one in screens.iter_messages(spoken)]

    assert len(shown) > 100
    assert refused(shown, "message") == []


@in_every_language
def test_every_form_keeps_to_slacks_limits(spoken: LanguagePack) -> None:
    """Slack takes each form, and the guide for every debrief there can be."""
    shown = [surfaces.render_form(one, "T1", from_home=True) for one in screens.iter_forms(spoken)]

    assert len(shown) > 100
    assert refused(shown, "modal") == []


@in_every_language
def test_every_page_of_ones_own_keeps_to_slacks_limits(spoken: LanguagePack) -> None:
    """Slack takes a person's page, however much there is to tell them."""
    assert (
        refused(
            [surfaces.render_home(one, "T1") for one in screens.iter_home_pages(spoken)], "home"
        )
        == []
    )


@in_every_language
def test_nothing_that_is_shown_was_cut(spoken: LanguagePack) -> None:
    """No title, label or banner is so long that Slack's limit would end it with an ellipsis.

    Only the name of a chart's bars is, right under the title that says it in full.
    """
    shown = [
        *(surfaces.render_message(one, "T1") for one in screens.iter_messages(spoken)),
        *(surfaces.render_form(one, "T1") for one in screens.iter_forms(spoken)),
        *(surfaces.render_home(one, "T1") for one in screens.iter_home_pages(spoken)),
    ]
    in_full = tuple(
        spoken.translate(f"counts.{question}.title") for question in release_rule.ANSWER_CODES
    )
    cut = {found for one in shown for found in ENDED.findall(json.dumps(one, ensure_ascii=False))}

    assert {one for one in cut if not any(full.startswith(one) for full in in_full)} == set()


@in_every_language
def test_a_message_read_in_a_form_keeps_its_title(spoken: LanguagePack) -> None:
    """What opens from one's own page has a title that Slack takes whole."""
    for key in BESIDE:
        assert len(spoken.translate(key)) <= 24


def refused(shown: list[Block], surface: str) -> list[list[str]]:
    """Return what Slack would refuse of what is *shown*, screen by screen."""
    return [found for one in shown if (found := limits.find_faults(one, surface))]


def test_there_is_no_place_to_type_but_a_teams_name() -> None:
    """No form of the main job takes free text; a team's set-up takes its name."""
    typing = {
        form.name
        for form in screens.iter_forms(WORDS)
        if "plain_text_input" in str(surfaces.render_form(form, "T1"))
    }

    assert typing == {"setup"}

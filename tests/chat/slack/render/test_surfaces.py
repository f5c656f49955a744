import json
import re

import pytest

from bot.chat.slack import view_metadata
from bot.chat.slack.render import surfaces
from bot.chat.slack.render.composition import Block
from bot.content.catalogue import LanguagePack
from bot.domain.codebook import ANSWER_CODES
from bot.elements import ChoiceField, Form, Home, Message, Option, Text
from bot.sandbox.block_kit import limits
from tests.chat import screens
from tests.chat.built_forms import list_forms

WORDS = screens.CATALOGUE.get_pack("en")
TRUNCATED_PATTERN = re.compile(r'"([^"]*[^"\u2026])\u2026"')
ELLIPSIS = "\u2026"
FORM_TITLE_KEYS = (
    "common.step.tip",
    "debriefs.title",
    "error.title",
    "privacy.kept.title",
    "tip.list.heading",
    "usage.help.title",
)
"""Keys of the titles under which a message is shown as a form."""

in_every_language = pytest.mark.parametrize(
    "words", screens.LANGUAGE_PACKS, ids=lambda words: str(words.language)
)
FIELD = ChoiceField("form", "Which?", (Option("away", "Away"),))


def test_message_has_text_summary() -> None:
    """The summary is the escaped text of the notification; the body is blocks."""
    payload = surfaces.render_message(Message("1 < 2", (Text("Hello"),)), "T1")

    assert payload["text"] == "1 &lt; 2"
    assert len(payload["blocks"]) == 1


def test_form_becomes_modal_view() -> None:
    """A view has the form's name, data, title and buttons, and requests an event on close."""
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


def test_form_without_submit_has_no_inputs() -> None:
    """A form without a submit button has no input blocks."""
    view = surfaces.render_form(Form("guide", "Guide", (FIELD,)), "T1")

    assert view.keys().isdisjoint({"submit", "close"})
    assert view["blocks"][0]["type"] == "section"


def test_view_to_read_requests_no_event_on_close() -> None:
    """Slack returns no view to read when it is closed: the request's size would tell which."""
    view = surfaces.render_form(Form("guide", "Guide", (), close="Close"), "T1")

    assert view["notify_on_close"] is False


@pytest.mark.parametrize("data", ["", "kept", "one~two~", "x" * 2000])
@pytest.mark.parametrize("from_home", [True, False])
def test_metadata_has_one_length(data: str, *, from_home: bool) -> None:
    """Whatever a form's data, the metadata has one length and returns the data."""
    view = surfaces.render_form(Form("guide", "Guide", (), data=data), "T1", from_home=from_home)

    assert len(view["private_metadata"]) == view_metadata.METADATA_LENGTH
    assert view_metadata.read_form_data(view) == data
    assert view_metadata.is_from_home(view) == from_home


def test_metadata_of_earlier_release_is_read() -> None:
    """A view that was opened before its metadata had a filler is still understood."""
    view = {"private_metadata": "\N{HOUSE}kept"}

    assert view_metadata.read_form_data(view) == "kept"
    assert view_metadata.is_from_home(view)


def test_home_origin_is_separate_from_data() -> None:
    """The metadata holds the Home origin beside the form's data, not within it."""
    view = surfaces.render_form(Form("settings", "Settings", (), data="kept"), "T1", from_home=True)

    assert view_metadata.is_from_home(view)
    assert view_metadata.read_form_data(view) == "kept"
    assert view_metadata.read_form_data({}) == ""


def test_home_view_has_only_blocks() -> None:
    """The view of a Home tab has a type and blocks, and no other keys."""
    assert surfaces.render_home(Home((Text("Your page"),)), "T1").keys() == {"type", "blocks"}


def test_message_as_form_drops_fields() -> None:
    """A message as a form has no fields, and a title within Slack's limit."""
    form = surfaces.message_as_form(
        Message("Hello", (Text("Hello"), FIELD)), "A title that is much too long"
    )

    assert (form.title, form.body, form.submit) == (
        "A title that is much too",
        (Text("Hello"),),
        "",
    )


@in_every_language
def test_messages_fit_slacks_limits(words: LanguagePack) -> None:
    """Each message that the catalogue can produce fits Slack's limits."""
    payloads = [surfaces.render_message(message, "T1") for message in screens.iter_messages(words)]

    assert len(payloads) > 100
    assert find_faults(payloads, "message") == []


@in_every_language
def test_forms_fit_slacks_limits(words: LanguagePack) -> None:
    """Each form, and the guide for every possible debrief, fits Slack's limits."""
    views = [surfaces.render_form(form, "T1", from_home=True) for form in list_forms(words)]

    assert len(views) > 100
    assert find_faults(views, "modal") == []


@in_every_language
def test_home_pages_fit_slacks_limits(words: LanguagePack) -> None:
    """A user's Home tab fits Slack's limits, with all possible content."""
    assert (
        find_faults(
            [surfaces.render_home(home, "T1") for home in screens.iter_home_pages(words)], "home"
        )
        == []
    )


@in_every_language
def test_no_text_is_truncated(words: LanguagePack) -> None:
    """No title, label or banner exceeds Slack's limit and is truncated with an ellipsis.

    Only the name of a chart's series is, below the title that contains it in full. A card may end
    with an ellipsis of its own, for a sentence that the reader completes.
    """
    payloads = [
        *(surfaces.render_message(message, "T1") for message in screens.iter_messages(words)),
        *(surfaces.render_form(form, "T1") for form in list_forms(words)),
        *(surfaces.render_home(home, "T1") for home in screens.iter_home_pages(words)),
    ]
    full_titles = tuple(words.translate(f"counts.{question}.title") for question in ANSWER_CODES)
    own_endings = tuple(
        tip.try_this.removesuffix(ELLIPSIS) for tip in words.tips if tip.try_this.endswith(ELLIPSIS)
    )
    truncated = {
        text
        for entry in payloads
        for text in TRUNCATED_PATTERN.findall(json.dumps(entry, ensure_ascii=False))
    }

    assert {
        entry
        for entry in truncated
        if not any(title.startswith(entry) for title in full_titles)
        and not (own_endings and entry.endswith(own_endings))
    } == set()


@in_every_language
def test_form_titles_fit(words: LanguagePack) -> None:
    """The titles of messages that are shown as forms fit Slack's limit."""
    for key in FORM_TITLE_KEYS:
        assert len(words.translate(key)) <= 24


def find_faults(views: list[Block], surface: str) -> list[list[str]]:
    """Return the faults that Slack would find, view by view."""
    return [faults for view in views if (faults := limits.find_faults(view, surface))]


def test_only_setup_form_has_text_input() -> None:
    """Only a team's setup form has a text input, for the team's name."""
    form_names = {
        form.name
        for form in list_forms(WORDS)
        if "plain_text_input" in str(surfaces.render_form(form, "T1"))
    }

    assert form_names == {"setup"}

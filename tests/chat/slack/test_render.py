from bot.chat.slack import metadata, render
from bot.elements import Choice, Form, Home, Message, Option, Text

FIELD = Choice("form", "Which?", (Option("away", "Away"),))


def test_a_message_has_a_summary_for_those_who_hear_it() -> None:
    """The summary is the notification, escaped; the body is blocks."""
    shown = render.message(Message("1 < 2", (Text("Hello"),)), "T1")

    assert shown["text"] == "1 &lt; 2"
    assert len(shown["blocks"]) == 1


def test_a_form_is_a_modal_that_brings_its_own_back() -> None:
    """Name, data, title and buttons travel with the view, and Slack tells when it is closed."""
    form = Form("debrief", "Debrief", (FIELD,), submit="Save", close="Close", data="kept")

    view = render.modal(form, "T1")

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
    assert metadata.data(view) == "kept"
    assert not metadata.from_home(view)
    assert view["blocks"][0]["type"] == "input"


def test_a_form_to_read_has_no_button_to_send() -> None:
    """Without a submit there is none, and no input that would need one."""
    view = render.modal(Form("guide", "Guide", (FIELD,)), "T1")

    assert view.keys().isdisjoint({"submit", "close"})
    assert view["blocks"][0]["type"] == "section"


def test_a_form_from_the_home_knows_it_and_keeps_its_data() -> None:
    """Where the person came from travels beside the form's data, and never in it."""
    view = render.modal(Form("settings", "Settings", (), data="kept"), "T1", home=True)

    assert metadata.from_home(view)
    assert metadata.data(view) == "kept"
    assert metadata.data({}) == ""


def test_the_home_is_a_view_of_its_own() -> None:
    """A person's page has blocks and nothing else."""
    assert render.home_tab(Home((Text("Your page"),)), "T1").keys() == {"type", "blocks"}


def test_a_message_can_be_read_as_a_form() -> None:
    """Its body is kept without any question, under a title that Slack takes."""
    form = render.reading(Message("Hello", (Text("Hello"), FIELD)), "A title that is much too long")

    assert (form.title, form.body, form.submit) == (
        "A title that is much too",
        (Text("Hello"),),
        "",
    )

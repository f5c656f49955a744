from collections.abc import Iterator
from itertools import product

from bot.chat.slack import metadata, render
from bot.elements import Choice, Form, Home, Message, Option, Text
from bot.practice import checkins, debriefs, guides, privacy, reports, setup, tips
from bot.practice.debriefs import Debrief
from bot.tryout import limits
from tests.chat.slack.rooms import words

WORDS = words().words("en")
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


def codes(question: str) -> list[str]:
    """Return the codes of a question's answers."""
    return [option.code for option in WORDS.questions[question].options]


def messages() -> Iterator[Message]:
    """Every message whose words the catalogue holds: tips, lists, check-ins, what is kept."""
    yield from (tips.message(tip, WORDS) for tip in WORDS.tips)
    yield from (tips.about(topic, WORDS) for topic in WORDS.topics)
    yield from (tips.listing(WORDS), tips.usage(WORDS), privacy.notice(WORDS))
    yield from (setup.refused(WORDS), reports.refused(WORDS, on_roster=True))
    yield from (checkins.nudge(WORDS, "2026-W10", sign) for sign in WORDS.signs)
    yield from (checkins.nudge(WORDS, f"2026-W{n:02}", WORDS.signs[0]) for n in range(1, 9))


def forms() -> Iterator[Form]:
    """Every form of the main job, and the guide for every debrief there can be."""
    yield debriefs.form(WORDS, opening="Opening.", policy=("One.", "Two."))
    yield from (guides.chooser(WORDS), privacy.withdrawal(WORDS), reports.agreement(WORDS))
    yield checkins.form(WORDS, "2026-W10", WORDS.signs[0])
    yield setup.form(setup.Current(), WORDS)
    for form, status in product(codes("form"), codes("status")):
        debrief = Debrief(form, status)
        yield guides.guide(debrief, WORDS, supervisors=("U1", "U2"), filed="Filed.")
        yield debriefs.deeper(debrief, WORDS)


def test_every_message_keeps_to_slacks_limits() -> None:
    """Slack takes each message that the catalogue can make."""
    faults = [limits.faults(render.message(one, "T1"), "message") for one in messages()]

    assert len(faults) > 100
    assert [found for found in faults if found] == []


def test_every_form_keeps_to_slacks_limits() -> None:
    """Slack takes each form of the main job, and the guide for every debrief there can be."""
    faults = [limits.faults(render.modal(one, "T1", home=True), "modal") for one in forms()]

    assert len(faults) > 20
    assert [found for found in faults if found] == []


def test_there_is_no_place_to_type_but_a_teams_name() -> None:
    """No form of the main job takes free text; a team's set-up takes its name."""
    typing = {form.name for form in forms() if "plain_text_input" in str(render.modal(form, "T1"))}

    assert typing == {"setup"}

import itertools

from bot.chat.slack.inbound.form_values import parse_form_values
from bot.chat.slack.outbound.rejected_form import build_rejected_view
from bot.chat.slack.render import surfaces
from bot.chat.slack.render.composition import Block
from bot.conversation import InvalidAnswers
from bot.domain.teams import setup_form
from bot.sandbox.block_kit import limits
from tests.chat import screens
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench, defer_reply
from tests.chat.slack.view_parser import field_state

WORDS = screens.CATALOGUE.get_pack("en")
ANSWERS = {
    "channel": ("C0FRIDAY",),
    "name": ("**loud**",),
    "supervisors": ("U0A", "U0B"),
    "clinicians": (),
    "day": ("5",),
    "time": ("08:30",),
    "tip_days": ("1", "3"),
    "question": ("status",),
}
ERRORS = {"name": "Only letters, please.", "supervisors": "Not yourself."}


def build_submitted_view(view: Block) -> Block:
    """Return *view* as Slack submits it, with the answers of a set-up in its state."""
    elements = {
        block["block_id"]: block["element"] for block in view["blocks"] if "element" in block
    }
    options = {
        option["value"]: option
        for element in elements.values()
        for option in element.get("options", ())
    }
    states = {}
    for name, element in elements.items():
        state = field_state(element, ANSWERS.get(name))
        for key in ("selected_option", "selected_options"):
            if isinstance(state.get(key), dict):
                state[key] = options[state[key]["value"]]
            elif state.get(key):
                state[key] = [options[option["value"]] for option in state[key]]
        states[name] = {name: state}
    return {**view, "id": "V1", "hash": "1.a", "state": {"values": states}}


def open_setup_view() -> Block:
    """Return the view of a new team's set-up."""
    form = setup_form.build_setup_form(setup_form.CurrentSetup(), WORDS)
    return surfaces.render_form(form, "T1")


def test_answers_become_initial_values() -> None:
    """A form that is submitted again unchanged has the same answers."""
    view = build_submitted_view(open_setup_view())

    rebuilt = build_rejected_view(view, ERRORS)

    resubmitted = {
        block["block_id"]: {block["block_id"]: field_state(block["element"], None)}
        for block in rebuilt["blocks"]
        if "element" in block
    }
    assert parse_form_values({"state": {"values": resubmitted}}) == parse_form_values(view)


def test_rejected_form_is_a_valid_modal() -> None:
    """Slack's limits accept the form, without the properties that only a payload has."""
    rebuilt = build_rejected_view(build_submitted_view(open_setup_view()), ERRORS)

    assert limits.find_faults(rebuilt, "modal") == []
    assert rebuilt.keys().isdisjoint({"id", "hash", "state"})


def test_each_error_follows_its_field() -> None:
    """An error is the block after its field."""
    blocks = build_rejected_view(build_submitted_view(open_setup_view()), ERRORS)["blocks"]

    following_texts = {
        block["block_id"]: following["elements"][0]["text"]
        for block, following in itertools.pairwise(blocks)
        if following.get("block_id", "").startswith("error:")
    }
    assert following_texts == {name: f"\N{WARNING SIGN} {text}" for name, text in ERRORS.items()}


def test_earlier_errors_are_removed() -> None:
    """A form that is rejected twice has the errors of the second submission alone."""
    rejected = build_rejected_view(build_submitted_view(open_setup_view()), ERRORS)

    rebuilt = build_rejected_view(build_submitted_view(rejected), {"channel": "Taken."})

    assert [
        block["block_id"] for block in rebuilt["blocks"] if "error:" in block.get("block_id", "")
    ] == ["error:channel"]


async def test_deferred_errors_show_the_form_again(bench: AdapterBench) -> None:
    """Errors that are known only after the response replace the waiting form by the form."""
    bench.handlers.replies["debrief"] = defer_reply(InvalidAnswers({"form": "Which?"}))

    await bench.send_payload(payloads.build_submission())

    view = bench.api.last_arguments("views.update")["view"]
    assert view["callback_id"] == "debrief"
    assert [block["block_id"] for block in view["blocks"]] == ["form", "error:form", "status"]


async def test_error_of_a_submitted_form_is_on_top(bench: AdapterBench) -> None:
    """An error of no field is the first block of the form, which remains open."""
    bench.handlers.replies["debrief"] = InvalidAnswers({"": "Busy."})

    response = await bench.send_payload(payloads.build_submission())

    assert response.json["response_action"] == "update"
    blocks = response.json["view"]["blocks"]
    assert [block["block_id"] for block in blocks] == ["error:", "form", "status"]


async def test_error_of_a_button_in_a_form_is_on_top(bench: AdapterBench) -> None:
    """A button whose action failed does not replace the form that contains it."""
    bench.handlers.replies["rupture.deeper"] = InvalidAnswers({"": "Busy."})
    view = payloads.build_submission()["view"]

    await bench.send_payload(payloads.build_view_press(view, "rupture.deeper"))

    blocks = bench.api.last_arguments("views.update")["view"]["blocks"]
    assert [block["block_id"] for block in blocks] == ["error:", "form", "status"]


def test_error_on_top_replaces_an_earlier_one() -> None:
    """A form that fails twice has one error, and is a valid modal."""
    view = open_setup_view()
    for _ in range(2):
        view = build_rejected_view(build_submitted_view(view), {"": "Busy."})

    ids = [block["block_id"] for block in view["blocks"] if "error:" in block.get("block_id", "")]
    assert ids == ["error:"]
    assert limits.find_faults(view, "modal") == []

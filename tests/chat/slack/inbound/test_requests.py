import pytest

from bot.conversation import RequestStep, Surface
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

REQUESTED = RequestStep.REQUESTED

SURFACES = {
    "a command": (payloads.build_command(), Surface.COMMAND, REQUESTED),
    "a button in a message": (payloads.build_button_press("rupture"), Surface.MESSAGE, REQUESTED),
    "a form": (payloads.build_submission("rupture"), Surface.FORM, RequestStep.SUBMITTED),
    "a closed form": (payloads.build_view_closed("rupture"), Surface.FORM, RequestStep.CLOSED),
    "a shortcut": (payloads.build_shortcut("rupture"), Surface.SHORTCUT, REQUESTED),
    "the Home tab": (payloads.build_event(), Surface.HOME, REQUESTED),
}


@pytest.mark.parametrize(("payload", "surface", "step"), SURFACES.values(), ids=SURFACES.keys())
async def test_a_request_states_its_surface_and_step(
    bench: AdapterBench, payload: payloads.Payload, surface: Surface, step: RequestStep
) -> None:
    """Each kind of payload becomes a request of its own surface and step."""
    bench.handlers.replies["rupture"] = None

    await bench.send_payload(payload)

    (request,) = bench.handlers.requests
    assert (request.surface, request.step) == (surface, step)

"""Updates of forms that were changed or closed since the action that they reply to."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.chat.slack.inbound import requests
from bot.chat.slack.outbound import view_updater
from bot.content import catalogue
from bot.conversation import DeferredReply, InvalidAnswers, Reply
from bot.elements import Form, Text
from bot.sandbox.slack_api.faults import PlannedFault
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.chat.slack import payloads
from tests.chat.slack.payloads import Payload
from tests.chat.slack.testbed import FORM, UNSHOWN, AdapterBench, defer_reply
from tests.chat.slack.web_api import PlannedAnswer
from tests.sandbox.real_bot import run_bot_and_sandbox

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
CONFLICT = PlannedAnswer({"ok": False, "error": "hash_conflict"})
CLOSED = PlannedAnswer({"ok": False, "error": "not_found"})
NORTH, HENRIKE = "C0NORTH", "U0SUPER1"


def build_press(acted_at: str = "9.1") -> Payload:
    """Return the payload of a button in the form, pressed at a time of Slack's."""
    payload = payloads.build_view_press(payloads.build_view(), "rupture.deeper")
    payload["actions"][0]["action_ts"] = acted_at
    return payload


def list_actions(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return action and reason of each log line."""
    records = [vars(record) for record in caplog.records if record.name == "attune.slack"]
    return [(record["action"], record.get("reason", "")) for record in records]


async def test_the_last_action_replaces_a_form_that_an_earlier_reply_changed(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture
) -> None:
    """After ``hash_conflict`` the update is sent once more, without the outdated hash."""
    caplog.set_level(logging.INFO)
    bench.handlers.replies["rupture.deeper"] = FORM
    bench.api.planned_answers["views.update"] = [CONFLICT]

    await bench.send_payload(build_press())

    first, second = (call.arguments for call in bench.api.calls)
    assert (first["hash"], "hash" in second) == ("156.abc", False)
    assert first["view"] == second["view"]
    assert list_actions(caplog) == [("slack.form_update_repeated", "hash_conflict")]


async def test_an_earlier_action_overwrites_no_later_reply(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture
) -> None:
    """The person reads in the private chat that its reply could not be shown."""

    async def reply_after_another_press() -> Reply:
        later = requests.parse_action(build_press("9.7"))
        bench.adapter.responder.view_updater.record_action(later)
        return FORM

    bench.handlers.replies["rupture.deeper"] = DeferredReply(reply_after_another_press)
    bench.api.planned_answers["views.update"] = [CONFLICT]

    await bench.send_payload(build_press())

    assert bench.api.called_methods() == ["views.update", "chat.postMessage"]
    assert bench.api.last_arguments("chat.postMessage")["text"] == UNSHOWN.summary
    assert list_actions(caplog) == [("slack.reply_not_shown", "hash_conflict")]


@pytest.mark.parametrize("is_submitted", [False, True], ids=["a button", "a submission"])
async def test_a_reply_to_a_closed_form_is_reported(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture, *, is_submitted: bool
) -> None:
    """The message contains nothing of the reply, which may state what was filed."""
    bench.handlers.replies["rupture.deeper"] = bench.handlers.replies["debrief"] = defer_reply(FORM)
    bench.api.planned_answers["views.update"] = [CLOSED]

    await bench.send_payload(payloads.build_submission() if is_submitted else build_press())

    message = bench.api.last_arguments("chat.postMessage")
    assert message["channel"] == payloads.MARIE
    assert message["text"] == UNSHOWN.summary
    assert "Seven steps" not in json.dumps(message)
    assert list_actions(caplog) == [("slack.reply_not_shown", "not_found")]


async def test_errors_of_a_changed_form_do_not_bring_the_old_one_back(bench: AdapterBench) -> None:
    """The form with its errors would replace what an earlier reply shows now."""
    bench.handlers.replies["rupture.deeper"] = InvalidAnswers({"": "Please try again"})
    bench.api.planned_answers["views.update"] = [CONFLICT]

    await bench.send_payload(build_press())

    assert bench.api.called_methods() == ["views.update", "chat.postMessage"]


async def test_a_changed_field_of_a_closed_form_is_not_reported(
    bench: AdapterBench, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for the update, which is logged."""
    caplog.set_level(logging.INFO)
    bench.handlers.replies["debrief"] = FORM
    bench.api.planned_answers["views.update"] = [CLOSED]
    state = payloads.radio_state("against")

    await bench.send_payload(payloads.build_field_change(payloads.build_view(), "form", state))

    assert bench.api.called_methods() == ["views.update"]
    assert list_actions(caplog) == [("slack.form_update_dropped", "not_found")]


async def test_the_work_continues_where_its_waiting_text_cannot_be_shown(
    bench: AdapterBench,
) -> None:
    """What a submission started is completed also after its form was closed."""
    completed: list[str] = []

    async def complete_work() -> Reply:
        completed.append("work")
        return FORM

    async def check_right() -> Reply:
        return DeferredReply(complete_work, "Saving")

    bench.handlers.replies["debrief"] = DeferredReply(check_right)
    bench.api.planned_answers["views.update"] = [CLOSED, CLOSED]

    await bench.send_payload(payloads.build_submission())

    assert completed == ["work"]
    assert bench.api.called_methods() == ["views.update", "views.update", "chat.postMessage"]


async def test_the_last_actions_are_recorded_for_some_forms_only(
    bench: AdapterBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form whose action was evicted is treated as one with a later action: nothing is lost."""
    monkeypatch.setattr(view_updater, "_MAX_VIEWS", 1)

    async def reply_after_others() -> Reply:
        other = payloads.build_view_press(payloads.build_view(id="V2"), "rupture.deeper")
        bench.adapter.responder.view_updater.record_action(requests.parse_action(other))
        return Form("note", "Title", (Text("Text"),))

    bench.handlers.replies["rupture.deeper"] = DeferredReply(reply_after_others)
    bench.api.planned_answers["views.update"] = [CONFLICT]

    await bench.send_payload(build_press())

    assert bench.api.called_methods() == ["views.update", "chat.postMessage"]


@pytest.mark.parametrize(
    ("language", "claim"), [("en", "last"), ("fr-CA", "dernière"), ("zh-Hans", "上一步")]
)
def test_an_unshown_reply_is_said_to_be_that_of_some_step(language: str, claim: str) -> None:
    """It can be the late reply to an earlier press, while the last step's answer is on the screen.

    *claim* is the word that calls a step the last one.
    """
    words = catalogue.load_catalogue().get_pack(language)

    assert claim not in words.translate("error.unshown_reply")


@pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
async def test_a_supervisor_reads_what_became_of_a_press(tmp_path: Path, error: str) -> None:
    """The real bot shows the answer in the form, or says in the chat that it could not be shown."""
    words = catalogue.load_catalogue().get_pack("en")
    async with run_bot_and_sandbox(words, tmp_path, NOW) as engine:
        henrike = PersonaDriver(engine, HENRIKE)
        await henrike.type_command("/supervision", NORTH)
        await henrike.wait_for_modal("setup", 30)
        engine.fault_plan.add_fault("views.update", PlannedFault(error=error))

        await henrike.press_element("supervision.close")

        if error == "hash_conflict":
            await henrike.wait_for_modal("closing", 30)
        else:
            await henrike.wait_for_text(words.translate("error.unshown_reply"), 30)

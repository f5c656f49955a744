import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.block_kit.samples import (
    build_home,
    build_input,
    build_modal,
    build_plain_text,
    build_radio,
    build_section,
)
from tests.sandbox.slack_api.test_web_api import read_error_body


async def test_trigger_id_opens_one_modal(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A trigger id opens one modal for the person of its interaction, and is used up."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")

    response = await client.views_open(trigger_id=trigger, view=build_modal())

    assert ilse.rendered_modal["id"] == response["view"]["id"]
    assert response["view"]["state"]["values"]["pick"]["pick"]["selected_option"] is None
    second_use = client.views_open(trigger_id=trigger, view=build_modal())
    assert (await read_error_body(second_use))["error"] == "exchanged_trigger_id"


async def test_trigger_id_expires_after_three_seconds(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """An expired trigger id and an unknown one are errors."""
    assert engine.trigger_ids.trigger_seconds == 3
    engine.trigger_ids.trigger_seconds = 0.05
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")
    await asyncio.sleep(0.1)

    expired = client.views_open(trigger_id=trigger, view=build_modal())
    unknown = client.views_open(trigger_id="1.2.3", view=build_modal())

    assert (await read_error_body(expired))["error"] == "expired_trigger_id"
    assert (await read_error_body(unknown))["error"] == "invalid_trigger_id"


async def test_invalid_view_does_not_use_the_trigger_id(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """The error lists each fault, and a corrected view may use the same trigger id."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")

    body = await read_error_body(
        client.views_open(
            trigger_id=trigger, view=build_modal(title=build_plain_text("x" * 25), colour="red")
        )
    )
    await client.views_open(trigger_id=trigger, view=build_modal())

    assert body["error"] == "invalid_arguments"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] /view/title/text: String should have at most 24 characters",
        "[ERROR] /view/colour: Extra inputs are not permitted",
    ]


async def test_view_has_a_maximum_size(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """Ninety sections of maximum length are valid each, and too large together."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")
    large_view = client.views_open(
        trigger_id=trigger, view=build_modal(*[build_section("x" * 3000)] * 90)
    )

    assert (await read_error_body(large_view))["error"] == "view_too_large"


async def test_modal_stack_has_at_most_three_views(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A push requires an open modal, and the stack has at most three views."""

    def issue_trigger_id() -> str:
        return engine.trigger_ids.issue_trigger_id("U0CLIN01")

    without_modal = client.views_push(trigger_id=issue_trigger_id(), view=build_modal())
    assert (await read_error_body(without_modal))["error"] == "not_found"
    bottom = await client.views_open(trigger_id=issue_trigger_id(), view=build_modal())
    for _ in range(2):
        await client.views_push(trigger_id=issue_trigger_id(), view=build_modal())

    fourth = client.views_push(trigger_id=issue_trigger_id(), view=build_modal())

    assert (await read_error_body(fourth))["error"] == "push_limit_reached"
    assert ilse.rendered_modal["root_view_id"] == bottom["view"]["id"]
    assert len(engine.modal_stack.get_stack("U0CLIN01")) == 3


async def test_update_with_an_old_hash_is_a_conflict(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """An update with an old hash is rejected, and so is one of a closed modal."""
    response = await client.views_open(
        trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN01"), view=build_modal()
    )
    view_id, old_hash = response["view"]["id"], response["view"]["hash"]
    await client.views_update(
        view_id=view_id, hash=old_hash, view=build_modal(title=build_plain_text("Newer"))
    )

    conflict = client.views_update(view_id=view_id, hash=old_hash, view=build_modal())

    assert (await read_error_body(conflict))["error"] == "hash_conflict"
    engine.modal_stack.clear_stack("U0CLIN01")
    closed_modal = client.views_update(view_id=view_id, view=build_modal())
    assert (await read_error_body(closed_modal))["error"] == "not_found"


async def test_update_retains_answers_of_retained_inputs(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """An answer survives an update whose view still contains its input block."""
    response = await client.views_open(
        trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN01"),
        view=build_modal(build_input(), build_input(build_radio("xy"), block_id="gone")),
    )
    await ilse.choose_answer("pick", "b")
    await ilse.choose_answer("gone", "x")

    await client.views_update(
        view_id=response["view"]["id"], view=build_modal(build_input(), build_section())
    )

    values = ilse.rendered_modal["state"]["values"]
    assert set(values) == {"pick"}
    assert values["pick"]["pick"]["selected_option"]["value"] == "b"


async def test_external_id_is_unique(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """An external id selects a view for an update; a duplicate is an error."""
    view = build_modal(external_id="mine")
    await client.views_open(trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN01"), view=view)

    duplicate = client.views_open(
        trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN02"), view=view
    )

    assert (await read_error_body(duplicate))["error"] == "duplicate_external_id"
    assert (await client.views_update(external_id="mine", view=build_modal()))["ok"]


async def test_home_is_published_and_replaced(client: AsyncWebClient, ilse: PersonaDriver) -> None:
    """Each user has one Home; a publication with an old hash is a conflict."""
    first = await client.views_publish(user_id="U0CLIN01", view=build_home())
    second = await client.views_publish(user_id="U0CLIN01", view=build_home(build_section("Newer")))

    assert first["view"]["id"] == second["view"]["id"] == ilse.rendered_home["id"]
    assert ilse.rendered_home["blocks"][0]["text"]["text"] == "Newer"
    conflict = client.views_publish(
        user_id="U0CLIN01", view=build_home(), hash=first["view"]["hash"]
    )
    assert (await read_error_body(conflict))["error"] == "hash_conflict"
    unknown_user = client.views_publish(user_id="U0NOBODY", view=build_home())
    assert (await read_error_body(unknown_user))["error"] == "invalid_arguments"

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
from tests.sandbox.slack_api.test_web_api import refused


async def test_a_trigger_opens_one_form(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """The form is the person's who acted; the trigger is spent."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")

    opened = await client.views_open(trigger_id=trigger, view=build_modal())

    assert ilse.rendered_modal["id"] == opened["view"]["id"]
    assert opened["view"]["state"]["values"]["pick"]["pick"]["selected_option"] is None
    again = client.views_open(trigger_id=trigger, view=build_modal())
    assert (await refused(again))["error"] == "exchanged_trigger_id"


async def test_a_trigger_is_gone_after_three_seconds(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Whoever is late, or made the trigger up, opens nothing."""
    assert engine.trigger_ids.trigger_seconds == 3
    engine.trigger_ids.trigger_seconds = 0.05
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")
    await asyncio.sleep(0.1)

    late = client.views_open(trigger_id=trigger, view=build_modal())
    made_up = client.views_open(trigger_id="1.2.3", view=build_modal())

    assert (await refused(late))["error"] == "expired_trigger_id"
    assert (await refused(made_up))["error"] == "invalid_trigger_id"


async def test_a_faulty_view_is_refused_and_leaves_the_trigger(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Each fault is named, and a mended view may use the trigger."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")

    body = await refused(
        client.views_open(
            trigger_id=trigger, view=build_modal(title=build_plain_text("x" * 25), colour="red")
        )
    )
    await client.views_open(trigger_id=trigger, view=build_modal())

    assert body["error"] == "invalid_arguments"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] /view/title/text: not 1 to 24 characters",
        "[ERROR] /view/colour: unknown key",
    ]


async def test_a_view_of_more_than_slack_carries_is_too_large(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A hundred long paragraphs are each well, and together too much."""
    trigger = engine.trigger_ids.issue_trigger_id("U0CLIN01")
    large = client.views_open(
        trigger_id=trigger, view=build_modal(*[build_section("x" * 3000)] * 90)
    )

    assert (await refused(large))["error"] == "view_too_large"


async def test_three_forms_lie_on_each_other_and_no_fourth(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """A form is laid upon an open one alone, and three are the most."""

    def trigger() -> str:
        return engine.trigger_ids.issue_trigger_id("U0CLIN01")

    nothing = client.views_push(trigger_id=trigger(), view=build_modal())
    assert (await refused(nothing))["error"] == "not_found"
    bottom = await client.views_open(trigger_id=trigger(), view=build_modal())
    for _ in range(2):
        await client.views_push(trigger_id=trigger(), view=build_modal())

    fourth = client.views_push(trigger_id=trigger(), view=build_modal())

    assert (await refused(fourth))["error"] == "push_limit_reached"
    assert ilse.rendered_modal["root_view_id"] == bottom["view"]["id"]
    assert len(engine.modal_stack.get_stack("U0CLIN01")) == 3


async def test_a_form_that_moved_on_is_not_overwritten(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """An update with an old hash changes nothing; so does one of a form put away."""
    opened = await client.views_open(
        trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN01"), view=build_modal()
    )
    view_id, known = opened["view"]["id"], opened["view"]["hash"]
    await client.views_update(
        view_id=view_id, hash=known, view=build_modal(title=build_plain_text("Newer"))
    )

    old = client.views_update(view_id=view_id, hash=known, view=build_modal())

    assert (await refused(old))["error"] == "hash_conflict"
    engine.modal_stack.clear_stack("U0CLIN01")
    gone = client.views_update(view_id=view_id, view=build_modal())
    assert (await refused(gone))["error"] == "not_found"


async def test_answers_stay_where_their_question_stays(
    client: AsyncWebClient, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """What a person chose survives an update that keeps the question, and no other."""
    opened = await client.views_open(
        trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN01"),
        view=build_modal(build_input(), build_input(build_radio("xy"), block_id="gone")),
    )
    await ilse.choose_answer("pick", "b")
    await ilse.choose_answer("gone", "x")

    await client.views_update(
        view_id=opened["view"]["id"], view=build_modal(build_input(), build_section())
    )

    values = ilse.rendered_modal["state"]["values"]
    assert set(values) == {"pick"}
    assert values["pick"]["pick"]["selected_option"]["value"] == "b"


async def test_an_external_id_is_used_once(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """A form is found by its own name, which no second form may bear."""
    view = build_modal(external_id="mine")
    await client.views_open(trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN01"), view=view)

    twice = client.views_open(trigger_id=engine.trigger_ids.issue_trigger_id("U0CLIN02"), view=view)

    assert (await refused(twice))["error"] == "duplicate_external_id"
    assert (await client.views_update(external_id="mine", view=build_modal()))["ok"]


async def test_a_home_is_put_up_and_changed(client: AsyncWebClient, ilse: PersonaDriver) -> None:
    """Each person has one Home, guarded by its hash like a form."""
    first = await client.views_publish(user_id="U0CLIN01", view=build_home())
    second = await client.views_publish(user_id="U0CLIN01", view=build_home(build_section("Newer")))

    assert first["view"]["id"] == second["view"]["id"] == ilse.rendered_home["id"]
    assert ilse.rendered_home["blocks"][0]["text"]["text"] == "Newer"
    old = client.views_publish(user_id="U0CLIN01", view=build_home(), hash=first["view"]["hash"])
    assert (await refused(old))["error"] == "hash_conflict"
    nobody = client.views_publish(user_id="U0NOBODY", view=build_home())
    assert (await refused(nobody))["error"] == "invalid_arguments"

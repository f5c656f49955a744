"""The page without a mouse, on a phone, and for whoever listens to it."""

import pytest
from playwright.async_api import ViewportSize, expect

from bot.content.catalogue import LanguagePack
from tests.journeys.contrast import LOW_CONTRAST_SCRIPT
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE: ViewportSize = {"width": 360, "height": 740}

LISTENER = {"light": "Dov Kealoha", "dark": "Hamza Bellerose"}


async def reach(visitor: Visitor, tag: str, words: str = "") -> None:
    """Press Tab until something of that kind, with those words, has the focus."""
    for _ in range(60):
        focused = await visitor.focused_element()
        if focused[0] == tag and words in focused[1]:
            return
        await visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{tag} {words} is out of reach")


async def test_a_rupture_is_filed_with_the_keyboard_alone(
    visitor: Visitor, english: LanguagePack
) -> None:
    """From the skip link to the guide and back to the line one types in, no mouse is needed."""
    keys = visitor.page.keyboard
    await visitor.switch_persona("Bao Stellenbeck")
    await visitor.page.reload()
    await expect(visitor.message_input).to_be_visible()
    await keys.press("Tab")
    assert await visitor.focused_element() == ["A", english.translate("tryout.page.skip")]
    await keys.press("Enter")
    await expect(visitor.message_input).to_be_focused()

    await keys.type("/rup")
    await keys.press("Enter")
    await expect(visitor.message_input).to_have_value("/rupture ")
    await keys.press("Enter")
    await visitor.wait_for_title(english.translate("rupture.form.title"))
    assert await visitor.focused_element() == ["H2", english.translate("rupture.form.title")]
    for _question in ("form", "status"):
        await reach(visitor, "INPUT")
        await keys.press("Space")
        await keys.press("Tab")
    await reach(visitor, "BUTTON", english.translate("rupture.form.submit"))
    await keys.press("Enter")
    await visitor.wait_for_title(english.translate("rupture.guide.title"))
    await keys.press("Escape")

    await expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    await expect(visitor.message_input).to_be_focused()


async def test_a_slash_shows_what_can_be_typed(visitor: Visitor) -> None:
    """Every command is listed with its hint; arrows walk the list, and Tab takes one."""
    await visitor.message_input.fill("/")
    listed = visitor.page.get_by_role("listbox").get_by_role("option")
    await expect(listed.first).to_contain_text("/tip")
    assert "/rupture" in " ".join(await listed.all_inner_texts())

    await visitor.message_input.press("ArrowDown")
    await visitor.message_input.press("ArrowDown")
    chosen = visitor.page.get_by_role("listbox").get_by_role("option", selected=True)
    await expect(chosen).to_have_count(1)
    assert await visitor.message_input.get_attribute(
        "aria-activedescendant"
    ) == await chosen.get_attribute("id")
    await visitor.message_input.press("Tab")

    await expect(visitor.message_input).to_have_value("/rupture ")
    await expect(visitor.message_input).to_be_focused()


async def test_a_shortcut_opens_the_debrief(visitor: Visitor, english: LanguagePack) -> None:
    """The app's global shortcut is in the menu beside the line one types in."""
    await visitor.switch_persona("Maelle Kowhai")
    await visitor.page.get_by_role(
        "button", name=english.translate("tryout.page.shortcuts")
    ).focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator("[data-shortcut]").first).to_be_focused()

    await visitor.page.keyboard.press("Enter")

    await visitor.wait_for_title(english.translate("rupture.form.title"))


async def test_what_must_be_answered_says_so_where_it_is_missing(
    visitor: Visitor, english: LanguagePack
) -> None:
    """A form sent off too early marks each question, ties the error to it and goes to the first."""
    await visitor.switch_persona("Eamon Quispe")
    await visitor.type_command("/rupture")
    await visitor.wait_for_title(english.translate("rupture.form.title"))

    await visitor.submit_form()

    wrong = visitor.top_form.locator("[aria-invalid=true]")
    await expect(wrong).to_have_count(2)
    described = await wrong.first.get_attribute("aria-describedby") or ""
    error = visitor.page.locator(f"#{described.split()[-1]}")
    await expect(error).to_have_text(english.translate("tryout.engine.required"))
    assert await visitor.page.evaluate(
        "document.querySelector('[aria-invalid]').contains(document.activeElement)"
    )
    await expect(visitor.top_form.get_by_role("radiogroup").first).to_have_attribute(
        "aria-required", "true"
    )


async def test_everything_fits_a_phone(visitor: Visitor, english: LanguagePack) -> None:
    """At 360 pixels nothing overflows; rooms lie in a drawer that Escape puts away again."""
    page = visitor.page
    await page.set_viewport_size(PHONE)
    promise = page.get_by_text(english.translate("tryout.page.promise"))
    drawer = page.get_by_role("button", name="Rooms of")
    await expect(page.get_by_label("You are")).not_to_be_visible()
    await drawer.click()
    await expect(page.get_by_label("You are")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_focused()
    await drawer.click()
    await visitor.switch_persona("Anneli Rahmatov")

    await visitor.open_room("Attune")

    await expect(page.get_by_label("You are")).not_to_be_visible()
    await expect(promise).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await visitor.find_step("rupture.open").click()
    await visitor.wait_for_title(english.translate("rupture.form.title"))
    box = await visitor.top_form.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_text_stands_out_from_its_ground(
    visitor: Visitor, english: LanguagePack, theme: str
) -> None:
    """In light and in dark every text has the contrast of WCAG AA: 4.5 to 1."""
    await visitor.switch_persona(LISTENER[theme])
    button = visitor.page.locator("#bar .theme")
    if await button.get_attribute("aria-label") == english.translate(f"tryout.page.{theme}"):
        await button.click()
    await visitor.type_command("/tip")
    await expect(visitor.newest_message).to_contain_text("Only visible to you")
    assert await visitor.page.evaluate(LOW_CONTRAST_SCRIPT) == []

    await visitor.type_command("/rupture")
    await visitor.wait_for_title(english.translate("rupture.form.title"))
    await visitor.submit_form()
    await expect(visitor.top_form.locator("[aria-invalid]").first).to_be_visible()
    await visitor.page.wait_for_timeout(300)

    assert await visitor.page.evaluate(LOW_CONTRAST_SCRIPT) == []


async def test_the_chosen_colours_stay(visitor: Visitor, english: LanguagePack) -> None:
    """Whoever asks for dark colours has them on the next visit, too."""
    await visitor.page.get_by_role("button", name=english.translate("tryout.page.dark")).click()

    await visitor.page.reload()

    await expect(
        visitor.page.get_by_role("button", name=english.translate("tryout.page.light"))
    ).to_be_visible()
    assert (
        await visitor.page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        == "dark"
    )

"""The page without a mouse, on a phone, and with a screen reader."""

import pytest
from playwright.async_api import ViewportSize, expect

from bot.content.catalogue import LanguagePack
from tests.journeys.contrast import LOW_CONTRAST_SCRIPT
from tests.journeys.sandbox_user import SandboxUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE: ViewportSize = {"width": 360, "height": 740}

PERSONA_BY_THEME = {"light": "Dov Kealoha", "dark": "Hamza Bellerose"}


async def tab_to(user: SandboxUser, tag: str, words: str = "") -> None:
    """Press Tab until an element of that tag, with those words, has the focus."""
    for _ in range(60):
        focused = await user.focused_element()
        if focused[0] == tag and words in focused[1]:
            return
        await user.page.keyboard.press("Tab")
    raise AssertionError(f"{tag} {words} cannot be reached")


async def test_rupture_is_filed_with_the_keyboard_alone(
    user: SandboxUser, english: LanguagePack
) -> None:
    """From the skip link to the guide and back to the message input, no mouse is needed."""
    keyboard = user.page.keyboard
    await user.switch_persona("Bao Stellenbeck")
    await user.page.reload()
    await expect(user.message_input).to_be_visible()
    await keyboard.press("Tab")
    assert await user.focused_element() == ["A", english.translate("sandbox.page.skip")]
    await keyboard.press("Enter")
    await expect(user.message_input).to_be_focused()

    await keyboard.type("/rup")
    await keyboard.press("Enter")
    await expect(user.message_input).to_have_value("/rupture ")
    await keyboard.press("Enter")
    await user.wait_for_title(english.translate("rupture.form.title"))
    assert await user.focused_element() == ["H2", english.translate("rupture.form.title")]
    for _question in ("form", "status"):
        await tab_to(user, "INPUT")
        await keyboard.press("Space")
        await keyboard.press("Tab")
    await tab_to(user, "BUTTON", english.translate("rupture.form.submit"))
    await keyboard.press("Enter")
    await user.wait_for_title(english.translate("rupture.guide.title"))
    await keyboard.press("Escape")

    await expect(user.page.get_by_role("dialog")).to_have_count(0)
    await expect(user.message_input).to_be_focused()


async def test_slash_lists_the_commands(user: SandboxUser) -> None:
    """Every command is listed with its hint; arrow keys move in the list, and Tab chooses."""
    await user.message_input.fill("/")
    options = user.page.get_by_role("listbox").get_by_role("option")
    await expect(options.first).to_contain_text("/tip")
    assert "/rupture" in " ".join(await options.all_inner_texts())

    await user.message_input.press("ArrowDown")
    await user.message_input.press("ArrowDown")
    selected = user.page.get_by_role("listbox").get_by_role("option", selected=True)
    await expect(selected).to_have_count(1)
    assert await user.message_input.get_attribute(
        "aria-activedescendant"
    ) == await selected.get_attribute("id")
    await user.message_input.press("Tab")

    await expect(user.message_input).to_have_value("/rupture ")
    await expect(user.message_input).to_be_focused()


async def test_shortcut_opens_the_debrief(user: SandboxUser, english: LanguagePack) -> None:
    """The app's global shortcut is in the menu beside the message input."""
    await user.switch_persona("Maelle Kowhai")
    await user.page.get_by_role("button", name=english.translate("sandbox.page.shortcuts")).focus()
    await user.page.keyboard.press("Enter")
    await expect(user.page.locator("[data-shortcut]").first).to_be_focused()

    await user.page.keyboard.press("Enter")

    await user.wait_for_title(english.translate("rupture.form.title"))


async def test_missing_required_answer_is_reported_at_its_question(
    user: SandboxUser, english: LanguagePack
) -> None:
    """A form submitted too early marks each question, links its error and focuses the first."""
    await user.switch_persona("Eamon Quispe")
    await user.type_command("/rupture")
    await user.wait_for_title(english.translate("rupture.form.title"))

    await user.submit_form()

    invalid = user.top_form.locator("[aria-invalid=true]")
    await expect(invalid).to_have_count(2)
    described_by = await invalid.first.get_attribute("aria-describedby") or ""
    error = user.page.locator(f"#{described_by.split()[-1]}")
    await expect(error).to_have_text(english.translate("sandbox.engine.required"))
    assert await user.page.evaluate(
        "document.querySelector('[aria-invalid]').contains(document.activeElement)"
    )
    await expect(user.top_form.get_by_role("radiogroup").first).to_have_attribute(
        "aria-required", "true"
    )


async def test_page_fits_a_phone(user: SandboxUser, english: LanguagePack) -> None:
    """At 360 pixels nothing overflows; the rooms are in a drawer that Escape closes."""
    page = user.page
    await page.set_viewport_size(PHONE)
    privacy_note = page.get_by_text(english.translate("sandbox.page.promise"))
    drawer_button = page.get_by_role("button", name="Rooms of")
    roles = page.get_by_role("group", name=english.translate("sandbox.page.you_are"))
    await expect(roles).not_to_be_visible()
    await drawer_button.click()
    await expect(roles.get_by_role("button").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(drawer_button).to_be_focused()
    await drawer_button.click()
    await user.switch_persona("Anneli Rahmatov")

    await user.open_room("Attune")

    await expect(roles).not_to_be_visible()
    await expect(privacy_note).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await user.find_step("rupture.open").click()
    await user.wait_for_title(english.translate("rupture.form.title"))
    box = await user.top_form.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])


async def test_thing_to_try_switches_person_room_and_input_on_a_phone(
    user: SandboxUser, english: LanguagePack
) -> None:
    """The buttons are visible on a phone, and setting up a team is one button and Enter away."""
    page = user.page
    await page.set_viewport_size(PHONE)
    button = page.get_by_role("button", name=english.translate("sandbox.try.setup.title"))
    await expect(button).to_be_in_viewport()

    await button.click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("harbourside")
    hint = page.get_by_role("region").get_by_text(english.translate("sandbox.try.setup.hint"))
    await expect(hint).to_be_in_viewport()
    await expect(user.message_input).to_have_value("/supervision")
    await expect(user.message_input).to_be_focused()
    await page.keyboard.press("Enter")
    await user.wait_for_title(english.translate("supervision.form.title"))
    await expect(user.top_form.get_by_text("Amaru Lindholm").first).to_be_attached()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_text_has_sufficient_contrast(
    user: SandboxUser, english: LanguagePack, theme: str
) -> None:
    """In light and in dark every text has the contrast of WCAG AA: 4.5 to 1."""
    await user.switch_persona(PERSONA_BY_THEME[theme])
    button = user.page.locator("#bar .theme")
    if await button.get_attribute("aria-label") == english.translate(f"sandbox.page.{theme}"):
        await button.click()
    await user.type_command("/tip")
    await expect(user.newest_message).to_contain_text("Only visible to you")
    assert await user.page.evaluate(LOW_CONTRAST_SCRIPT) == []

    await user.type_command("/rupture")
    await user.wait_for_title(english.translate("rupture.form.title"))
    await user.submit_form()
    await expect(user.top_form.locator("[aria-invalid]").first).to_be_visible()
    await user.page.wait_for_timeout(300)

    assert await user.page.evaluate(LOW_CONTRAST_SCRIPT) == []


async def test_chosen_colour_scheme_is_remembered(user: SandboxUser, english: LanguagePack) -> None:
    """A user who chooses dark colours sees them on the next visit, too."""
    await user.page.get_by_role("button", name=english.translate("sandbox.page.dark")).click()

    await user.page.reload()

    await expect(
        user.page.get_by_role("button", name=english.translate("sandbox.page.light"))
    ).to_be_visible()
    assert (
        await user.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    )

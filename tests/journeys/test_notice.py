"""A supervisor's message at the close of a period: opened, shared, stopped and moved."""

import pytest
from playwright.async_api import Locator, expect

from bot.content.catalogue import LanguagePack
from tests.journeys.sandbox_user import SandboxUser
from tests.journeys.test_hour import SUPERVISOR, agree

pytestmark = pytest.mark.asyncio(loop_scope="session")

SENTENCE = "A period has closed"


def find_notices(user: SandboxUser) -> Locator:
    """Return the notices in the open chat."""
    return user.page.get_by_role("article").filter(has_text=SENTENCE)


async def open_messages(user: SandboxUser, name: str) -> None:
    """Open the chat of a supervisor with the bot, which has a notice of an earlier close."""
    await user.switch_persona(name)
    await user.open_room("Attune")
    await user.open_tab("Messages")
    await expect(find_notices(user).last).to_be_visible()


async def choose_from_menu(user: SandboxUser, option: str) -> None:
    """Choose an option of the newest notice's menu."""
    await user.find_step("notice.menu").click()
    await user.page.locator(f"[data-option='{option}']:visible").click()


async def test_the_message_opens_the_report_and_the_share(
    user: SandboxUser, english: LanguagePack
) -> None:
    """The message of the last close opens the report, and the preview of what is shared."""
    await agree(user, english)
    await open_messages(user, SUPERVISOR)
    notice = find_notices(user).last
    await expect(notice).to_contain_text("Riverside")

    await notice.locator("[data-action-id='debriefs.open']").click()
    heading = english.translate("debriefs.heading", team="Riverside")
    await expect(user.newest_message).to_contain_text(heading)
    await notice.locator("[data-action-id='debriefs.share']").click()

    await user.wait_for_title(english.translate("hour.share.title"))
    await expect(user.top_form).to_contain_text(english.translate("hour.share.heading"))


async def test_a_close_brings_one_message_which_can_be_stopped_and_moved(
    user: SandboxUser, english: LanguagePack
) -> None:
    """The close brings one message on its Monday; stopped none comes, and moved on a Thursday."""
    await open_messages(user, "Henrike Vossmoor")
    count = await find_notices(user).count()
    await user.jump_in_time("close")
    await user.jump_in_time("day")
    await expect(find_notices(user)).to_have_count(count + 1)

    await choose_from_menu(user, "stop")
    await expect(user.newest_message).to_contain_text(english.translate("notice.done.off"))
    await user.jump_in_time("close")
    await user.jump_in_time("week")
    await expect(find_notices(user)).to_have_count(count + 1)

    await choose_from_menu(user, "move")
    await user.wait_for_title(english.translate("notice.form.title"))
    await user.choose_answer("state", english.translate("notice.form.on"))
    await user.top_form.locator("[data-block=day] select").select_option(label="Thursday")
    await user.top_form.locator("input[type=time]").fill("15:30")
    await user.submit_form()
    await expect(user.top_form).to_contain_text("Thursday")
    await user.page.keyboard.press("Escape")
    await user.jump_in_time("close")
    await user.jump_in_time("day")
    await expect(find_notices(user)).to_have_count(count + 1)
    for _ in range(3):
        await user.jump_in_time("day")

    await expect(find_notices(user)).to_have_count(count + 2)

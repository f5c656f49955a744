"""The message at the close of a period in Microsoft Teams: opened, stopped and moved.

It runs in the Agents Playground against the unmodified bot, whose clock moves to the day before the
close and then day by day: a notice that is missed for two days is not sent.
"""

import pytest
from playwright.async_api import Locator, expect

from bot.content.catalogue import LanguagePack
from tests.journeys.teams_sandbox import TeamsSandbox
from tests.journeys.teams_user import TeamsUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

SENTENCE = "A period has closed"
MAX_DAYS_TO_NOTICE = 4
"""Days from the one before the close until its notice is sent, over public holidays."""


def find_notices(supervisor: TeamsUser) -> Locator:
    """Return the notices in the open chat."""
    return supervisor.cards.filter(has_text=SENTENCE)


async def wait_for_notice(supervisor: TeamsUser, sandbox: TeamsSandbox) -> Locator:
    """Move the clock to the next close, and return the one notice that it brings."""
    earlier_count = await find_notices(supervisor).count()

    async def has_notice() -> bool:
        await supervisor.page.wait_for_timeout(1000)
        return await find_notices(supervisor).count() > earlier_count

    await sandbox.advance_to_day_before_close()
    await sandbox.advance_days_until(has_notice, MAX_DAYS_TO_NOTICE)
    await expect(find_notices(supervisor)).to_have_count(earlier_count + 1)
    return find_notices(supervisor).last


async def choose_from_menu(notice: Locator, words: LanguagePack, option: str) -> None:
    """Choose an option of a notice's menu, which Teams shows as a row that unfolds."""
    await notice.get_by_role("button", name=words.translate("notice.menu.label")).click()
    await notice.get_by_role("button", name=words.translate(f"notice.menu.{option}")).click()


async def test_the_message_arrives_and_opens_the_report(
    supervisor: TeamsUser, teams_sandbox: TeamsSandbox
) -> None:
    """After the close one message arrives, with a question, and its button opens the report."""
    words = supervisor.words
    await supervisor.accept_agreement()
    notice = await wait_for_notice(supervisor, teams_sandbox)
    await expect(notice).to_contain_text("For your next hour together")

    await notice.get_by_role("button", name=words.translate("notice.open"), exact=True).click()

    await supervisor.wait_for_text(words.translate("debriefs.discuss.heading"))


async def test_the_message_is_stopped_and_moved(
    supervisor: TeamsUser, teams_sandbox: TeamsSandbox
) -> None:
    """The menu stops the messages with one press, and its form lets them come on another day."""
    words = supervisor.words
    notice = await wait_for_notice(supervisor, teams_sandbox)

    await choose_from_menu(notice, words, "stop")
    await supervisor.wait_for_text(words.translate("notice.done.off"))
    await supervisor.press_button(words.translate("notice.change"))
    await supervisor.choose_answer(words.translate("notice.form.on"))
    day_field = words.translate("notice.form.day")
    await supervisor.newest_card.get_by_role("combobox", name=day_field).click()
    await supervisor.page.get_by_role("option", name="Thursday", exact=True).click()
    await supervisor.press_button(words.translate("notice.form.submit"))

    await supervisor.wait_for_text("Thursday")

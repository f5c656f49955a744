"""Examine screens of the sandbox with axe-core, where the photographs of them are taken."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Locator, Page

from bot.sandbox.teams.playground import install_packages
from tests.journeys.photo_session import LOBBY, NORTH, WAIT_SECONDS, PhotoSession
from tests.sources import ROOT

AXE_LOCK_FOLDER = Path(__file__).parent / "axe"
"""The npm lock file with the pinned version of axe-core."""

_AXE_FOLDER = ROOT / "var" / "axe"
"""Folder of axe-core, downloaded once."""

_EXAMINATION = """
async () => {
  const options = { resultTypes: ["violations"], selectors: false };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
"""
"""The selectors of the elements, which nobody reads, took axe half of its time."""

ILSE, HENRIKE = "U0CLIN01", "U0SUPER1"


def fetch_axe() -> str:
    """Return the script of axe-core, downloaded if missing."""
    folder = install_packages(AXE_LOCK_FOLDER, _AXE_FOLDER)
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


async def examine_page(page: Page, axe_script: str) -> list[str]:
    """Return the violations of axe's default rules on *page*: each rule with the element."""
    await page.evaluate(axe_script)
    return await _find_violations(page)


async def _find_violations(page: Page) -> list[str]:
    """Return the violations on *page*, which has loaded axe."""
    violations: list[str] = await page.evaluate(_EXAMINATION)
    return violations


@dataclass
class ExaminationSession(PhotoSession):
    """A session that examines each whole page instead of taking a photograph of it.

    ``violations`` are those of axe's default rules, with the screen and the element.
    ``examined_screens`` are the names of the screens, each with the profile.
    """

    axe_script: str = ""
    violations: list[str] = field(default_factory=list)
    examined_screens: list[tuple[str, str]] = field(default_factory=list)

    async def open_pages(self, browser: Browser) -> None:
        """Open a page for each screen profile, which loads axe whenever it is loaded again.

        To send the script for each screen took a tenth of the time.
        """
        await super().open_pages(browser)
        for page in self.pages.values():
            await page.add_init_script(self.axe_script)

    async def _save_screenshot(self, name: str, profile_name: str, locator: Locator) -> None:
        await locator.wait_for()
        page = self.pages[profile_name]
        self.violations += [
            f"{self.words.language}, {profile_name}, {name}: {violation}"
            for violation in await _find_violations(page)
        ]
        self.examined_screens.append((name, profile_name))

    async def examine_menu(self) -> None:
        """Open the menu of a phone, and examine the page."""
        page = self.pages["phone"]
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.locator("#bar .drawer").click()
        await self._save_screenshot("the menu", "phone", page.locator("#rooms"))


async def examine_screens(session: ExaminationSession) -> None:
    """Examine the page, its menu, Home, forms, a confirmation, refusals, a card and an error."""
    ilse, henrike = session.drive_persona(ILSE), session.drive_persona(HENRIKE)
    await session.photograph_page("the first look", ilse, NORTH)
    await session.examine_menu()
    await session.photograph_page("a room without messages", ilse, LOBBY)
    await session.photograph_page("the list of commands", ilse, NORTH, typed_text="/")
    await ilse.type_command("/nothing", NORTH)
    await session.photograph_page("an unknown command", ilse, NORTH)
    session.engine.workspace.notices.clear()
    await session.photograph_reply("a card", ilse, "/tip")
    await session.photograph_opened_form("a debrief", ilse, "/rupture", "debrief")
    await session.photograph_submission("its guide", ilse, "guide", form="away", status="not_named")
    await session.close_forms(ilse)
    await session.photograph_reply("a refusal", ilse, "/debriefs")
    for name, persona in (("a clinician's Home", ilse), ("a supervisor's Home", henrike)):
        await persona.open_home()
        await session.photograph_home(name, persona)
    await session.photograph_opened_form("a set-up", henrike, "/supervision", "setup")
    step = "supervision.introduce"
    await session.photograph_confirmation("a confirmation", henrike, NORTH, step)
    faults = {"supervisors": [HENRIKE, ILSE], "clinicians": [ILSE]}
    await session.photograph_submission("a fault in a set-up", henrike, "setup", **faults)
    await session.close_forms(henrike)
    await henrike.type_command("/debriefs", NORTH)
    await henrike.wait_for_modal("agreement", WAIT_SECONDS)
    await session.photograph_form("an agreement", henrike)

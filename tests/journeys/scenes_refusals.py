"""Screenshots of what people see after a refusal: of a message, a person or an old control."""

from dataclasses import replace
from datetime import UTC, datetime, time

from bot.chat.slack.render import surfaces
from bot.content import catalogue
from bot.conversation import Person
from bot.domain import external_access, outdated_control
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Clinician, Team
from bot.domain.person import home_page
from bot.domain.person.personal_data import PersonalData
from bot.elements import Form, Home, Message
from bot.sandbox.workspace.personas import WORKSPACE_ID
from tests.journeys.photo_session import PhotoSession

ILSE = "U0CLIN01"

_RULE = WeeklyRule(1, time(9))
_TEAM = Team(
    "t1", WORKSPACE_ID, "C0NORTH", "North team", "Harbour practice", "en", "America/Toronto",
    _RULE, (2,), time(10), "status", open_to_team=False,
)  # fmt: skip
_CLINICIAN = Clinician(
    Person(WORKSPACE_ID, ILSE), "en", "en-CA", "America/Toronto", None, None,
    has_joined=True, home_team_id=_TEAM.id, unanswered_count=1, unreachable_reason="",
)  # fmt: skip


async def photograph_refusals(session: PhotoSession) -> None:
    """Photograph refused messages on Home, people of other organisations and old controls.

    The Home pages are shown as forms: opened as such, the bot would replace them with the persona's
    own.
    """
    words, ilse = session.words, session.drive_persona(ILSE)
    notices: tuple[tuple[str, str, Message], ...] = (
        ("external.title", "of another organisation", external_access.render_refusal(words)),
        ("outdated.title", "an older version", outdated_control.render_notice(words)),
    )
    for title, name, message in notices:
        form = surfaces.message_as_form(message, words.translate(title))
        _open_form(session, form)
        await session.photograph_form(name, ilse)
    for name, home in _list_home_pages(session).items():
        _open_form(session, Form("note", words.translate("home.intro.heading")[:24], home.body))
        await session.photograph_form(name, ilse)
    session.engine.modal_stack.clear_stack(ILSE)


def _open_form(session: PhotoSession, form: Form) -> None:
    session.engine.modal_stack.open_modal(ILSE, surfaces.render_form(form, WORKSPACE_ID))


def _list_home_pages(session: PhotoSession) -> dict[str, Home]:
    words, now = session.words, datetime(2026, 12, 1, 9, tzinfo=UTC)
    languages = home_page.offered_languages(catalogue.load_catalogue())
    clinician = PersonalData(_CLINICIAN, _TEAM, next_checkin_at=now)
    closed_team = replace(_TEAM, unreachable_reason="not_in_channel", name="River team")
    supervised = (_TEAM, closed_team)
    unreachable = replace(_CLINICIAN, unreachable_reason="cannot_dm_bot")
    pages = {
        "home, the last message was refused": replace(clinician, is_last_message_undelivered=True),
        "home, a question in doubt": replace(
            clinician, checkin_in_doubt=("2026-W48", "circle_open")
        ),
        "home, messages ended": replace(clinician, clinician=unreachable),
        "home, refused in two channels": PersonalData(
            _CLINICIAN, supervised_teams=supervised, undelivered_teams=(_TEAM,)
        ),
    }
    rendered = {
        name: home_page.render_home_page(data, words, languages) for name, data in pages.items()
    }
    rendered["home of another organisation"] = external_access.render_home_page(words)
    return rendered

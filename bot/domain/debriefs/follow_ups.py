"""The wish to be asked again about a repair: offered with the deeper questions, kept 8 days."""

from dataclasses import replace
from datetime import date, timedelta

from bot.content.catalogue import LanguagePack
from bot.content.model import Sign
from bot.conversation import Request
from bot.domain import calendar
from bot.domain.checkins.questions import INTENTION_LIFETIME, UNNAMED_INTENTION, Intention
from bot.domain.person.personal_data import PersonalData
from bot.elements import Caption, ChoiceField, Form, Option, Text

WISH_FIELD_ID = "wish"


def can_offer_follow_up(person_data: PersonalData, today: date) -> bool:
    """Whether a check-in will come while the wish is kept, so that nothing is promised in vain."""
    return (
        person_data.next_checkin_at is not None
        and person_data.next_checkin_at.date() <= today + INTENTION_LIFETIME
    )


def add_follow_up_question(form: Form, words: LanguagePack) -> Form:
    """Add to the deeper questions whether the clinician would like to be asked again."""
    options = tuple(
        Option(code, words.translate(f"home.follow_up.{code}")) for code in ("yes", "no")
    )
    wish = ChoiceField(
        WISH_FIELD_ID,
        words.translate("home.follow_up.ask"),
        options,
        required=False,
        hint=words.translate("home.follow_up.hint"),
    )
    return replace(form, body=(*form.body, wish))


def wants_follow_up(request: Request) -> bool:
    """Whether the clinician asked to be asked again."""
    return request.answers.get(WISH_FIELD_ID) == ("yes",)


def build_intention(sign: Sign, person_data: PersonalData, today: date) -> Intention:
    """What is kept of the wish: its sign and its week, nothing of the debrief.

    It counts as picked in the week before the next check-in, which therefore asks.
    """
    asked = person_data.next_checkin_at.date() if person_data.next_checkin_at else today
    week = calendar.iso_week(asked - timedelta(weeks=1))
    return Intention(UNNAMED_INTENTION, sign.code, week, today + INTENTION_LIFETIME)


def add_follow_up_notice(guide_form: Form, sign: Sign, words: LanguagePack) -> Form:
    """Tell under the guide that the follow-up will come, with the sign to draw beside it."""
    said = words.translate("home.follow_up.promised", picture=sign.glyph, sign=sign.name)
    return replace(
        guide_form,
        body=(*guide_form.body, Text(said), Caption(words.translate("home.follow_up.draw"))),
    )

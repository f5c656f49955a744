"""The optional follow-up to a debrief: its question, its intention and its notice.

The intention is stored for 8 days.
"""

from dataclasses import replace
from datetime import date, timedelta

from bot.affiliation import Affiliation
from bot.content.catalogue import LanguagePack
from bot.content.model import Sign
from bot.conversation import Request
from bot.domain import calendar
from bot.domain.checkins.intentions import INTENTION_LIFETIME, UNNAMED_INTENTION, Intention
from bot.domain.person.personal_data import PersonalData
from bot.elements import Caption, ChoiceField, Fold, Form, Option, Text

WISH_FIELD_ID = "wish"


def can_offer_follow_up(person_data: PersonalData, today: date) -> bool:
    """Return whether a check-in is due before the intention expires.

    Otherwise the follow-up is not offered, since it would never be sent.
    """
    return (
        person_data.next_checkin_at is not None
        and person_data.next_checkin_at.date() <= today + INTENTION_LIFETIME
    )


def add_follow_up_question(form: Form, words: LanguagePack) -> Form:
    """Add the follow-up question to the last of the deeper questions, in their fold if any."""
    options = tuple(
        Option(code, words.translate(f"home.follow_up.{code}")) for code in ("yes", "no")
    )
    field = ChoiceField(
        WISH_FIELD_ID,
        words.translate("home.follow_up.ask"),
        options,
        required=False,
        hint=words.translate("home.follow_up.hint"),
    )
    last = form.body[-1]
    if isinstance(last, Fold):
        return replace(form, body=(*form.body[:-1], replace(last, body=(*last.body, field))))
    return replace(form, body=(*form.body, field))


def wants_follow_up(request: Request) -> bool:
    """Return whether the clinician requested a follow-up, which only a member may."""
    return request.affiliation is Affiliation.MEMBER and request.answers.get(WISH_FIELD_ID) == (
        "yes",
    )


def build_intention(sign: Sign, person_data: PersonalData, today: date) -> Intention:
    """Build the intention to store: its sign and its week, without any code of the debrief.

    Its week is the one before the next check-in, so that this check-in sends the follow-up.
    """
    checkin_day = person_data.next_checkin_at.date() if person_data.next_checkin_at else today
    week = calendar.iso_week(checkin_day - timedelta(weeks=1))
    return Intention(UNNAMED_INTENTION, sign.code, week, today + INTENTION_LIFETIME)


def add_follow_up_notice(guide_form: Form, sign: Sign, words: LanguagePack) -> Form:
    """Add the notice of the follow-up to the guide, with the sign to draw."""
    notice = words.translate("home.follow_up.promised", picture=sign.glyph, sign=sign.name)
    return replace(
        guide_form,
        body=(*guide_form.body, Text(notice), Caption(words.translate("home.follow_up.draw"))),
    )

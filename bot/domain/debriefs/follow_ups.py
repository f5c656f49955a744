"""The wish to be asked again about a repair: offered with the deeper questions, kept 8 days."""

from dataclasses import replace
from datetime import date, timedelta

from bot.content.catalogue import Words
from bot.content.model import Sign
from bot.conversation import Request
from bot.domain import calendar
from bot.domain.checkins.questions import AGAIN, KEPT, Intention
from bot.domain.person.personal_data import Portrait
from bot.elements import Choice, Form, Option, Small, Text

WISH = "wish"


def may_be_asked(known: Portrait, today: date) -> bool:
    """Whether a check-in will come while the wish is kept, so that nothing is promised in vain."""
    return known.next_at is not None and known.next_at.date() <= today + KEPT


def offered(form: Form, words: Words) -> Form:
    """Add to the deeper questions whether the clinician would like to be asked again."""
    options = tuple(Option(code, words.say(f"home.follow_up.{code}")) for code in ("yes", "no"))
    wish = Choice(
        WISH,
        words.say("home.follow_up.ask"),
        options,
        required=False,
        hint=words.say("home.follow_up.hint"),
    )
    return replace(form, body=(*form.body, wish))


def wished(request: Request) -> bool:
    """Whether the clinician asked to be asked again."""
    return request.answers.get(WISH) == ("yes",)


def intention(sign: Sign, known: Portrait, today: date) -> Intention:
    """What is kept of the wish: its sign and its week, nothing of the debrief.

    It counts as picked in the week before the next check-in, which therefore asks.
    """
    asked = known.next_at.date() if known.next_at else today
    week = calendar.iso_week(asked - timedelta(weeks=1))
    return Intention(AGAIN, sign.code, week, today + KEPT)


def promised(guide: Form, sign: Sign, words: Words) -> Form:
    """Tell under the guide that the follow-up will come, with the sign to draw beside it."""
    said = words.say("home.follow_up.promised", picture=sign.picture, sign=sign.name)
    return replace(guide, body=(*guide.body, Text(said), Small(words.say("home.follow_up.draw"))))

"""Composers of the weekly check-in and of the last note, called for a row of the delivery queue."""

from dataclasses import dataclass
from datetime import date

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.domain import calendar
from bot.domain.checkins import frequency, scheduling
from bot.domain.checkins import questions as checkin_questions
from bot.domain.checkins.scheduling import Blocker, Postponement
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery


@dataclass(frozen=True)
class _RenderInput:
    """Arguments of a message's template: the reader's language pack, and two optional dates.

    ``undone_since`` is the day since which a restored backup undid what was filed in the unit in
    which they count, ``moved_until`` that until which a moved person counts in that unit.
    """

    words: LanguagePack
    undone_since: date | None
    moved_until: date | None


def compose_checkin(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Render the check-in in the person's language; return a postponement if it is blocked now.

    ``None``, which withdraws the row, for a person who left or paused after it was planned. In the
    row the ``slot`` column is the ISO week, and ``detail`` the sign's code. The message does not
    depend on earlier answers: the product stores the private chat, so it must reveal nothing.
    """
    render_input = _load_render_input(repos, delivery, context)
    if not isinstance(render_input, _RenderInput):
        return render_input
    sign = render_input.words.get_sign(delivery.detail)
    return checkin_questions.render_checkin(
        render_input.words, delivery.slot, sign, render_input.undone_since, render_input.moved_until
    )


def compose_last_note(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | Postponement | None:
    """Render the last note; ``None`` or a postponement as for a check-in.

    ``None`` as well for a person who has answered since the row was planned: their unanswered
    count is below the limit again.
    """
    render_input = _load_render_input(repos, delivery, context)
    if not isinstance(render_input, _RenderInput):
        return render_input
    return checkin_questions.render_last_note(
        render_input.words, render_input.undone_since, render_input.moved_until
    )


def _load_render_input(
    repos: Repositories, delivery: Delivery, context: Context
) -> _RenderInput | Postponement | None:
    """Read the arguments of the message's template, in the transaction of *repos*.

    Returns a postponement if the message may not be sent now, and ``None`` to withdraw the row.
    """
    person, now = delivery.recipient, context.now()
    account = repos.teams.get_account(person)
    member, team = account.profile, account.team
    if not member.has_joined or team is None:
        return None
    if delivery.kind == DeliveryKind.LAST_NOTE:
        clinician, _ = repos.teams.get_person_and_team(person)
        if clinician.unanswered_count < frequency.STOP_AFTER_UNANSWERED:
            return None
    if postponement := scheduling.find_postponement(
        scheduling.build_schedule(member, team), now, delivery.deadline
    ):
        return None if postponement.blocker is Blocker.PAUSED else postponement
    words = context.catalogue.get_pack(
        context.catalogue.choose_language(member.language, member.locale, team.language)
    )
    moved_until, undone_since = repos.ledger.find_counting_notice(account, now)
    return _RenderInput(
        words,
        calendar.local_day(undone_since, calendar.load_zone(team.zone)) if undone_since else None,
        moved_until,
    )

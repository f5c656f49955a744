"""``/rupture``: two taps on a strained moment, kept for the counts, and a guide for it."""

import secrets
from datetime import date, datetime

from bot.content.model import Sign
from bot.context import Context
from bot.conversation import UNKNOWN_KEYWORD, InvalidAnswers, Person, Reply, Request
from bot.domain import surface
from bot.domain.checkins import questions
from bot.domain.debriefs import debrief_form, follow_ups, guides
from bot.domain.people import Role
from bot.domain.person import privacy_notice
from bot.elements import Text
from bot.store.repositories import Repositories
from bot.workflows.personal_data import load_personal_data


async def open_debrief_form(request: Request, context: Context) -> Reply:
    """Open the debrief form; whoever typed words is told first that they were thrown away."""
    words = context.catalogue.get_pack(request.language)
    opening = words.translate("usage.discarded") if request.keyword == UNKNOWN_KEYWORD else ""

    def read_policy(repos: Repositories) -> tuple[str, ...]:
        team = repos.teams.get_home_team(request.person)
        return privacy_notice.policy_sentences(
            words, team, _withdrawal_deadline(repos, request.person)
        )

    return debrief_form.build_debrief_form(
        words, opening_line=opening, policy_lines=await context.store.read(read_policy)
    )


async def submit_debrief(request: Request, context: Context) -> Reply:
    """Keep what may be counted, once however often it arrives, and answer with the guide."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    debrief = debrief_form.parse_debrief(request.answers)

    def save_debrief(repos: Repositories) -> tuple[str, tuple[str, ...]]:
        until = _withdrawal_deadline(repos, request.person)
        if repos.idempotency_keys.claim("debrief", request.idempotency_key, now.date()):
            codes = {"form": debrief.form, "status": debrief.status}
            until = repos.slips.file_debrief(request.person, codes, now).withdrawable_until
        on_a_roster = repos.teams.get_home_team(request.person) is not None
        filed = privacy_notice.filing_note(words, on_roster=on_a_roster, withdrawable_until=until)
        return filed, _supervisor_ids(repos, request.person)

    filed, supervisors = await context.store.write(save_debrief)
    return guides.build_guide_form(debrief, words, supervisors=supervisors, filing_note=filed)


async def open_withdrawal_form(request: Request, context: Context) -> Reply:
    """Ask before anything is taken back."""
    return privacy_notice.build_withdrawal_form(context.catalogue.get_pack(request.language))


async def submit_withdrawal(request: Request, context: Context) -> Reply:
    """Take back everything the person filed in the open period; nobody is told.

    The answer is the same whether or not there was anything, so that nobody can be made
    to show whether they had filed.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    await context.store.write(lambda repos: repos.slips.withdraw_debriefs(request.person, now))
    done = Text(words.translate("privacy.withdraw.done"))
    return surface.build_note_form(words, words.translate("privacy.withdraw.title"), (done,))


async def open_guide_chooser(request: Request, context: Context) -> Reply:
    """Ask for the two codes of a guide that is only read."""
    return guides.build_chooser_form(context.catalogue.get_pack(request.language))


async def show_guide(request: Request, context: Context) -> Reply:
    """Show the guide for two codes without filing anything."""
    words = context.catalogue.get_pack(request.language)
    supervisors = await context.store.read(lambda repos: _supervisor_ids(repos, request.person))
    return guides.build_guide_form(
        debrief_form.parse_debrief(request.answers), words, supervisors=supervisors
    )


async def open_deeper_form(request: Request, context: Context) -> Reply:
    """Ask what refines the guide; whoever joined may also wish to be asked again."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    form = debrief_form.build_deeper_form(debrief_form.parse_encoded_codes(request.data), words)
    known = await context.store.read(lambda repos: load_personal_data(repos, request.person, now))
    return (
        follow_ups.add_follow_up_question(form, words)
        if follow_ups.can_offer_follow_up(known, known.local_today(now))
        else form
    )


async def submit_deeper_form(request: Request, context: Context) -> Reply:
    """Refine the guide in place; nothing is kept but the wish to be asked again, if any."""
    words = context.catalogue.get_pack(request.language)
    refinement = debrief_form.parse_refinement(request.data, request.answers, words)
    if isinstance(refinement, InvalidAnswers):
        return refinement
    debrief, person = debrief_form.parse_encoded_codes(request.data), request.person
    supervisors = await context.store.read(lambda repos: _supervisor_ids(repos, person))
    guide = guides.build_guide_form(debrief, words, refinement, supervisors=supervisors)
    if not follow_ups.wants_follow_up(request):
        return guide
    sign = questions.deal_sign(words.signs, secrets.randbelow)
    await context.store.write(
        lambda repos: _save_follow_up_wish(repos, person, sign, context.now())
    )
    return follow_ups.add_follow_up_notice(guide, sign, words)


def _withdrawal_deadline(repos: Repositories, person: Person) -> date | None:
    """The day before which what *person* files now can be taken back."""
    team = repos.teams.get_home_team(person)
    return repos.slips.next_close_of_team(team.id) if team else None


def _supervisor_ids(repos: Repositories, person: Person) -> tuple[str, ...]:
    """Whom the clinician may write to, in the product that they use now."""
    team = repos.teams.get_home_team(person)
    holders = repos.teams.list_role_holders(team.id, Role.SUPERVISOR) if team else ()
    return tuple(one.id for one in holders if one != person and one.workspace == person.workspace)


def _save_follow_up_wish(repos: Repositories, person: Person, sign: Sign, now: datetime) -> None:
    """Keep the wish to be asked again, for 8 days, with no link to the debrief."""
    known = load_personal_data(repos, person, now)
    repos.intentions.save_intention(
        person, follow_ups.build_intention(sign, known, known.local_today(now))
    )

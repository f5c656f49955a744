"""Handlers of ``/rupture``: a debrief of two codes, filed for the counts, and its guide."""

import secrets
from functools import partial

from bot.content.model import Sign
from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain.answers import Answers
from bot.domain.checkins import questions
from bot.domain.counts.next_release import NextRelease
from bot.domain.debriefs import debrief_form, follow_ups, guide_layout, guides, refinement_data
from bot.domain.person import privacy_notice
from bot.keywords import UNKNOWN_KEYWORD
from bot.store.repositories import Repositories
from bot.store.repositories.contributor import Contributor
from bot.workflows.form_submission import (
    FormContext,
    find_supervisors,
    submit_form,
)
from bot.workflows.personal_data import load_personal_data


async def open_debrief_form(request: Request, context: Context) -> Reply:
    """Open the debrief form, with a notice if words after the command were discarded."""
    words = context.catalogue.get_pack(request.language)
    opening_line = words.translate("usage.discarded") if request.keyword == UNKNOWN_KEYWORD else ""

    contributor, next_release = await _read_next_release(request, context)
    return debrief_form.build_debrief_form(
        words,
        opening_line=opening_line,
        policy_lines=privacy_notice.policy_sentences(
            words,
            contributor.team,
            next_release,
            counted_from=contributor.counted_from,
            moved_until=contributor.moved_until,
        ),
    )


async def submit_debrief(request: Request, context: Context) -> Reply:
    """File the debrief, once per idempotency key, and return the guide.

    A retry files nothing; its guide states what the records contain now. Nothing is stored for a
    person who is on no list of an open period: the guide states that, and from which day they
    count.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    debrief = debrief_form.parse_debrief(request.answers)
    codes = {"form": debrief.form, "status": debrief.status}

    def save_debrief(repos: Repositories, form: FormContext) -> tuple[str, tuple[str, ...]]:
        filing = (
            repos.ledger.file_debrief(form.contributor, codes)
            if form.is_first
            else repos.ledger.describe_filing(form.contributor)
        )
        filing_note = privacy_notice.filing_note(
            words,
            on_roster=form.team is not None,
            withdrawable_until=filing.withdrawable_until,
            refusal=filing.refusal,
            counted_from=form.contributor.counted_from,
            exposure_pause_until=form.contributor.exposure_pause_until,
        )
        return filing_note, form.supervisor_ids

    filing_note, supervisors = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(save_debrief, repos))
    )
    return guides.build_guide_form(debrief, words, supervisors=supervisors, filing_note=filing_note)


async def open_debrief_withdrawal_form(request: Request, context: Context) -> Reply:
    """Open the form in which a person confirms that their debriefs are withdrawn."""
    _, next_release = await _read_next_release(request, context)
    return privacy_notice.build_withdrawal_form(
        context.catalogue.get_pack(request.language),
        is_key_lost=next_release is not None and next_release.is_key_lost,
    )


async def submit_debrief_withdrawal(request: Request, context: Context) -> Reply:
    """Withdraw every debrief that the person filed in the open period; notify no other person.

    Idempotent. The reply and the written rows are the same whether or not anything was filed, so
    that no person can be forced to show whether they had filed. The reply depends only on whether
    the key of a period is lost.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    is_key_lost = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(
            repos,
            request,
            now,
            lambda form: repos.withdrawals.withdraw_debriefs(form.contributor, now).is_key_lost,
        )
    )
    return privacy_notice.build_withdrawn_form(words, is_key_lost=is_key_lost)


async def open_guide_chooser(request: Request, context: Context) -> Reply:
    """Open the form that selects the two codes of a guide to read; no transaction."""
    return guide_layout.build_code_chooser_form(context.catalogue.get_pack(request.language))


async def show_guide(request: Request, context: Context) -> Reply:
    """Render the guide for two codes; nothing is filed, but the rows of every form are written."""
    words = context.catalogue.get_pack(request.language)
    supervisors = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, context.now(), lambda form: form.supervisor_ids)
    )
    return guides.build_guide_form(
        debrief_form.parse_debrief(request.answers), words, supervisors=supervisors
    )


async def open_deeper_form(request: Request, context: Context) -> Reply:
    """Open the questions that refine the guide on top of it, with the answers of a refined guide.

    A person who joined may also choose a follow-up.
    """
    answers = refinement_data.decode_answers(request.data)
    return await _build_deeper_form(request, context, answers, is_unfolded=False)


async def show_all_deeper_questions(request: Request, context: Context) -> Reply:
    """Show every deeper question in the open form, with the answers that it has."""
    return await _build_deeper_form(request, context, request.answers, is_unfolded=True)


async def _build_deeper_form(
    request: Request, context: Context, answers: Answers, *, is_unfolded: bool
) -> Reply:
    words, now = context.catalogue.get_pack(request.language), context.now()
    form = debrief_form.build_deeper_form(
        debrief_form.parse_encoded_codes(request.data),
        words,
        answers=answers,
        back_data=request.data,
        is_unfolded=is_unfolded,
    )
    personal_data = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: load_personal_data(repos, request.person, now)
    )
    return (
        follow_ups.add_follow_up_question(form, words)
        if follow_ups.can_offer_follow_up(personal_data, personal_data.local_today(now))
        else form
    )


async def show_guide_again(request: Request, context: Context) -> Reply:
    """Render the guide below the deeper questions again, from the codes and answers in ``data``.

    Only a product without stacked forms sends this request. Only reads.
    """
    words = context.catalogue.get_pack(request.language)
    debrief = debrief_form.parse_encoded_codes(request.data)
    answers = refinement_data.decode_answers(request.data)
    refinement = debrief_form.parse_refinement(request.data, answers, words) if answers else None
    if isinstance(refinement, InvalidAnswers):
        return refinement
    supervisors = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: find_supervisors(repos, request.person)
    )
    return guides.build_guide_form(debrief, words, refinement, supervisors=supervisors)


async def submit_deeper_form(request: Request, context: Context) -> Reply:
    """Refine the guide in place; only an intention is stored, if the follow-up can be sent."""
    words = context.catalogue.get_pack(request.language)
    refinement = debrief_form.parse_refinement(request.data, request.answers, words)
    if isinstance(refinement, InvalidAnswers):
        return refinement
    debrief, now = debrief_form.parse_encoded_codes(request.data), context.now()
    sign = (
        questions.deal_sign(words.signs, secrets.randbelow)
        if follow_ups.wants_follow_up(request)
        else None
    )

    def save_wish(repos: Repositories, form: FormContext) -> tuple[tuple[str, ...], bool]:
        is_saved = sign is not None and _save_follow_up_wish(repos, form, sign)
        return form.supervisor_ids, is_saved

    supervisors, is_saved = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, partial(save_wish, repos))
    )
    guide = guides.build_guide_form(debrief, words, refinement, supervisors=supervisors)
    return follow_ups.add_follow_up_notice(guide, sign, words) if sign and is_saved else guide


async def _read_next_release(
    request: Request, context: Context
) -> tuple[Contributor, NextRelease | None]:
    """Return the person, and the next release in which they are counted; ``None`` if in none."""
    now = context.now()

    def read_release(repos: Repositories) -> tuple[Contributor, NextRelease | None]:
        contributor = repos.ledger.find_contributor(request.person, now)
        return contributor, repos.ledger.describe_next_release(contributor)

    return await context.store.for_workspace(request.person.workspace).read(read_release)


def _save_follow_up_wish(repos: Repositories, form: FormContext, sign: Sign) -> bool:
    """Save an intention for a follow-up, for 8 days, without a reference to the debrief.

    Returns ``False``, with nothing saved, for a person to whom none can be offered.
    """
    personal_data = load_personal_data(repos, form.person, form.now, form.contributor)
    today = personal_data.local_today(form.now)
    if not follow_ups.can_offer_follow_up(personal_data, today):
        return False
    intention = follow_ups.build_intention(sign, personal_data, today)
    repos.intentions.save_intention(form.person, intention)
    return True

"""Handlers of a person's own data: a copy of the rows that are stored about them, and erasure."""

from datetime import datetime

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain.person import own_data, personal_data
from bot.store.repositories import Repositories
from bot.store.repositories.withdrawals import Withdrawal
from bot.workflows.form_submission import FormContext, submit_form
from bot.workflows.person_erasure import erase_present_person, load_data_copy
from bot.workflows.personal_data import load_personal_data


async def open_copy(request: Request, context: Context) -> Reply:
    """Show one part of the copy of everything stored about the person; ``data`` selects it."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    copied, stored = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: (
            load_data_copy(repos, request.person, now),
            load_personal_data(repos, request.person, now),
        ),
        reads_many_rows=True,
    )
    sentences = personal_data.describe_personal_data(stored, words)
    return own_data.build_copy_form(copied, sentences, request.data, words)


async def open_erasure(request: Request, context: Context) -> Reply:
    """Show what an erasure deletes and what it leaves; read and write nothing."""
    return own_data.build_erasure_form(context.catalogue.get_pack(request.language))


async def submit_erasure(request: Request, context: Context) -> Reply:
    """Erase the person in a form's transaction; a retry finds no row and gets the same reply.

    No message is sent, and which encrypted records are written does not depend on what was filed,
    see :mod:`bot.workflows.person_erasure`.
    """
    now = context.now()
    withdrawal = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(repos, request, now, lambda form: _erase_person(repos, form, now))
    )
    words = context.catalogue.get_pack(request.language)
    return own_data.build_erased_form(words, is_key_lost=withdrawal.is_key_lost)


def _erase_person(repos: Repositories, form: FormContext, now: datetime) -> Withdrawal:
    return erase_present_person(repos, form.contributor, now)

"""Handlers of a request for ten minutes to a supervisor: the choice, its preview, and the send."""

import secrets
from dataclasses import replace

from bot.context import Context
from bot.conversation import DeferredReply, Reply, Request, SendStatus
from bot.domain.person import ten_minutes
from bot.domain.person.ten_minutes import AskStatus, MinutesRequest
from bot.elements import Form, Message
from bot.store.repositories import Repositories
from bot.workflows import ten_minutes_recipient
from bot.workflows.form_submission import FormContext, find_supervisors, submit_form
from bot.workflows.ten_minutes_recipient import Recipient

_NONCE_BYTES = 8


async def open_choice_form(request: Request, context: Context) -> Reply:
    """Open the choice of what the ten minutes are for, and of the supervisor; only reads."""
    supervisor_ids = await _load_supervisors(request, context)
    return ten_minutes.build_choice_form(
        context.catalogue.get_pack(request.language), supervisor_ids
    )


async def open_preview_form(request: Request, context: Context) -> Reply:
    """Open a preview of the message in the supervisor's language, with a new nonce.

    Raises :class:`bot.errors.StaleFormError` if the chosen person is no supervisor of theirs.
    """
    minutes_request = ten_minutes.parse_request(request.data)
    ten_minutes.require_supervisor(minutes_request, await _load_supervisors(request, context))
    recipient = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: _load_recipient(repos, request, context, minutes_request)
    )
    message = _render_message(request, context, minutes_request, recipient)
    return _build_preview(request, context, minutes_request, message)


async def submit_request(request: Request, context: Context) -> Reply:
    """Send the message to the supervisor, once for each preview; nothing of it is stored.

    The idempotency key derives from the preview's nonce. It is committed, with the rows that every
    form writes, before the deferred send: a retry finds the key and sends nothing.
    """
    minutes_request, now = ten_minutes.parse_request(request.data), context.now()

    def claim_preview(repos: Repositories) -> tuple[bool, Recipient]:
        def load_recipient(form: FormContext) -> tuple[bool, Recipient]:
            ten_minutes.require_supervisor(minutes_request, form.supervisor_ids)
            return form.is_first, _load_recipient(repos, request, context, minutes_request)

        key = f"{request.name} {request.person.id} {minutes_request.nonce}"
        return submit_form(repos, request, now, load_recipient, idempotency_key=key)

    is_first, recipient = await context.store.for_workspace(request.person.workspace).write(
        claim_preview
    )
    words = context.catalogue.get_pack(request.language)
    if not is_first:
        return ten_minutes.build_status_form(minutes_request, AskStatus.REPEATED, words)
    return DeferredReply(lambda: _send_request(request, context, minutes_request, recipient))


async def _send_request(
    request: Request, context: Context, minutes_request: MinutesRequest, recipient: Recipient
) -> Reply:
    """Send the message; after a definite failure return a new preview, to retry it."""
    message = _render_message(request, context, minutes_request, recipient)
    status = await _send_message(context, message, recipient)
    words = context.catalogue.get_pack(request.language)
    if status in {AskStatus.SENT, AskStatus.IN_DOUBT}:
        return ten_minutes.build_status_form(minutes_request, status, words)
    return _build_preview(request, context, minutes_request, message, status)


async def _send_message(context: Context, message: Message, recipient: Recipient) -> AskStatus:
    """Send *message* with a random id, not through the delivery queue, which would store it.

    One immediate retry if the product does not find the private chat.
    """
    if not recipient.accepts_messages:
        return AskStatus.BUSY
    outlet = context.find_outlet(recipient.address.workspace)
    if outlet is None:
        return ten_minutes.status_of_result(SendStatus.REJECTED_BY_WORKSPACE)
    result = await outlet.send(recipient.address, message, secrets.token_hex(_NONCE_BYTES))
    if result.is_chat_missing:
        address = replace(recipient.address, must_open_chat=True)
        result = await outlet.send(address, message, secrets.token_hex(_NONCE_BYTES))
    return ten_minutes.status_of_result(result.status)


def _build_preview(
    request: Request,
    context: Context,
    minutes_request: MinutesRequest,
    message: Message,
    failure: AskStatus | None = None,
) -> Form:
    next_request = replace(minutes_request, nonce=secrets.token_hex(_NONCE_BYTES))
    words = context.catalogue.get_pack(request.language)
    return ten_minutes.build_preview_form(next_request, message, words, failure)


def _render_message(
    request: Request, context: Context, minutes_request: MinutesRequest, recipient: Recipient
) -> Message:
    words = context.catalogue.get_pack(recipient.language)
    return ten_minutes.render_message(minutes_request, request.person.id, words)


def _load_recipient(
    repos: Repositories, request: Request, context: Context, minutes_request: MinutesRequest
) -> Recipient:
    return ten_minutes_recipient.load_recipient(
        repos, request.person, minutes_request.supervisor_id, context.catalogue, context.now()
    )


async def _load_supervisors(request: Request, context: Context) -> tuple[str, ...]:
    return await context.store.for_workspace(request.person.workspace).read(
        lambda repos: find_supervisors(repos, request.person)
    )

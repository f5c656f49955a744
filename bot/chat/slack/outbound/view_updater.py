"""Update an open form with a reply, and report a reply that could not be shown in it.

Slack's ``hash`` of a form changes with each update. An update with an outdated hash is rejected
with ``hash_conflict``, so that it overwrites no form that the sender has not seen.
"""

import logging
from collections import OrderedDict
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.error_codes import slack_error_code
from bot.chat.slack.render.composition import Block
from bot.conversation import RequestStep

logger = logging.getLogger("attune.slack")

_HASH_CONFLICT = "hash_conflict"

_STALE_VIEW_ERRORS = frozenset({_HASH_CONFLICT, "not_found"})
"""Error codes for a form that was changed or closed in the meantime."""

_MAX_VIEWS = 1_000
"""Size limit of the in-memory record of the last action in each form.

It is read seconds after the action, when the reply updates the form: the limit is of the forms in
which people act meanwhile, not of those that are open.
"""


class ReplyNotShownError(Exception):
    """The form was changed or closed before the reply to an action in it; the reply is lost."""

    def __init__(self, code: str) -> None:
        """Store Slack's error *code*."""
        super().__init__(code)
        self.code = code


class ViewUpdater:
    """Calls ``views.update``; every error other than those of a stale form is raised."""

    def __init__(self, api_client: ApiClient) -> None:
        """Call Slack with *api_client*."""
        self._api_client = api_client
        self._newest_keys: OrderedDict[str, str] = OrderedDict()

    def record_action(self, interaction: Interaction) -> None:
        """Record an action in a form as its last one, before its handler is called."""
        view_id = interaction.reply_target.view_id
        if not view_id:
            return
        self._newest_keys[view_id] = interaction.request.idempotency_key
        self._newest_keys.move_to_end(view_id)
        if len(self._newest_keys) > _MAX_VIEWS:
            self._newest_keys.popitem(last=False)

    async def replace_view(self, view: Block, interaction: Interaction) -> None:
        """Replace the open form by the *view* of a reply.

        Where an earlier reply changed the form since, the reply to the last action replaces that
        one. Raises :class:`ReplyNotShownError` for any other action, and for a closed form.
        """
        code = await self._try_update(view, interaction, _get_hash(interaction))
        if code == _HASH_CONFLICT and self._is_newest(interaction):
            _log_stale_view("slack.form_update_repeated", code)
            code = await self._try_update(view, interaction, "")
        _report_stale_view(code, interaction)

    async def redraw_view(self, view: Block, interaction: Interaction) -> None:
        """Update the open form with a *view* derived from its own blocks, unless it has changed.

        Another form would be replaced by an earlier one. Raises :class:`ReplyNotShownError`.
        """
        code = await self._try_update(view, interaction, _get_hash(interaction))
        _report_stale_view(code, interaction)

    def _is_newest(self, interaction: Interaction) -> bool:
        newest_key = self._newest_keys.get(interaction.reply_target.view_id)
        return newest_key == interaction.request.idempotency_key

    async def _try_update(self, view: Block, interaction: Interaction, view_hash: str) -> str:
        """Update a view; return ``""``, or the error code of a stale form."""
        client = await self._api_client.get_client(interaction.request.person.workspace)
        hash_check: dict[str, Any] = {"hash": view_hash} if view_hash else {}
        try:
            await client.views_update(
                view_id=interaction.reply_target.view_id, view=view, **hash_check
            )
        except SlackApiError as error:
            code = slack_error_code(error)
            if code not in _STALE_VIEW_ERRORS:
                raise
            return code
        return ""


def _get_hash(interaction: Interaction) -> str:
    """Return the hash of the form in which somebody acted, ``""`` after a submission.

    The response to a submission changed the form's hash, and Slack does not send the new one.
    """
    target = interaction.reply_target
    return target.view_hash if target.origin is Origin.MODAL else ""


def _report_stale_view(code: str, interaction: Interaction) -> None:
    """Raise ReplyNotShownError for a stale form, unless nobody waits for the update.

    The next change of a field updates the form again, and a fold's button can be pressed again.
    """
    if not code:
        return
    is_unfolding = interaction.reply_target.is_unfolding
    if is_unfolding or interaction.request.step is RequestStep.CHANGED:
        _log_stale_view("slack.form_update_dropped", code)
        return
    raise ReplyNotShownError(code)


def _log_stale_view(action: str, code: str) -> None:
    """Log what became of an update of a stale form, by Slack's error code."""
    logger.info(action, extra={"action": action, "reason": code})

"""Update an open view with ``views.update``, with optimistic locking by its ``hash``.

Slack's ``hash`` of a view changes with each update. An update with an outdated hash is rejected
with the error ``hash_conflict``, so that it does not overwrite a concurrent one.
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
"""Error codes for a view that was updated or closed since the request."""

_MAX_VIEWS = 1_000
"""Maximum entries of the LRU cache with the last action in each view.

An entry is read seconds after the action, when the reply updates the view: the limit is on views
with an action in these seconds, not on open ones.
"""


class ReplyNotShownError(Exception):
    """The view was updated or closed before the reply to its action, which is dropped."""

    def __init__(self, code: str) -> None:
        """Store Slack's error *code*."""
        super().__init__(code)
        self.code = code


class ViewUpdater:
    """Calls ``views.update``; errors other than those of a stale view are raised unchanged."""

    def __init__(self, api_client: ApiClient) -> None:
        """Call Slack with *api_client*; start with an empty cache."""
        self._api_client = api_client
        self._newest_keys: OrderedDict[str, str] = OrderedDict()

    def record_action(self, interaction: Interaction) -> None:
        """Cache the idempotency key of a view's last action, before its handler is called."""
        view_id = interaction.reply_target.view_id
        if not view_id:
            return
        self._newest_keys[view_id] = interaction.request.idempotency_key
        self._newest_keys.move_to_end(view_id)
        if len(self._newest_keys) > _MAX_VIEWS:
            self._newest_keys.popitem(last=False)

    async def replace_view(self, view: Block, interaction: Interaction) -> None:
        """Replace the open view by the *view* of a reply.

        After a ``hash_conflict`` the update is repeated without a hash if *interaction* is the last
        action in the view: then only the reply to an earlier action is overwritten. Raises
        :class:`ReplyNotShownError` for an earlier action, and for a closed view.
        """
        code = await self._try_update(view, interaction, _get_hash(interaction))
        if code == _HASH_CONFLICT and self._is_newest(interaction):
            _log_stale_view("slack.form_update_repeated", code)
            code = await self._try_update(view, interaction, "")
        _raise_or_log_stale_view(code, interaction)

    async def redraw_view(self, view: Block, interaction: Interaction) -> None:
        """Update the open view with a *view* that is derived from its own blocks.

        It is not repeated after a ``hash_conflict``, since it would overwrite a newer view. Raises
        :class:`ReplyNotShownError`.
        """
        code = await self._try_update(view, interaction, _get_hash(interaction))
        _raise_or_log_stale_view(code, interaction)

    def _is_newest(self, interaction: Interaction) -> bool:
        newest_key = self._newest_keys.get(interaction.reply_target.view_id)
        return newest_key == interaction.request.idempotency_key

    async def _try_update(self, view: Block, interaction: Interaction, view_hash: str) -> str:
        """Call ``views.update``; return ``""``, or the error code of a stale view."""
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
    """Return the view's hash from the payload, ``""`` after a submission.

    The response to a submission has changed the hash, and Slack does not return the new one.
    """
    target = interaction.reply_target
    return target.view_hash if target.origin is Origin.MODAL else ""


def _raise_or_log_stale_view(code: str, interaction: Interaction) -> None:
    """Raise ReplyNotShownError for the error code of a stale view; ``""`` is no error.

    After a changed field or a fold's button the code is logged only: both can be repeated.
    """
    if not code:
        return
    is_unfolding = interaction.reply_target.is_unfolding
    if is_unfolding or interaction.request.step is RequestStep.CHANGED:
        _log_stale_view("slack.form_update_dropped", code)
        return
    raise ReplyNotShownError(code)


def _log_stale_view(action: str, code: str) -> None:
    """Log an update of a stale view, with Slack's error code as the reason."""
    logger.info(action, extra={"action": action, "reason": code})

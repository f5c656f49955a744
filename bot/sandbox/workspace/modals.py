"""Modal stacks and Home views: open, push, update, publish and close by Slack's rules."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.block_kit import input_state
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.workspace.personas import APP_ID, BOT_ID, WORKSPACE_ID
from bot.sandbox.workspace.workspace import Json, OpenView, Workspace

_MAX_STACK_DEPTH = 3
"""Slack's limit of views in a person's modal stack."""

_VIEW_DEFAULTS: dict[str, Json] = {
    "modal": {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None},
    "home": {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None,
             "title": {"type": "plain_text", "text": "View Title", "emoji": True}},
}  # fmt: skip


class ModalStack:
    """The modal stacks and Home views of all persons.

    Invalid calls raise ApiError with Slack's error code.
    """

    def __init__(self, workspace: Workspace) -> None:
        """Read and change the views that *workspace* stores."""
        self._workspace = workspace

    def get_stack(self, person_id: str) -> list[OpenView]:
        """Return the list of a person's open modals, the bottom first."""
        return self._workspace.modal_stacks.setdefault(person_id, [])

    def find_view(self, view_id: str) -> OpenView | None:
        """Return the modal or Home view with this id, or ``None``."""
        return next(
            (open_view for open_view in self._iter_views() if open_view.id == view_id), None
        )

    def open_modal(self, person_id: str, body: Json) -> OpenView:
        """Open a modal as the only one of the person's stack."""
        self._check_unique_external_id(body)
        open_view = self._create_view(person_id, body)
        self._workspace.modal_stacks[person_id] = [open_view]
        self._workspace.mark_changed()
        return open_view

    def push_modal(self, person_id: str, body: Json) -> OpenView:
        """Push a modal onto the person's stack, which holds three views at most."""
        stack = self.get_stack(person_id)
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= _MAX_STACK_DEPTH:
            raise ApiError("push_limit_reached")
        self._check_unique_external_id(body)
        open_view = self._create_view(person_id, body, parent=stack[-1])
        stack.append(open_view)
        self._workspace.mark_changed()
        return open_view

    def update_view(
        self, view_id: str, external_id: str, expected_hash: str, body: Json
    ) -> OpenView:
        """Replace a view's body; raise ``hash_conflict`` unless *expected_hash* is current.

        An empty *expected_hash* skips the check. The view is identified by *view_id*, or by
        *external_id* where that is empty.
        """
        open_view = self.find_view(view_id) if view_id else self._find_by_external_id(external_id)
        if open_view is None:
            raise ApiError("not_found")
        if open_view.body["type"] != body["type"]:
            raise ApiError("invalid_arguments", ("[ERROR] type [json-pointer:/view/type]",))
        if expected_hash and expected_hash != open_view.hash:
            raise ApiError("hash_conflict")
        self.replace_body(open_view, body)
        return open_view

    def publish_home(self, person_id: str, expected_hash: str, body: Json) -> OpenView:
        """Create or replace a person's Home view."""
        home_view = self._workspace.homes.get(person_id)
        if home_view is None:
            home_view = self._create_view(person_id, body)
            self._workspace.homes[person_id] = home_view
            self._workspace.mark_changed()
            return home_view
        if expected_hash and expected_hash != home_view.hash:
            raise ApiError("hash_conflict")
        self.replace_body(home_view, body)
        return home_view

    def replace_body(self, open_view: OpenView, body: Json) -> None:
        """Replace the body of an open view, and generate a new hash for it."""
        input_state.replace_view_body(open_view, _complete_body(body))
        open_view.hash = self._next_hash()
        self._workspace.mark_changed()

    def close_modal(self, open_view: OpenView) -> None:
        """Remove one modal from its stack; the next view becomes the top one."""
        stack = self.get_stack(open_view.person)
        if open_view in stack:
            stack.remove(open_view)
        self._workspace.mark_changed()

    def clear_stack(self, person_id: str) -> list[OpenView]:
        """Remove all modals of a person's stack, and return them as a list."""
        closed_views = self.get_stack(person_id)
        self._workspace.modal_stacks[person_id] = []
        self._workspace.mark_changed()
        return closed_views

    def _iter_views(self) -> Iterator[OpenView]:
        for stack in self._workspace.modal_stacks.values():
            yield from stack
        yield from self._workspace.homes.values()

    def _find_by_external_id(self, external_id: str) -> OpenView | None:
        if not external_id:
            return None
        return next(
            (
                open_view
                for open_view in self._iter_views()
                if open_view.body["external_id"] == external_id
            ),
            None,
        )

    def _check_unique_external_id(self, body: Json) -> None:
        """Raise ``duplicate_external_id`` if another open view has the same external id."""
        if self._find_by_external_id(str(body.get("external_id") or "")):
            raise ApiError("duplicate_external_id")

    def _create_view(self, person_id: str, body: Json, parent: OpenView | None = None) -> OpenView:
        view_id = f"V{self._workspace.next_number('view'):08}"
        return OpenView(
            id=view_id,
            person=person_id,
            body=_complete_body(body),
            hash=self._next_hash(),
            root=parent.root if parent else view_id,
            previous=parent.id if parent else "",
        )

    def _next_hash(self) -> str:
        """Return a unique hash string: the Unix time and a counter."""
        number = self._workspace.next_number("hash")
        return f"{int(self._workspace.clock.machine_seconds())}.{number:08x}"


def render_view(open_view: OpenView) -> Json:
    """Return a view as a JSON dict, as Slack's responses and payloads contain it."""
    return {
        "id": open_view.id,
        "team_id": WORKSPACE_ID,
        **open_view.body,
        "state": {"values": input_state.collect_values(open_view)},
        "hash": open_view.hash,
        "previous_view_id": open_view.previous or None,
        "root_view_id": open_view.root,
        "app_id": APP_ID,
        "app_installed_team_id": WORKSPACE_ID,
        "bot_id": BOT_ID,
    }


def _complete_body(body: Json) -> Json:
    """Return a copy of a view's body with Slack's default values for missing keys."""
    string_defaults = {"private_metadata": "", "callback_id": "", "external_id": ""}
    frame = _copy_with_emoji({key: value for key, value in body.items() if key != "blocks"})
    return {
        **string_defaults,
        **_VIEW_DEFAULTS[body["type"]],
        **frame,
        "blocks": fill_block_ids(body["blocks"]),
    }


def fill_block_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy of *blocks* in which missing ids and ``emoji`` flags have their defaults."""
    filled_blocks: list[Json] = _copy_with_emoji(blocks)
    for block_index, block in enumerate(filled_blocks):
        block.setdefault("block_id", f"b{block_index:02}")
        elements = [block.get("element"), block.get("accessory")]
        if block.get("type") == "actions":
            elements += block.get("elements", [])
        element_dicts = [element for element in elements if isinstance(element, dict)]
        for element_index, element in enumerate(element_dicts):
            if element.get("type") != "image":
                element.setdefault("action_id", f"a{block_index:02}{element_index:02}")
    return filled_blocks


def _copy_with_emoji(node: Any) -> Any:  # noqa: ANN401 - a part of a JSON tree
    """Return a copy of a JSON tree in which every plain text has the default of ``emoji``.

    One pass: :func:`copy.deepcopy` takes longer, for every form that is opened.
    """
    if isinstance(node, dict):
        copied = {key: _copy_with_emoji(child) for key, child in node.items()}
        if copied.get("type") == "plain_text":
            copied.setdefault("emoji", True)
        return copied
    return [_copy_with_emoji(child) for child in node] if isinstance(node, list) else node

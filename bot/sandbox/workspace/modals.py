"""Modals and Homes: opened, pushed, updated and put away by Slack's rules."""

from collections.abc import Iterator
from copy import deepcopy

from bot.sandbox.block_kit import input_state
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.workspace.personas import APP_ID, BOT_ID, WORKSPACE_ID
from bot.sandbox.workspace.workspace import Json, OpenView, Workspace

_MAX_STACK_DEPTH = 3
_VIEW_DEFAULTS: dict[str, Json] = {
    "modal": {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None},
    "home": {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None,
             "title": {"type": "plain_text", "text": "View Title", "emoji": True}},
}  # fmt: skip


class ModalStack:
    """What people have open. Every refusal is a :class:`RefusedError` with Slack's code."""

    def __init__(self, workspace: Workspace) -> None:
        """Keep the windows of *workspace*."""
        self._workspace = workspace

    def get_stack(self, person_id: str) -> list[OpenView]:
        """Return a person's modals, the bottom first."""
        return self._workspace.modal_stacks.setdefault(person_id, [])

    def find_view(self, view_id: str) -> OpenView | None:
        """Return the window with this id, modal or Home."""
        return next((one for one in self._iter_views() if one.id == view_id), None)

    def open_modal(self, person_id: str, body: Json) -> OpenView:
        """Open a modal alone, in place of any that was open."""
        self._check_unique_external_id(body)
        made = self._create_view(person_id, body)
        self._workspace.modal_stacks[person_id] = [made]
        self._workspace.mark_changed()
        return made

    def push_modal(self, person_id: str, body: Json) -> OpenView:
        """Lay a modal on top of the person's stack, three at most."""
        stack = self.get_stack(person_id)
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= _MAX_STACK_DEPTH:
            raise ApiError("push_limit_reached")
        self._check_unique_external_id(body)
        made = self._create_view(person_id, body, parent=stack[-1])
        stack.append(made)
        self._workspace.mark_changed()
        return made

    def update_view(
        self, view_id: str, external_id: str, expected_hash: str, body: Json
    ) -> OpenView:
        """Give a modal a new content, unless it has moved on since hash *known*."""
        found = self.find_view(view_id) if view_id else self._find_by_external_id(external_id)
        if found is None:
            raise ApiError("not_found")
        if found.body["type"] != body["type"]:
            raise ApiError("invalid_arguments", ("[ERROR] type [json-pointer:/view/type]",))
        if expected_hash and expected_hash != found.hash:
            raise ApiError("hash_conflict")
        self.replace_body(found, body)
        return found

    def publish_home(self, person_id: str, expected_hash: str, body: Json) -> OpenView:
        """Put up a person's Home."""
        shown = self._workspace.homes.get(person_id)
        if shown is None:
            shown = self._create_view(person_id, body)
            self._workspace.homes[person_id] = shown
            self._workspace.mark_changed()
            return shown
        if expected_hash and expected_hash != shown.hash:
            raise ApiError("hash_conflict")
        self.replace_body(shown, body)
        return shown

    def replace_body(self, open_view: OpenView, body: Json) -> None:
        """Show another content in the same window, which gets a new hash."""
        input_state.replace_view_body(open_view, _complete_body(body))
        open_view.hash = self._next_hash()
        self._workspace.mark_changed()

    def close_modal(self, open_view: OpenView) -> None:
        """Put one modal away; the one below it shows again."""
        stack = self.get_stack(open_view.person)
        if open_view in stack:
            stack.remove(open_view)
        self._workspace.mark_changed()

    def clear_stack(self, person_id: str) -> list[OpenView]:
        """Put all modals away, and return them."""
        gone = self.get_stack(person_id)
        self._workspace.modal_stacks[person_id] = []
        self._workspace.mark_changed()
        return gone

    def _iter_views(self) -> Iterator[OpenView]:
        for stack in self._workspace.modal_stacks.values():
            yield from stack
        yield from self._workspace.homes.values()

    def _find_by_external_id(self, external_id: str) -> OpenView | None:
        if not external_id:
            return None
        return next((w for w in self._iter_views() if w.body["external_id"] == external_id), None)

    def _check_unique_external_id(self, body: Json) -> None:
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
        number = self._workspace.next_number("hash")
        return f"{int(self._workspace.clock.machine_seconds())}.{number:08x}"


def render_view(open_view: OpenView) -> Json:
    """Return a window as Slack tells of it: in answers, in payloads and to the page."""
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
    unsaid = {"private_metadata": "", "callback_id": "", "external_id": ""}
    frame = deepcopy({part: one for part, one in body.items() if part != "blocks"})
    _set_emoji_defaults(frame)
    return {
        **unsaid,
        **_VIEW_DEFAULTS[body["type"]],
        **frame,
        "blocks": fill_block_ids(body["blocks"]),
    }


def fill_block_ids(blocks: list[Json]) -> list[Json]:
    """Return blocks as Slack keeps them: every id filled in, every plain text with its emoji."""
    kept = deepcopy(blocks)
    for place, block in enumerate(kept):
        block.setdefault("block_id", f"b{place:02}")
        inside = [block.get("element"), block.get("accessory")]
        if block.get("type") == "actions":
            inside += block.get("elements", [])
        touchable = [one for one in inside if isinstance(one, dict)]
        for number, element in enumerate(touchable):
            if element.get("type") != "image":
                element.setdefault("action_id", f"a{place:02}{number:02}")
    _set_emoji_defaults(kept)
    return kept


def _set_emoji_defaults(node: object) -> None:
    if isinstance(node, dict):
        if node.get("type") == "plain_text":
            node.setdefault("emoji", True)
        for inner in node.values():
            _set_emoji_defaults(inner)
    elif isinstance(node, list):
        for inner in node:
            _set_emoji_defaults(inner)

"""Modals and Homes: opened, pushed, updated and put away by Slack's rules."""

from collections.abc import Iterator
from copy import deepcopy

from bot.sandbox.block_kit import input_state
from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.workspace.personas import APP, BOT_ID, TEAM
from bot.sandbox.workspace.workspace import Json, Window, Workspace

_DEEPEST = 3
_UNSAID: dict[str, Json] = {
    "modal": {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None},
    "home": {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None,
             "title": {"type": "plain_text", "text": "View Title", "emoji": True}},
}  # fmt: skip


class Windows:
    """What people have open. Every refusal is a :class:`RefusedError` with Slack's code."""

    def __init__(self, workspace: Workspace) -> None:
        """Keep the windows of *workspace*."""
        self._workspace = workspace

    def stack(self, person: str) -> list[Window]:
        """Return a person's modals, the bottom first."""
        return self._workspace.stacks.setdefault(person, [])

    def find(self, view_id: str) -> Window | None:
        """Return the window with this id, modal or Home."""
        return next((one for one in self._all() if one.id == view_id), None)

    def open(self, person: str, body: Json) -> Window:
        """Open a modal alone, in place of any that was open."""
        self._only_once(body)
        made = self._made(person, body)
        self._workspace.stacks[person] = [made]
        self._workspace.changed()
        return made

    def push(self, person: str, body: Json) -> Window:
        """Lay a modal on top of the person's stack, three at most."""
        stack = self.stack(person)
        if not stack:
            raise RefusedError("not_found")
        if len(stack) >= _DEEPEST:
            raise RefusedError("push_limit_reached")
        self._only_once(body)
        made = self._made(person, body, below=stack[-1])
        stack.append(made)
        self._workspace.changed()
        return made

    def update(self, view_id: str, external_id: str, known: str, body: Json) -> Window:
        """Give a modal a new content, unless it has moved on since hash *known*."""
        found = self.find(view_id) if view_id else self._named(external_id)
        if found is None:
            raise RefusedError("not_found")
        if found.body["type"] != body["type"]:
            raise RefusedError("invalid_arguments", ("[ERROR] type [json-pointer:/view/type]",))
        if known and known != found.hash:
            raise RefusedError("hash_conflict")
        self.replace(found, body)
        return found

    def publish(self, person: str, known: str, body: Json) -> Window:
        """Put up a person's Home."""
        shown = self._workspace.homes.get(person)
        if shown is None:
            shown = self._made(person, body)
            self._workspace.homes[person] = shown
            self._workspace.changed()
            return shown
        if known and known != shown.hash:
            raise RefusedError("hash_conflict")
        self.replace(shown, body)
        return shown

    def replace(self, window: Window, body: Json) -> None:
        """Show another content in the same window, which gets a new hash."""
        input_state.keep_up(window, _complete(body))
        window.hash = self._hash()
        self._workspace.changed()

    def close(self, window: Window) -> None:
        """Put one modal away; the one below it shows again."""
        stack = self.stack(window.person)
        if window in stack:
            stack.remove(window)
        self._workspace.changed()

    def clear(self, person: str) -> list[Window]:
        """Put all modals away, and return them."""
        gone = self.stack(person)
        self._workspace.stacks[person] = []
        self._workspace.changed()
        return gone

    def _all(self) -> Iterator[Window]:
        for stack in self._workspace.stacks.values():
            yield from stack
        yield from self._workspace.homes.values()

    def _named(self, external_id: str) -> Window | None:
        if not external_id:
            return None
        return next((w for w in self._all() if w.body["external_id"] == external_id), None)

    def _only_once(self, body: Json) -> None:
        if self._named(str(body.get("external_id") or "")):
            raise RefusedError("duplicate_external_id")

    def _made(self, person: str, body: Json, below: Window | None = None) -> Window:
        view_id = f"V{self._workspace.number('view'):08}"
        return Window(
            id=view_id,
            person=person,
            body=_complete(body),
            hash=self._hash(),
            root=below.root if below else view_id,
            previous=below.id if below else "",
        )

    def _hash(self) -> str:
        number = self._workspace.number("hash")
        return f"{int(self._workspace.clock.seconds())}.{number:08x}"


def told(window: Window) -> Json:
    """Return a window as Slack tells of it: in answers, in payloads and to the page."""
    return {
        "id": window.id,
        "team_id": TEAM,
        **window.body,
        "state": {"values": input_state.values(window)},
        "hash": window.hash,
        "previous_view_id": window.previous or None,
        "root_view_id": window.root,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT_ID,
    }


def _complete(body: Json) -> Json:
    unsaid = {"private_metadata": "", "callback_id": "", "external_id": ""}
    frame = deepcopy({part: one for part, one in body.items() if part != "blocks"})
    _mark_plain(frame)
    return {**unsaid, **_UNSAID[body["type"]], **frame, "blocks": identified(body["blocks"])}


def identified(blocks: list[Json]) -> list[Json]:
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
    _mark_plain(kept)
    return kept


def _mark_plain(part: object) -> None:
    if isinstance(part, dict):
        if part.get("type") == "plain_text":
            part.setdefault("emoji", True)
        for inner in part.values():
            _mark_plain(inner)
    elif isinstance(part, list):
        for inner in part:
            _mark_plain(inner)

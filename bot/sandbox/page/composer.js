// Composer of a room: an input line for messages and slash commands, and the shortcuts menu.

import { sendAction, translate } from "./api.js";
import { createCommandList } from "./commands.js";
import { el } from "./dom.js";
import { renderIcon } from "./icons.js";
import { createMenu } from "./menu.js";

/** Render the composer of one room, for a read-only one a note in its place; `state` contains
 *  `commands`, `shortcuts` and `me`. */
export function renderComposer(room, state) {
  if (room.read_only) return renderReadOnlyNote();
  const roomName = room.kind === "channel" ? `# ${room.name}` : room.name;
  const label = translate("sandbox.page.write", { room: roomName, me: state.me.name });
  const input = el("input", {
    type: "text",
    class: "line",
    role: "combobox",
    autocomplete: "off",
    "aria-label": label,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    placeholder: label,
    "data-focus": "line",
  });
  const { list, close } = createCommandList(input, state.commands);
  input.setAttribute("aria-controls", list.id);
  const onsubmit = (event) => {
    event.preventDefault();
    const text = input.value;
    input.value = "";
    close();
    if (text.trim()) sendLine(room, text);
  };
  const sendLabel = translate("sandbox.page.send");
  const sendAttributes = { type: "submit", class: "primary", "aria-label": sendLabel };
  const sendButton = el("button", sendAttributes, renderIcon("send"));
  return el(
    "form",
    { class: "composer", onsubmit },
    el("div", { class: "combo" }, list, renderShortcuts(state.shortcuts), input, sendButton),
  );
}

/** Render the note in the place of the input line, as Slack shows it in a read-only chat. */
function renderReadOnlyNote() {
  return el(
    "div",
    { class: "composer read-only" },
    el("p", {}, translate("sandbox.page.read_only")),
    el("p", { class: "small" }, translate("sandbox.page.read_only_hint")),
  );
}

/** Send a command, or a message; as in Slack, a line after a space is a message. */
function sendLine(room, text) {
  const [command, ...words] = text.trimEnd().split(" ");
  if (!command.startsWith("/")) {
    return sendAction("say", { channel: room.id, text: text.trim() });
  }
  return sendAction("command", { channel: room.id, command, text: words.join(" ") });
}

function renderShortcuts(shortcuts) {
  const rows = shortcuts.map((shortcut) => ({
    label: shortcut.name,
    attributes: { "data-shortcut": shortcut.callback_id },
    onSelect: () => sendAction("shortcut", { callback_id: shortcut.callback_id }),
  }));
  const label = translate("sandbox.page.shortcuts");
  const attributes = { class: "quiet", "aria-label": label, "data-focus": "shortcuts" };
  return createMenu(attributes, renderIcon("plus"), rows, "up");
}

// Where a person types: words for colleagues, or a command chosen from the list.

import { act, say } from "./api.js";
import { commandList } from "./commands.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";

/** Draw the line to type in, for one room; `state` knows commands, shortcuts and who I am. */
export function composer(room, state) {
  const where = room.kind === "channel" ? `# ${room.name}` : room.name;
  const label = say("tryout.page.write", { room: where, me: state.me.name });
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
  const { list, shut } = commandList(input, state.commands);
  input.setAttribute("aria-controls", list.id);
  const onsubmit = (event) => {
    event.preventDefault();
    const said = input.value.trim();
    input.value = "";
    shut();
    if (said) send(room, said);
  };
  const sends = { type: "submit", class: "primary", "aria-label": say("tryout.page.send") };
  const arrow = el("button", sends, icon("send"));
  return el(
    "form",
    { class: "composer", onsubmit },
    el("div", { class: "combo" }, list, shortcuts(state.shortcuts), input, arrow),
  );
}

function send(room, said) {
  const [command, ...rest] = said.split(" ");
  if (!command.startsWith("/")) return act("say", { channel: room.id, text: said });
  return act("command", { channel: room.id, command, text: rest.join(" ") });
}

function shortcuts(offered) {
  const rows = offered.map((one) => ({
    label: one.name,
    attributes: { "data-shortcut": one.callback_id },
    work: () => act("shortcut", { callback_id: one.callback_id }),
  }));
  const label = say("tryout.page.shortcuts");
  const attributes = { class: "quiet", "aria-label": label, "data-focus": "shortcuts" };
  return menu(attributes, icon("plus"), rows, "up");
}

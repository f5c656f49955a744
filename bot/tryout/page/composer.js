// Where a person types: words for colleagues, or a command chosen from the list.

import { act, say } from "./api.js";
import { el, fill, freshId } from "./dom.js";

/** Draw the line to type in, for one room; `state` lists commands and shortcuts. */
export function composer(room, state) {
  const listId = freshId("commands");
  const input = el("input", {
    type: "text",
    class: "line",
    role: "combobox",
    autocomplete: "off",
    "aria-label": say("tryout.page.write", { room: room.name }),
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    placeholder: say("tryout.page.write", { room: room.name }),
  });
  const list = el("ul", { id: listId, role: "listbox", "aria-label": say("tryout.page.commands"), hidden: true });
  const offer = commandList(input, list, state.commands);
  const onsubmit = (event) => {
    event.preventDefault();
    const said = input.value.trim();
    if (!said) return;
    input.value = "";
    offer();
    const [command, ...rest] = said.split(" ");
    if (command.startsWith("/")) act("command", { channel: room.id, command, text: rest.join(" ") });
    else act("say", { channel: room.id, text: said });
  };
  const send = el("button", { type: "submit", class: "primary" }, say("tryout.page.send"));
  return el("form", { class: "composer", onsubmit }, shortcuts(state.shortcuts), el("div", { class: "combo" }, list, input), send);
}

function commandList(input, list, commands) {
  let active = -1;
  const matching = () => commands.filter((one) => input.value.startsWith("/") && one.command.startsWith(input.value));
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (command) => {
    input.value = `${command} `;
    close();
    input.focus();
  };
  const mark = () => {
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === active)));
    const row = list.children[active];
    if (row) input.setAttribute("aria-activedescendant", row.id);
  };
  const offer = () => {
    const found = matching();
    if (!found.length) return close();
    fill(list, found.map((one) => commandRow(one, () => take(one.command))));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    active = Math.min(active, found.length - 1);
    return mark();
  };
  input.addEventListener("input", offer);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      active = (active + step + list.children.length) % list.children.length;
      mark();
    } else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
      event.preventDefault();
      take(matching()[active].command);
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  return offer;
}

function commandRow(one, onclick) {
  const hint = el("span", { class: "hint" }, one.usage_hint);
  return el("li", { role: "option", id: freshId("command"), "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick }, el("strong", {}, one.command), " ", hint, el("small", {}, one.description));
}

function shortcuts(offered) {
  const rows = offered.map((one) => {
    const onclick = () => {
      menu.open = false;
      act("shortcut", { callback_id: one.callback_id });
    };
    return el("button", { type: "button", onclick, "data-shortcut": one.callback_id }, one.name);
  });
  const summary = el("summary", { "aria-label": say("tryout.page.shortcuts") }, "+");
  const menu = el("details", { class: "menu up" }, summary, el("div", {}, rows));
  return menu;
}

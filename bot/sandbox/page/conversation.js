// The middle of the page: one room, with its messages or the app's Home, and a line to type in.

import { act, say } from "./api.js";
import { draw } from "./blocks.js";
import { composer } from "./composer.js";
import { button, el, fill, keep } from "./dom.js";
import { sign } from "./faces.js";
import { showMessages } from "./messages.js";

const main = document.getElementById("conversation");
let log;

/** Draw what stays while the visitor is in `room`; `turn(tab)` turns to another tab. */
export function drawRoom(room, tab, state, turn) {
  const held = main.contains(document.activeElement) && document.activeElement.dataset.focus;
  const home = isHome(room, tab);
  const spoken = home ? { class: "log home" } : { class: "log", role: "log" };
  log = el("div", { ...spoken, "aria-label": room.name, tabindex: "0" });
  const head = el("header", {}, title(room), tabs(room, tab, turn));
  fill(main, head, log, home ? null : composer(room, state));
  if (held) main.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus();
}

/** Show what is in the room now; says whether its messages are before the visitor's eyes. */
export function showRoom(room, tab, { messages, home }, context) {
  if (isHome(room, tab)) showHome(home, context);
  else showMessages(log, room, messages, context);
  return !isHome(room, tab) && document.visibilityState === "visible";
}

const isHome = (room, tab) => room.kind === "app" && tab === "home";

function title(room) {
  return el("h1", {}, sign(room), el("span", {}, room.name));
}

function tabs(room, tab, turn) {
  if (room.kind !== "app") return null;
  const names = { home: say("tryout.page.tab_home"), messages: say("tryout.page.tab_messages") };
  const buttons = Object.entries(names).map(([name, label]) =>
    button(
      {
        "data-tab": name,
        "data-focus": `tab ${name}`,
        "aria-pressed": String(tab === name),
        onclick: () => turn(name),
      },
      label,
    ),
  );
  return el("div", { class: "tabs", role: "group", "aria-label": room.name }, buttons);
}

function showHome(home, context) {
  if (!home) {
    fill(log, el("p", { class: "empty" }, say("tryout.page.one_moment")));
    return;
  }
  const press = (action) => act("press", { home: true, ...action });
  const change = (block, element, said) =>
    press({ block_id: block.block_id, action_id: element.action_id, ...said });
  const given = (block, element) => home.state.values[block.block_id]?.[element.action_id];
  const inside = { ...context, press, change, given };
  keep(log, home.blocks, (block) => block.block_id, (block) => draw(block, inside));
}

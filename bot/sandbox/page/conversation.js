// Main column: one room with its messages or the app's Home view, and the composer.

import { sendAction, translate } from "./api.js";
import { renderRoomIcon } from "./avatars.js";
import { renderBlock } from "./blocks.js";
import { renderComposer } from "./composer.js";
import { createButton, el, reconcileChildren, replaceChildren } from "./dom.js";
import { showMessages } from "./messages.js";

const main = document.getElementById("conversation");
let log;

/** Render the static parts of `room`; `switchTab(name)` is the click handler of its tabs. */
export function renderConversation(room, tab, state, switchTab) {
  const focusKey = main.contains(document.activeElement) && document.activeElement.dataset.focus;
  const isHome = isHomeTab(room, tab);
  const attributes = isHome ? { class: "log home" } : { class: "log", role: "log" };
  log = el("div", { ...attributes, "aria-label": room.name, tabindex: "0" });
  const header = el("header", {}, renderTitle(room), renderTabs(room, tab, switchTab));
  replaceChildren(main, header, log, isHome ? null : renderComposer(room, state));
  if (focusKey) main.querySelector(`[data-focus="${CSS.escape(focusKey)}"]`)?.focus();
}

/** Update the messages or the Home view; return whether messages are visible to the user. */
export function updateConversation(room, tab, { messages, home }, context) {
  if (isHomeTab(room, tab)) showHome(home, context);
  else showMessages(log, room, messages, context);
  return !isHomeTab(room, tab) && document.visibilityState === "visible";
}

const isHomeTab = (room, tab) => room.kind === "app" && tab === "home";

function renderTitle(room) {
  return el("h1", {}, renderRoomIcon(room), el("span", {}, room.name));
}

function renderTabs(room, tab, switchTab) {
  if (room.kind !== "app") return null;
  const labels = {
    home: translate("sandbox.page.tab_home"),
    messages: translate("sandbox.page.tab_messages"),
  };
  const buttons = Object.entries(labels).map(([name, label]) =>
    createButton(
      {
        "data-tab": name,
        "data-focus": `tab ${name}`,
        "aria-pressed": String(tab === name),
        onclick: () => switchTab(name),
      },
      label,
    ),
  );
  return el("div", { class: "tabs", role: "group", "aria-label": room.name }, buttons);
}

function showHome(home, context) {
  if (!home) {
    replaceChildren(log, el("p", { class: "empty" }, translate("sandbox.page.one_moment")));
    return;
  }
  const press = (action) => sendAction("press", { home: true, ...action });
  const change = (block, element, answer) =>
    press({ block_id: block.block_id, action_id: element.action_id, ...answer });
  const getValue = (block, element) => home.state.values[block.block_id]?.[element.action_id];
  log.lang = context.language;
  const homeContext = { ...context, press, change, getValue };
  const getKey = (block) => block.block_id;
  reconcileChildren(log, home.blocks, getKey, (block) => renderBlock(block, homeContext));
}

// Forms on top of everything: one dialog a view, the browser's own focus trap and Escape.

import { act, say } from "./api.js";
import { draw } from "./blocks.js";
import { button, el, freshId, keep } from "./dom.js";
import { told } from "./fields.js";
import { icon } from "./icons.js";

const open = new Map();
const leaving = new Set();

/** Show the person's stack of views, the bottom first; says which dialog is on top. */
export function showViews(views, context) {
  const wanted = new Set(views.map((view) => view.id));
  for (const [id, dialog] of [...open].reverse()) if (!wanted.has(id)) shut(id, dialog);
  for (const view of views) refresh(open.get(view.id) ?? opened(view), view, context);
  return [...open.values()].at(-1);
}

/** Put away every open form, as a person would. */
export async function closeAll() {
  for (const id of [...open.keys()].reverse()) await leave(id);
}

/** Put a form away once, however often it is asked for. */
async function leave(id) {
  if (leaving.has(id)) return;
  leaving.add(id);
  await act("close", { view: id });
  leaving.delete(id);
}

function shut(id, dialog) {
  open.delete(id);
  dialog.close();
  dialog.remove();
}

function opened(view) {
  const close = () => leave(view.id);
  const dialog = el("dialog", {
    class: "view",
    "data-view": view.id,
    oncancel: (event) => {
      if (!event.cancelable) return; // the browser closes it in any case, which is told below
      event.preventDefault();
      close();
    },
    onclose: () => open.has(view.id) && close(),
  });
  const title = el("h2", { id: freshId("title"), tabindex: "-1" });
  const label = say("tryout.page.close");
  const cross = button({ class: "quiet", "aria-label": label, onclick: close }, icon("close"));
  const away = button({ class: "away", onclick: close });
  const send = el("button", { type: "submit", class: "primary" });
  const form = el(
    "form",
    { novalidate: true, onsubmit: (event) => submitted(event, dialog) },
    el("header", {}, title, cross),
    el("div", { class: "body" }),
    el("footer", {}, away, send),
  );
  dialog.append(form);
  dialog.setAttribute("aria-labelledby", title.id);
  document.getElementById("dialogs").append(dialog);
  open.set(view.id, dialog);
  return dialog;
}

/** Show what changed in a view; what was chosen in it stays. */
function refresh(dialog, view, context) {
  const body = dialog.querySelector(".body");
  const form = `${view.callback_id} ${view.title.text}`;
  const other = dialog.dataset.form !== form;
  const items = view.blocks.map((block) => ({ block, error: view.errors[block.block_id] }));
  const inside = within(dialog, view, context);
  keep(body, items, (item) => item.block.block_id, ({ block }) => draw(block, inside));
  dialog.querySelector("h2").textContent = view.title.text;
  dialog.querySelector(".away").textContent = view.close?.text ?? say("tryout.page.close");
  const send = dialog.querySelector("footer .primary");
  send.textContent = view.submit?.text ?? "";
  send.hidden = !view.submit;
  dialog.dataset.form = form;
  if (!dialog.open) dialog.showModal();
  if (other) begin(dialog);
}

/** Start reading at the top. */
function begin(dialog) {
  dialog.querySelector(".body").scrollTop = 0;
  dialog.querySelector("h2").focus({ preventScroll: true });
}

function within(dialog, view, context) {
  return {
    ...context,
    errors: view.errors,
    given: (block, element) => drawn(dialog, block, element) ?? kept(view, block, element),
    press: (action) => act("press", { view: view.id, state: chosen(dialog), ...action }),
    change: (block, element, said) => {
      const ids = { block_id: block.block_id, action_id: element.action_id };
      return act("change", { view: view.id, ...ids, ...said });
    },
  };
}

/** What stands in a field just now, before it is drawn again. */
function drawn(dialog, block, element) {
  const controls = [...dialog.querySelectorAll("[data-kind]")];
  const now = controls.find(
    ({ dataset }) =>
      dataset.of === block.block_id &&
      dataset.action === element.action_id &&
      dataset.kind === element.type,
  );
  return now && told(now);
}

function kept(view, block, element) {
  return view.state.values[block.block_id]?.[element.action_id];
}

async function submitted(event, dialog) {
  event.preventDefault();
  if (dialog.hasAttribute("aria-busy")) return;
  dialog.setAttribute("aria-busy", "true");
  await act("submit", { view: dialog.dataset.view, state: chosen(dialog) });
  dialog.removeAttribute("aria-busy");
  const wrong = dialog.querySelector("[aria-invalid]");
  (wrong?.querySelector("input, select") ?? wrong)?.focus();
}

/** What is chosen in the whole form, by block and action, as Slack's clients tell it. */
function chosen(dialog) {
  const found = {};
  for (const control of dialog.querySelectorAll("[data-kind]")) {
    (found[control.dataset.of] ??= {})[control.dataset.action] = told(control);
  }
  return found;
}

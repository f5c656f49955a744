// Forms on top of everything: one dialog a view, the browser's own focus trap and Escape.

import { act, say } from "./api.js";
import { draw } from "./blocks.js";
import { el, fill, freshId } from "./dom.js";
import { told } from "./fields.js";

const open = new Map();

/** Show the person's stack of views, the bottom first. */
export function showViews(views, context) {
  const known = new Set(views.map((view) => view.id));
  for (const [id, dialog] of open) {
    if (!known.has(id)) put(id, dialog);
  }
  for (const view of views) {
    const dialog = open.get(view.id) ?? opened(view);
    refresh(dialog, view, context);
  }
}

function put(id, dialog) {
  open.delete(id);
  dialog.close();
  dialog.remove();
}

function opened(view) {
  const dialog = el("dialog", {
    "data-view": view.id,
    oncancel: (event) => {
      event.preventDefault();
      act("close", { view: view.id });
    },
  });
  document.getElementById("dialogs").append(dialog);
  open.set(view.id, dialog);
  return dialog;
}

/** Draw a view anew when its content or its errors changed; what was chosen stays. */
function refresh(dialog, view, context) {
  const shown = JSON.stringify([view.hash, view.errors]);
  if (dialog.dataset.shown === shown) return;
  const sameForm = dialog.dataset.form === view.callback_id;
  dialog.dataset.shown = shown;
  dialog.dataset.form = view.callback_id;
  const heading = el("h2", { id: freshId("title"), tabindex: "-1" }, view.title.text);
  dialog.setAttribute("aria-labelledby", heading.id);
  const body = el("div", { class: "body" }, draw(view.blocks, within(dialog, view, context)));
  fill(dialog, form(dialog, view, heading, body));
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid]");
  if (wrong) (wrong.querySelector("input, select") ?? wrong).focus();
  else if (!sameForm) heading.focus();
}

function form(dialog, view, heading, body) {
  const shut = () => act("close", { view: view.id });
  const cross = el("button", { type: "button", class: "cross", "aria-label": say("tryout.page.close"), onclick: shut }, "\u00D7");
  const close = el("button", { type: "button", onclick: shut }, view.close?.text ?? say("tryout.page.close"));
  const send = view.submit ? el("button", { type: "submit", class: "primary" }, view.submit.text) : null;
  const onsubmit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    await act("submit", { view: view.id, state: state(dialog) });
    send.disabled = false;
  };
  return el("form", { novalidate: true, onsubmit }, el("header", {}, heading, cross), body, el("footer", {}, close, send));
}

function within(dialog, view, context) {
  return {
    ...context,
    values: view.state.values,
    errors: view.errors,
    press: (action) => act("press", { view: view.id, state: state(dialog), ...action }),
    change: (block, element, given) =>
      act("change", { view: view.id, block_id: block.block_id, action_id: element.action_id, ...given }),
  };
}

/** What is chosen in the whole form, by block and action, as Slack's clients tell it. */
function state(dialog) {
  const found = {};
  for (const control of dialog.querySelectorAll("[data-kind]")) {
    (found[control.dataset.of] ??= {})[control.dataset.action] = told(control);
  }
  return found;
}

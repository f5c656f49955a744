// Modal views: one dialog element per view, with the browser's focus trap and Escape handling.

import { sendAction, translate } from "./api.js";
import { renderBlock } from "./blocks.js";
import { createButton, el, reconcileChildren, uniqueId } from "./dom.js";
import { readAnswer } from "./fields.js";
import { renderIcon } from "./icons.js";

const dialogs = new Map();
const closingIds = new Set();

/** Synchronize the dialogs with the stack of views, the bottom first; return the top dialog. */
export function showViews(stateViews, context) {
  const views = stateViews.filter((view) => !closingIds.has(view.id));
  const viewIds = new Set(views.map((view) => view.id));
  for (const [id, dialog] of [...dialogs].reverse()) if (!viewIds.has(id)) removeDialog(id, dialog);
  for (const view of views) {
    updateDialog(dialogs.get(view.id) ?? createDialog(view), view, context);
  }
  return [...dialogs.values()].at(-1);
}

/** Close every open view, the top first, by the same action as the close button. */
export async function closeAllViews() {
  for (const id of [...dialogs.keys()].reverse()) await closeView(id);
}

/** Close a dialog at once, so that the next keystroke reaches the page below it, and send the
 *  close action of its view. A view that could not be closed is shown again. */
async function closeView(id) {
  const dialog = dialogs.get(id);
  if (!dialog || closingIds.has(id)) return;
  closingIds.add(id);
  removeDialog(id, dialog);
  await sendAction("close", { view: id });
  closingIds.delete(id);
}

function removeDialog(id, dialog) {
  dialogs.delete(id);
  dialog.close();
  dialog.remove();
}

function createDialog(view) {
  const close = () => closeView(view.id);
  const dialog = el("dialog", {
    class: "view",
    "data-view": view.id,
    oncancel: (event) => {
      if (!event.cancelable) return; // the browser closes it anyway, and fires `close`
      event.preventDefault();
      close();
    },
    onclose: () => dialogs.has(view.id) && close(),
  });
  const title = el("h2", { id: uniqueId("title"), tabindex: "-1" });
  const iconAttributes = { class: "quiet", "aria-label": translate("sandbox.page.close") };
  const closeIcon = createButton({ ...iconAttributes, onclick: close }, renderIcon("close"));
  const closeButton = createButton({ class: "away", onclick: close });
  const submitButton = el("button", { type: "submit", class: "primary" });
  const form = el(
    "form",
    { novalidate: true, onsubmit: (event) => submitForm(event, dialog) },
    el("header", {}, title, closeIcon),
    el("div", { class: "body" }),
    el("footer", {}, closeButton, submitButton),
  );
  dialog.append(form);
  dialog.setAttribute("aria-labelledby", title.id);
  document.getElementById("dialogs").append(dialog);
  dialogs.set(view.id, dialog);
  return dialog;
}

/** Update a dialog from its view; unchanged blocks and entered values are preserved. */
function updateDialog(dialog, view, context) {
  const body = dialog.querySelector(".body");
  const formKey = `${view.callback_id} ${view.title.text}`;
  const isOtherForm = dialog.dataset.form !== formKey;
  const items = view.blocks.map((block) => ({ block, error: view.errors[block.block_id] }));
  const viewContext = createContext(dialog, view, context);
  const getKey = (item) => item.block.block_id;
  dialog.lang = context.language;
  reconcileChildren(body, items, getKey, ({ block }) => renderBlock(block, viewContext));
  dialog.querySelector("h2").textContent = view.title.text;
  dialog.querySelector(".away").textContent = view.close?.text ?? translate("sandbox.page.close");
  const submitButton = dialog.querySelector("footer .primary");
  submitButton.textContent = view.submit?.text ?? "";
  submitButton.hidden = !view.submit;
  dialog.dataset.form = formKey;
  if (updateVersion(dialog, view)) dialog.removeAttribute("aria-busy");
  if (!dialog.open) dialog.showModal();
  if (isOtherForm) scrollToTop(dialog);
}

/** Store which content of its view a dialog shows; return whether it is another than before. */
function updateVersion(dialog, view) {
  const version = `${view.hash} ${JSON.stringify(view.errors)}`;
  const hasChanged = dialog.dataset.version !== version;
  dialog.dataset.version = version;
  return hasChanged;
}

/** Scroll to the top and focus the title, where a screen reader starts to read. */
function scrollToTop(dialog) {
  dialog.querySelector(".body").scrollTop = 0;
  dialog.querySelector("h2").focus({ preventScroll: true });
}

function createContext(dialog, view, context) {
  return {
    ...context,
    isForm: true,
    errors: view.errors,
    getValue: (block, element) =>
      currentAnswer(dialog, block, element) ?? storedAnswer(view, block, element),
    press: (action) =>
      sendAction("press", { view: view.id, state: collectState(dialog), ...action }),
    change: (block, element, answer) => {
      const ids = { block_id: block.block_id, action_id: element.action_id };
      return sendAction("change", { view: view.id, ...ids, ...answer });
    },
  };
}

/** Return the answer in a rendered field, before the field is rendered again. */
function currentAnswer(dialog, block, element) {
  const controls = [...dialog.querySelectorAll("[data-kind]")];
  const control = controls.find(
    ({ dataset }) =>
      dataset.of === block.block_id &&
      dataset.action === element.action_id &&
      dataset.kind === element.type,
  );
  return control && readAnswer(control);
}

function storedAnswer(view, block, element) {
  return view.state.values[block.block_id]?.[element.action_id];
}

/** Submit a form once. Its answer may be shown before the request ends, since the page polls the
 *  state as well: what is shown then is another form, and can be submitted at once. */
async function submitForm(event, dialog) {
  event.preventDefault();
  if (dialog.hasAttribute("aria-busy")) return;
  const { version } = dialog.dataset;
  dialog.setAttribute("aria-busy", "true");
  await sendAction("submit", { view: dialog.dataset.view, state: collectState(dialog) });
  if (dialog.dataset.version === version) dialog.removeAttribute("aria-busy");
  const invalid = dialog.querySelector("[aria-invalid]");
  (invalid?.querySelector("input, select") ?? invalid)?.focus();
}

/** Return the answers of the whole form by block id and action id, in Slack's format. */
function collectState(dialog) {
  const state = {};
  for (const control of dialog.querySelectorAll("[data-kind]")) {
    (state[control.dataset.of] ??= {})[control.dataset.action] = readAnswer(control);
  }
  return state;
}

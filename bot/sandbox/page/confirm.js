// Confirmation dialog of an element with Slack's confirm object.

import { el, uniqueId } from "./dom.js";

/** Call `onConfirm` after the dialog is confirmed, or at once without a `confirm` object. */
export function confirmAction(confirm, onConfirm) {
  if (!confirm) {
    onConfirm();
    return;
  }
  const ids = { title: uniqueId("confirm"), text: uniqueId("confirm") };
  const style = confirm.style === "danger" ? "danger" : "primary";
  const closeThen = (callback) => () => {
    dialog.close();
    callback?.();
  };
  const denyButton = el("button", { type: "button", onclick: closeThen() }, confirm.deny.text);
  const confirmButton = el(
    "button",
    { type: "button", class: style, onclick: closeThen(onConfirm) },
    confirm.confirm.text,
  );
  const dialog = el(
    "dialog",
    {
      class: "confirm",
      role: "alertdialog",
      "aria-labelledby": ids.title,
      "aria-describedby": ids.text,
      onclose: () => dialog.remove(),
    },
    el("header", {}, el("h2", { id: ids.title }, confirm.title.text)),
    el("div", { class: "body" }, el("p", { id: ids.text }, confirm.text.text)),
    el("footer", {}, denyButton, confirmButton),
  );
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
}

// The question that is asked before a step that matters.

import { el, freshId } from "./dom.js";

/** Do `work` at once, or after `asked` (Slack's confirm object) was answered with yes. */
export function confirmed(asked, work) {
  if (!asked) {
    work();
    return;
  }
  const ids = { title: freshId("asked"), text: freshId("asked") };
  const kind = asked.style === "danger" ? "danger" : "primary";
  const end = (then) => () => {
    dialog.close();
    then?.();
  };
  const no = el("button", { type: "button", onclick: end() }, asked.deny.text);
  const yes = el("button", { type: "button", class: kind, onclick: end(work) }, asked.confirm.text);
  const dialog = el(
    "dialog",
    {
      class: "confirm",
      role: "alertdialog",
      "aria-labelledby": ids.title,
      "aria-describedby": ids.text,
      onclose: () => dialog.remove(),
    },
    el("header", {}, el("h2", { id: ids.title }, asked.title.text)),
    el("div", { class: "body" }, el("p", { id: ids.text }, asked.text.text)),
    el("footer", {}, no, yes),
  );
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
}

// The question that is asked before a step that matters.

import { el } from "./dom.js";

/** Run `work` at once, or after `asked` (Slack's confirm object) was answered with yes. */
export function confirmed(asked, from, work) {
  if (!asked) return work();
  const yes = el("button", { type: "button", class: "primary", onclick: () => end(work) }, asked.confirm.text);
  const no = el("button", { type: "button", onclick: () => end() }, asked.deny.text);
  const heading = el("h2", {}, asked.title.text);
  const body = el("div", { class: "body" }, el("p", {}, asked.text.text));
  const dialog = el(
    "dialog",
    { class: "confirm", "aria-label": asked.title.text, onclose: () => dialog.remove() },
    el("header", {}, heading),
    body,
    el("footer", {}, no, yes),
  );
  const end = (then) => {
    dialog.close();
    from.focus();
    then?.();
  };
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  return undefined;
}

// A button that shows lesser steps, and puts them away again.

import { el, freshId } from "./dom.js";

/** Make a menu. `button` holds the attributes of its button, `face` what stands on it; each
 *  row is `{label, attributes, work}`. */
export function menu(button, face, rows, side = "") {
  const id = freshId("menu");
  const list = el("ul", { id, hidden: true }, rows.map((row) => el("li", {}, line(row, shut))));
  const opener = el(
    "button",
    { type: "button", "aria-expanded": "false", "aria-controls": id, onclick: toggle, ...button },
    face,
  );
  const whole = el("div", { class: `menu ${side}`, onkeydown, onfocusout }, opener, list);
  return whole;

  function toggle() {
    const open = list.hidden;
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    whole.classList.remove("above");
    whole.classList.toggle("above", hangsOut(list));
    list.querySelector("button").focus({ preventScroll: true });
  }

  function shut() {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  function onkeydown(event) {
    if (list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      shut();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const buttons = [...list.querySelectorAll("button")];
      const next = buttons.indexOf(document.activeElement) + step + buttons.length;
      buttons[next % buttons.length].focus();
    }
  }

  function onfocusout(event) {
    if (whole.contains(event.relatedTarget)) return;
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  }
}

/** Whether a list would be cut off at the bottom of what it scrolls in. */
function hangsOut(list) {
  const room = list.closest(".log, .body")?.getBoundingClientRect();
  return Boolean(room) && list.getBoundingClientRect().bottom > room.bottom;
}

function line(row, shut) {
  const onclick = () => {
    shut();
    row.work();
  };
  return el("button", { type: "button", onclick, ...row.attributes }, row.label);
}

// Menu button: a button that opens a list of further actions.

import { el, uniqueId } from "./dom.js";

/** Create a menu. `buttonAttributes` are those of its button and `icon` is its content; each row
 *  is `{label, attributes, onSelect}`. */
export function createMenu(buttonAttributes, icon, rows, position = "") {
  const id = uniqueId("menu");
  const items = rows.map((row) => el("li", {}, renderRow(row, close)));
  const list = el("ul", { id, hidden: true }, items);
  const attributes = { "aria-expanded": "false", "aria-controls": id, onclick: toggle };
  const menuButton = el("button", { type: "button", ...attributes, ...buttonAttributes }, icon);
  const menu = el("div", { class: `menu ${position}`, onkeydown, onfocusout }, menuButton, list);
  return menu;

  function toggle() {
    const isOpen = list.hidden;
    list.hidden = !isOpen;
    menuButton.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    menu.classList.remove("above");
    menu.classList.toggle("above", overflowsBottom(list));
    list.querySelector("button").focus({ preventScroll: true });
  }

  function close() {
    list.hidden = true;
    menuButton.setAttribute("aria-expanded", "false");
    menuButton.focus();
  }

  function onkeydown(event) {
    if (list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    const offset = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offset) {
      event.preventDefault();
      const buttons = [...list.querySelectorAll("button")];
      const next = buttons.indexOf(document.activeElement) + offset + buttons.length;
      buttons[next % buttons.length].focus();
    }
  }

  function onfocusout(event) {
    if (menu.contains(event.relatedTarget)) return;
    list.hidden = true;
    menuButton.setAttribute("aria-expanded", "false");
  }
}

/** Return whether a list extends below the bottom of its scroll container. */
function overflowsBottom(list) {
  const container = list.closest(".log, .body")?.getBoundingClientRect();
  return Boolean(container) && list.getBoundingClientRect().bottom > container.bottom;
}

function renderRow(row, close) {
  const onclick = () => {
    close();
    row.onSelect();
  };
  return el("button", { type: "button", onclick, ...row.attributes }, row.label);
}

// Autocomplete list of slash commands for the input line, with keyboard navigation.

import { translate } from "./api.js";
import { el, replaceChildren, uniqueId } from "./dom.js";

/** Create a listbox that completes `commands` in `input`; return the list and `close()`. */
export function createCommandList(input, commands) {
  const label = translate("sandbox.page.commands");
  const id = uniqueId("commands");
  const list = el("ul", { id, role: "listbox", "aria-label": label, hidden: true });
  let matches = [];
  let activeIndex = -1;

  function update() {
    const text = input.value;
    matches = text.startsWith("/") ? commands.filter((row) => row.command.startsWith(text)) : [];
    if (!matches.length) {
      close();
      return;
    }
    const isComplete = matches.some((row) => row.command === text);
    activeIndex = isComplete || text === "/" ? -1 : 0;
    replaceChildren(list, matches.map((row) => renderRow(row, () => select(row))));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    highlightActive();
  }

  function highlightActive() {
    for (const [index, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(index === activeIndex));
    }
    const active = list.children[activeIndex];
    active?.scrollIntoView({ block: "nearest" });
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function select(row) {
    input.value = `${row.command} `;
    close();
    input.focus();
  }

  function close() {
    list.hidden = true;
    activeIndex = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function moveActive(offset) {
    const start = activeIndex < 0 && offset < 0 ? 0 : activeIndex;
    activeIndex = (start + offset + matches.length) % matches.length;
    highlightActive();
  }

  input.addEventListener("input", update);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const handler = {
      ArrowDown: () => moveActive(1),
      ArrowUp: () => moveActive(-1),
      Escape: close,
      Enter: activeIndex >= 0 && (() => select(matches[activeIndex])),
      Tab: activeIndex >= 0 && (() => select(matches[activeIndex])),
    }[event.key];
    if (!handler) return;
    event.preventDefault();
    handler();
  });
  return { list, close };
}

function renderRow(row, onclick) {
  const onmousedown = (event) => event.preventDefault(); // the input does not lose the focus
  const id = uniqueId("command");
  return el(
    "li",
    { role: "option", id, "aria-selected": "false", onmousedown, onclick },
    el("strong", {}, row.command),
    " ",
    el("span", { class: "hint" }, row.usage_hint),
    el("small", {}, row.description),
  );
}

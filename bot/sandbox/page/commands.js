// The list of commands above the line one types in: seen by typing "/", worked by keys.

import { say } from "./api.js";
import { el, fill, freshId } from "./dom.js";

/** Offer `commands` for what stands in `input`; gives the list, and what shuts it. */
export function commandList(input, commands) {
  const label = say("tryout.page.commands");
  const id = freshId("commands");
  const list = el("ul", { id, role: "listbox", "aria-label": label, hidden: true });
  let found = [];
  let active = -1;

  function offer() {
    const said = input.value;
    found = said.startsWith("/") ? commands.filter((one) => one.command.startsWith(said)) : [];
    if (!found.length) {
      shut();
      return;
    }
    active = found.some((one) => one.command === said) || said === "/" ? -1 : 0;
    fill(list, found.map((one) => row(one, () => take(one))));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  }

  function mark() {
    for (const [at, one] of [...list.children].entries()) {
      one.setAttribute("aria-selected", String(at === active));
    }
    const chosen = list.children[active];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(one) {
    input.value = `${one.command} `;
    shut();
    input.focus();
  }

  function shut() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function move(step) {
    const from = active < 0 && step < 0 ? 0 : active;
    active = (from + step + found.length) % found.length;
    mark();
  }

  input.addEventListener("input", offer);
  input.addEventListener("blur", shut);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const does = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Escape: shut,
      Enter: active >= 0 && (() => take(found[active])),
      Tab: active >= 0 && (() => take(found[active])),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  return { list, shut };
}

function row(one, onclick) {
  const stay = (event) => event.preventDefault(); // the line keeps the focus
  const id = freshId("command");
  return el(
    "li",
    { role: "option", id, "aria-selected": "false", onmousedown: stay, onclick },
    el("strong", {}, one.command),
    " ",
    el("span", { class: "hint" }, one.usage_hint),
    el("small", {}, one.description),
  );
}

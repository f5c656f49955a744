// Several people, rooms or answers out of a long list: a list of boxes that can be searched.

import { say } from "./api.js";
import { el, freshId } from "./dom.js";
import { described } from "./fields.js";

const LONG = 8;

/** Draw a searchable list of `options` with the `chosen` ones ticked, `most` of them at most. */
export function picker(options, chosen, most = Infinity, ids = {}) {
  const name = freshId("picked");
  const first = (one) => (chosen.includes(one.value) ? 0 : 1);
  const sorted = [...options].sort((one, other) => first(one) - first(other));
  const rows = sorted.map((one) => row(one, name, chosen));
  const count = el("p", { class: "small", role: "status" });
  const whole = el(
    "div",
    { role: "group", class: "picker", ...described(ids, false) },
    options.length > LONG ? search(rows) : null,
    el("div", { class: "choices many" }, rows),
    count,
  );
  const update = () => {
    const boxes = [...whole.querySelectorAll("[name]")];
    const ticked = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.disabled = !box.checked && ticked >= most;
    count.textContent = say("tryout.page.chosen", { count: ticked });
  };
  whole.addEventListener("change", update);
  update();
  return whole;
}

function row({ value, label, detail }, name, chosen) {
  const checked = chosen.includes(value);
  const box = el("input", { type: "checkbox", name, value, checked, "data-focus": value });
  const small = detail ? el("small", {}, detail) : null;
  return el("label", { class: "choice" }, box, el("span", {}, label, " ", small));
}

function search(rows) {
  const oninput = (event) => {
    const wanted = event.currentTarget.value.trim().toLowerCase();
    for (const one of rows) one.hidden = !one.textContent.toLowerCase().includes(wanted);
  };
  const onkeydown = (event) => event.key === "Enter" && event.preventDefault();
  const stay = (event) => event.stopPropagation(); // looking for somebody chooses nobody
  const label = say("tryout.page.search");
  const asked = { type: "search", "aria-label": label, placeholder: label };
  return el("input", { ...asked, oninput, onkeydown, onchange: stay });
}

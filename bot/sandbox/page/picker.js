// Multi-select field: a list of checkboxes, with a search field if it is long.

import { translate } from "./api.js";
import { el, uniqueId } from "./dom.js";
import { ariaAttributes } from "./fields.js";

const SEARCH_THRESHOLD = 8;

/** Create a list of `options`: the `selectedValues` are first; at most `maximum` can be checked. */
export function createPicker(options, selectedValues, maximum = Infinity, ids = {}) {
  const name = uniqueId("picked");
  const rank = (option) => (selectedValues.includes(option.value) ? 0 : 1);
  const sorted = [...options].sort((first, second) => rank(first) - rank(second));
  const rows = sorted.map((option) => renderRow(option, name, selectedValues));
  const count = el("p", { class: "small", role: "status" });
  const picker = el(
    "div",
    { role: "group", class: "picker", ...ariaAttributes(ids, false) },
    options.length > SEARCH_THRESHOLD ? renderSearch(rows) : null,
    el("div", { class: "choices many" }, rows),
    count,
  );
  const update = () => {
    const boxes = [...picker.querySelectorAll("[name]")];
    const checkedCount = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.disabled = !box.checked && checkedCount >= maximum;
    count.textContent = translate("sandbox.page.chosen", { count: checkedCount });
  };
  picker.addEventListener("change", update);
  update();
  return picker;
}

function renderRow({ value, label, detail }, name, selectedValues) {
  const checked = selectedValues.includes(value);
  const box = el("input", { type: "checkbox", name, value, checked, "data-focus": value });
  const description = detail ? el("small", {}, detail) : null;
  return el("label", { class: "choice" }, box, el("span", {}, label, " ", description));
}

function renderSearch(rows) {
  const oninput = (event) => {
    const query = event.currentTarget.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(query);
  };
  const onkeydown = (event) => event.key === "Enter" && event.preventDefault();
  const onchange = (event) => event.stopPropagation(); // a search query is not an answer
  const label = translate("sandbox.page.search");
  const attributes = { type: "search", "aria-label": label, placeholder: label };
  return el("input", { ...attributes, oninput, onkeydown, onchange });
}

// A bar chart for the eye, and the same as a table for everybody else.

import { el } from "./dom.js";

const LARGEST = 100;

/** Draw a `data_visualization` block: every series as bars of shares out of a hundred. */
export function chart(block) {
  const points = block.chart.series.flatMap((series) => series.data);
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, block.title),
    el("table", {}, el("tbody", {}, points.map(row))),
  );
}

function row(point) {
  const bar = el("progress", { max: LARGEST, value: point.value, "aria-hidden": "true" });
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, point.label),
    el("td", {}, bar),
    el("td", { class: "figure" }, `${point.value}\u202F%`),
  );
}

// A bar chart for the eye, and the same as a table for everybody else.

import { say } from "./api.js";
import { el } from "./dom.js";
import { svg } from "./icons.js";

const SCALE = 100;
const THICK = 14;

/** Draw a `data_visualization` block as bars, whatever kind of chart it asks for. */
export function chart(block) {
  const rows = points(block.chart);
  const most = Math.max(SCALE, ...rows.map((row) => row.value));
  const head = el(
    "thead",
    { class: "heard" },
    el("tr", {}, cell(say("tryout.page.chart_answer")), cell(say("tryout.page.chart_value"))),
  );
  const caption = el("caption", {}, block.title);
  const body = el("tbody", {}, rows.map((row) => line(row, most)));
  return el("table", { class: "chart" }, caption, head, body);
}

const cell = (words) => el("th", { scope: "col" }, words);

/** Every value with its label; several series say whose it is. */
function points(drawn) {
  const series = drawn.series ?? [{ data: drawn.segments ?? [] }];
  return series.flatMap((one) =>
    (one.data ?? []).map(({ label, value }) => ({
      label: series.length > 1 ? `${one.name}: ${label}` : label,
      value,
    })),
  );
}

function line({ label, value }, most) {
  const width = (SCALE * value) / most;
  const size = { viewBox: `0 0 ${SCALE} ${THICK}`, preserveAspectRatio: "none" };
  const bar = svg("svg", { ...size, "aria-hidden": "true" });
  bar.append(svg("rect", { class: "ground", width: SCALE, height: THICK }));
  bar.append(svg("rect", { class: "bar", width, height: THICK }));
  const told = el("td", {}, el("span", { class: "value" }, String(value)), bar);
  return el("tr", {}, el("th", { scope: "row" }, label), told);
}

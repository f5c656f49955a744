// Bar chart as an HTML table with SVG bars, which screen readers read as a table.

import { translate } from "./api.js";
import { el } from "./dom.js";
import { createSvgElement } from "./icons.js";

const SCALE = 100;
const BAR_HEIGHT = 14;

/** Render a `data_visualization` block as bars, for every type of chart. */
export function renderChart(block) {
  const points = listPoints(block.chart);
  const maximum = Math.max(1, ...points.map((point) => point.value));
  const head = el(
    "thead",
    { class: "visually-hidden" },
    el(
      "tr",
      {},
      createHeaderCell(translate("sandbox.page.chart_answer")),
      createHeaderCell(block.chart.axis_config?.y_label || translate("sandbox.page.chart_value")),
    ),
  );
  const caption = el("caption", {}, block.title);
  const body = el("tbody", {}, points.map((point) => renderRow(point, maximum)));
  return el("table", { class: "chart" }, caption, head, body);
}

const createHeaderCell = (text) => el("th", { scope: "col" }, text);

/** List the values with their labels; with several series, a label includes the series' name. */
function listPoints(data) {
  const seriesList = data.series ?? [{ data: data.segments ?? [] }];
  return seriesList.flatMap((series) =>
    (series.data ?? []).map(({ label, value }) => ({
      label: seriesList.length > 1 ? `${series.name}: ${label}` : label,
      value,
    })),
  );
}

/** Render one bar. Like Slack, whose values appear on the axis, no figure stands beside it. */
function renderRow({ label, value }, maximum) {
  const width = (SCALE * value) / maximum;
  const size = { viewBox: `0 0 ${SCALE} ${BAR_HEIGHT}`, preserveAspectRatio: "none" };
  const bar = createSvgElement("svg", { ...size, "aria-hidden": "true" });
  bar.append(createSvgElement("rect", { class: "ground", width: SCALE, height: BAR_HEIGHT }));
  bar.append(createSvgElement("rect", { class: "bar", width, height: BAR_HEIGHT }));
  const valueCell = el("td", {}, el("span", { class: "visually-hidden" }, String(value)), bar);
  return el("tr", {}, el("th", { scope: "row" }, label), valueCell);
}

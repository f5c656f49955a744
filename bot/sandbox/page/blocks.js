// Every block that the bot shows; one that is not known here is named in plain words.

import { chart } from "./chart.js";
import { el, freshId } from "./dom.js";
import { isField } from "./fields.js";
import { icon } from "./icons.js";
import { paragraphs } from "./mrkdwn.js";
import { asks, question } from "./questions.js";
import { rich } from "./rich.js";
import { step } from "./steps.js";
import { unknown } from "./unknown.js";

/** Draw one block into a node. `context` knows `names`, `personas` and `rooms`; it does
 *  `press(action)` and `change(block, element, state)`, and tells what was `given(block,
 *  element)` and what is wrong (`errors` by block). */
export function draw(block, context) {
  return (DRAWN[block.type] ?? unknown)(block, context);
}

const DRAWN = {
  header: (block) => el("h3", {}, block.text.text),
  section,
  context: (block, context) =>
    el("div", { class: "small" }, block.elements.map((one) => text(one, context))),
  divider: () => el("hr"),
  actions: (block, context) =>
    el("div", { class: "actions" }, block.elements.map((one) => beside(one, block, context))),
  input: question,
  alert,
  data_visualization: chart,
  rich_text: (block, context) =>
    el("div", { class: "rich" }, block.elements.map((one) => rich(one, context.names))),
  image,
};

const TEXTS = {
  mrkdwn: (given, context) => paragraphs(given.text, context.names),
  plain_text: (given) => el("p", {}, given.text),
  image,
};

function text(given, context) {
  return (TEXTS[given.type] ?? unknown)(given, context);
}

function section(block, context) {
  const label = freshId("label");
  const said = block.text ? el("div", { id: label }, text(block.text, context)) : null;
  const fields = (block.fields ?? []).map((one) => el("div", {}, text(one, context)));
  const grid = fields.length ? el("div", { class: "fields" }, fields) : null;
  const accessory = block.accessory ? beside(block.accessory, block, context, label) : null;
  const kind = accessory ? "section with" : "section";
  return el("div", { class: kind }, el("div", { class: "words" }, said, grid), accessory);
}

/** What stands beside words or in a row: something to answer, to press, or to look at. */
function beside(element, block, context, label) {
  if (element.type === "image") return image(element);
  if (!isField(element)) return step(element, block, context, label);
  return asks(element, block, context, { control: freshId("field"), label });
}

function alert(block) {
  const level = block.level ?? "default";
  const sign = { default: "info", error: "warning" }[level] ?? level;
  return el("p", { class: `alert ${level}` }, icon(sign), el("span", {}, block.text.text));
}

/** Show an image of this page's own; one from elsewhere is told, for nothing is fetched there. */
function image(block) {
  const ours = /^(\/|data:image\/)/.test(block.image_url ?? "");
  if (ours) return el("img", { src: block.image_url, alt: block.alt_text });
  const told = { class: "picture", role: "img", "aria-label": block.alt_text };
  return el("span", told, block.alt_text);
}

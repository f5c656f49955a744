// Renderers of Block Kit blocks by type; the fallback names an unknown type in a sentence.

import { renderButtonOrMenu } from "./buttons.js";
import { renderChart } from "./chart.js";
import { el, uniqueId } from "./dom.js";
import { isField } from "./fields.js";
import { renderIcon } from "./icons.js";
import { renderMrkdwn } from "./mrkdwn.js";
import { renderBlockField, renderQuestion } from "./questions.js";
import { renderRichText } from "./rich.js";
import { renderUnknown } from "./unknown.js";

/** Render one block as a node. `context` contains `names`, `personas` and `rooms`, the callbacks
 *  `press(action)`, `change(block, element, answer)` and `getValue(block, element)`, and the
 *  `errors` by block id; `isForm` is whether the block is below a form's own heading. */
export function renderBlock(block, context) {
  return (BLOCK_RENDERERS[block.type] ?? renderUnknown)(block, context);
}

const BLOCK_RENDERERS = {
  header: (block, context) =>
    el(context.isForm ? "h3" : "h2", { class: "heading" }, block.text.text),
  section: renderSection,
  context: (block, context) =>
    el("div", { class: "small" }, block.elements.map((text) => renderText(text, context))),
  divider: () => el("hr"),
  actions: (block, context) => {
    const elements = block.elements.map((element) => renderElement(element, block, context));
    return el("div", { class: "actions" }, elements);
  },
  input: renderQuestion,
  alert: renderAlert,
  data_visualization: renderChart,
  rich_text: (block, context) => {
    const elements = block.elements.map((part) => renderRichText(part, context.names));
    return el("div", { class: "rich" }, elements);
  },
  image: renderImage,
};

const TEXT_RENDERERS = {
  mrkdwn: (text, context) => renderMrkdwn(text.text, context.names),
  plain_text: (text) => el("p", {}, text.text),
  image: renderImage,
};

function renderText(text, context) {
  return (TEXT_RENDERERS[text.type] ?? renderUnknown)(text, context);
}

function renderSection(block, context) {
  const label = uniqueId("label");
  const text = block.text ? el("div", { id: label }, renderText(block.text, context)) : null;
  const fields = (block.fields ?? []).map((field) => el("div", {}, renderText(field, context)));
  const grid = fields.length ? el("div", { class: "fields" }, fields) : null;
  const accessory = block.accessory ? renderElement(block.accessory, block, context, label) : null;
  const className = accessory ? "section with" : "section";
  return el("div", { class: className }, el("div", { class: "words" }, text, grid), accessory);
}

/** Render an accessory or an element of an actions block: a field, a button, a menu or an image. */
function renderElement(element, block, context, label) {
  if (element.type === "image") return renderImage(element);
  if (!isField(element)) return renderButtonOrMenu(element, block, context, label);
  return renderBlockField(element, block, context, { control: uniqueId("field"), label });
}

function renderAlert(block) {
  const level = block.level ?? "default";
  const iconName = { default: "info", error: "warning" }[level] ?? level;
  const text = el("span", {}, block.text.text);
  return el("p", { class: `alert ${level}` }, renderIcon(iconName), text);
}

/** Render an image of this server; for any other URL render the text, without a request. */
function renderImage(block) {
  const isLocal = /^(\/|data:image\/)/.test(block.image_url ?? "");
  if (isLocal) return el("img", { src: block.image_url, alt: block.alt_text });
  const attributes = { class: "picture", role: "img", "aria-label": block.alt_text };
  return el("span", attributes, block.alt_text);
}

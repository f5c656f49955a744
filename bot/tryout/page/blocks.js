// Every block that the bot shows; one that is not known here is named in plain words.

import { say } from "./api.js";
import { chart } from "./chart.js";
import { confirmed } from "./confirm.js";
import { el, freshId } from "./dom.js";
import { field, isField } from "./fields.js";
import { link, read } from "./mrkdwn.js";

/** Draw `blocks` into nodes. `context` knows names and rooms, answers `press(action)` and
 *  `change(block, action, state)`, and holds a view's `values` and `errors`. */
export function draw(blocks, context) {
  return (blocks ?? []).map((block) => (DRAWN[block.type] ?? unknown)(block, context));
}

const DRAWN = {
  header: (block) => el("h3", {}, block.text.text),
  section,
  context: (block, context) => el("p", { class: "small" }, block.elements.map((one) => text(one, context))),
  divider: () => el("hr"),
  actions: (block, context) =>
    el("div", { class: "actions" }, block.elements.map((one) => step(one, block, context))),
  input,
  alert: (block) =>
    el("p", { class: `alert ${block.level ?? "default"}`, role: "note" }, block.text.text),
  data_visualization: chart,
  rich_text: (block, context) => block.elements.map((one) => rich(one, context)),
  image: (block) => el("img", { src: block.image_url, alt: block.alt_text }),
};

function unknown(block) {
  return el("p", { class: "alert warning" }, say("tryout.page.unknown", { type: block.type }));
}

function text(given, context) {
  if (given.type === "mrkdwn") return read(given.text, context.names);
  if (given.type === "plain_text") return given.text.split("\n").flatMap((one, at) => (at ? [el("br"), one] : [one]));
  return unknown(given);
}

function section(block, context) {
  const accessory = block.accessory;
  const asked = accessory && isField(accessory);
  const label = freshId("label");
  const words = block.text ? el("p", { id: label }, text(block.text, context)) : null;
  const rows = (block.fields ?? []).map((one) => el("p", {}, text(one, context)));
  const ids = { control: freshId("field"), label };
  const beside = asked ? asks(accessory, block, context, ids) : accessory && step(accessory, block, context);
  return el("div", { class: accessory ? "section beside" : "section" }, el("div", {}, words, rows), beside);
}

function step(element, block, context) {
  if (element.type === "overflow") return menu(element, block, context);
  if (isField(element)) return asks(element, block, context, { control: freshId("field") });
  if (element.type !== "button") return unknown(element);
  const label = element.text.text;
  if (element.url) return link(element.url, label, "button");
  const press = () => context.press({ block_id: block.block_id, action_id: element.action_id });
  const onclick = (event) => confirmed(element.confirm, event.currentTarget, press);
  return el("button", { type: "button", class: element.style, onclick, "data-step": element.action_id }, label);
}

function menu(element, block, context) {
  const summary = el("summary", { "aria-label": say("tryout.page.more") }, "\u22EF");
  const rows = element.options.map((option) => {
    const onclick = () => {
      shut.open = false;
      context.press({ block_id: block.block_id, action_id: element.action_id, selected_option: { value: option.value } });
    };
    return el("button", { type: "button", onclick, "data-option": option.value }, option.text.text);
  });
  const shut = el("details", { class: "menu", "data-step": element.action_id }, summary, el("div", {}, rows));
  return shut;
}

function input(block, context) {
  const ids = { control: freshId("field"), label: freshId("label") };
  const error = context.errors?.[block.block_id];
  const hint = block.hint ? el("p", { class: "small", id: freshId("hint") }, text(block.hint, context)) : null;
  const wrong = error ? el("p", { class: "error", id: freshId("error") }, error) : null;
  ids.notes = [hint, wrong].filter(Boolean).map((one) => one.id).join(" ");
  ids.wrong = Boolean(error);
  const mark = say(block.optional ? "tryout.page.optional" : "tryout.page.required");
  const label = el("label", { id: ids.label, for: ids.control, class: "label" }, block.label.text, " ", el("small", {}, mark));
  const control = asks(block.element, block, context, ids);
  return el("div", { class: "question", "data-block": block.block_id }, label, hint, control, wrong);
}

function asks(element, block, context, ids) {
  const given = context.values?.[block.block_id]?.[element.action_id];
  const touched = (state) => context.change(block, element, state);
  const control = field(element, given, context, ids, touched);
  control.dataset.of = block.block_id;
  return control;
}

const RICH = {
  rich_text_section: "p",
  rich_text_preformatted: "pre",
  rich_text_quote: "blockquote",
};

function rich(part, context) {
  if (part.type === "rich_text_list") {
    const kind = part.style === "ordered" ? "ol" : "ul";
    return el(kind, {}, part.elements.map((one) => el("li", {}, one.elements.map((leaf) => said(leaf, context)))));
  }
  if (!RICH[part.type]) return unknown(part);
  return el(RICH[part.type], {}, part.elements.map((leaf) => said(leaf, context)));
}

function said(leaf, context) {
  if (leaf.type === "link") return link(leaf.url, leaf.text ?? leaf.url);
  if (leaf.type === "user") return el("span", { class: "mention" }, `@${context.names[leaf.user_id] ?? leaf.user_id}`);
  if (leaf.type !== "text") return unknown(leaf);
  const node = leaf.style?.italic ? el("em", {}, leaf.text) : leaf.text;
  return leaf.style?.bold ? el("strong", {}, node) : node;
}

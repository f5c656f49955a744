// A question of a form: its label, whether it must be answered, its hint and what is wrong.

import { say } from "./api.js";
import { el, freshId } from "./dom.js";
import { field, isField, isGroup } from "./fields.js";
import { icon } from "./icons.js";
import { unknown } from "./unknown.js";

/** Draw an `input` block. */
export function question(block, context) {
  if (!isField(block.element)) return unknown(block.element);
  const wrong = context.errors?.[block.block_id];
  const hint = block.hint ? note("hint", block.hint.text) : null;
  const error = wrong ? note("error", icon("warning"), wrong) : null;
  const notes = [hint, error].filter(Boolean);
  const ids = {
    control: freshId("field"),
    label: freshId("label"),
    notes: notes.map((one) => one.id).join(" "),
    wrong: Boolean(wrong),
    needed: !block.optional,
  };
  const control = asks(block.element, block, context, ids);
  return el(
    "div",
    { class: wrong ? "question wrong" : "question", "data-block": block.block_id },
    title(block, ids),
    hint,
    control,
    error,
  );
}

/** Draw a field of `block`, wherever it stands. */
export function asks(element, block, context, ids) {
  const touched = (said) => context.change(block, element, said);
  const control = field(element, context.given?.(block, element), context, ids, touched);
  control.dataset.of = block.block_id;
  return control;
}

function title(block, ids) {
  const mark = say(block.optional ? "tryout.page.optional" : "tryout.page.required");
  const words = [block.label.text, " ", el("small", {}, mark)];
  if (isGroup(block.element)) return el("p", { id: ids.label, class: "label" }, words);
  return el("label", { id: ids.label, for: ids.control, class: "label" }, words);
}

function note(kind, ...words) {
  return el("p", { id: freshId(kind), class: kind }, words);
}

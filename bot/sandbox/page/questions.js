// Input blocks: a field with its label, hint and error.

import { translate } from "./api.js";
import { el, uniqueId } from "./dom.js";
import { isField, isGroup, renderField } from "./fields.js";
import { renderIcon } from "./icons.js";
import { renderUnknown } from "./unknown.js";

/** Render an `input` block. */
export function renderQuestion(block, context) {
  if (!isField(block.element)) return renderUnknown(block.element);
  const errorText = context.errors?.[block.block_id];
  const hint = block.hint ? renderNote("hint", block.hint.text) : null;
  const error = errorText ? renderNote("error", renderIcon("warning"), errorText) : null;
  const notes = [hint, error].filter(Boolean);
  const ids = {
    control: uniqueId("field"),
    label: uniqueId("label"),
    notes: notes.map((note) => note.id).join(" "),
    isInvalid: Boolean(errorText),
    isRequired: !block.optional,
  };
  const control = renderBlockField(block.element, block, context, ids);
  return el(
    "div",
    { class: errorText ? "question wrong" : "question", "data-block": block.block_id },
    renderLabel(block, ids),
    hint,
    control,
    error,
  );
}

/** Render a field of any type of `block`, with its current answer and a change handler. */
export function renderBlockField(element, block, context, ids) {
  const onChange = (answer) => context.change(block, element, answer);
  const answer = context.getValue?.(block, element);
  const control = renderField(element, answer, context, ids, onChange);
  control.dataset.of = block.block_id;
  return control;
}

function renderLabel(block, ids) {
  const requirement = translate(
    block.optional ? "sandbox.page.optional" : "sandbox.page.required",
  );
  const content = [block.label.text, " ", el("small", {}, requirement)];
  if (isGroup(block.element)) return el("p", { id: ids.label, class: "label" }, content);
  return el("label", { id: ids.label, for: ids.control, class: "label" }, content);
}

function renderNote(className, ...content) {
  return el("p", { id: uniqueId(className), class: className }, content);
}

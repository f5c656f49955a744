// Questions of a form: each kind of field, what was chosen in it, and its errors.

import { say } from "./api.js";
import { el, freshId } from "./dom.js";

const KEYS = {
  radio_buttons: "selected_option",
  static_select: "selected_option",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  timepicker: "selected_time",
  datepicker: "selected_date",
  plain_text_input: "value",
};

/** Whether an element asks something, rather than being a step to take. */
export const isField = (element) => element.type in KEYS;

/** Draw a field. `given` is its state, `ids` the ids of its label and notes, `touched` is
 *  called with the state after each change. */
export function field(element, given, context, ids, touched) {
  const control = CONTROLS[element.type](element, given?.[KEYS[element.type]], context, ids);
  control.dataset.action = element.action_id;
  control.dataset.kind = element.type;
  control.addEventListener("change", () => touched(told(control)));
  return control;
}

/** What is chosen in a drawn field, as Slack's clients tell it. */
export function told(control) {
  const kind = control.dataset.kind;
  return { type: kind, [KEYS[kind]]: READERS[kind](control) };
}

const option = (value) => ({ value });
const chosenIn = (control) => [...control.querySelectorAll("input:checked")].map((one) => one.value);
const single = (control) => control.querySelector("select, input").value || null;

const READERS = {
  radio_buttons: (control) => chosenIn(control).map(option)[0] ?? null,
  checkboxes: (control) => chosenIn(control).map(option),
  static_select: (control) => (single(control) ? option(single(control)) : null),
  users_select: single,
  multi_users_select: chosenIn,
  conversations_select: single,
  timepicker: single,
  datepicker: single,
  plain_text_input: single,
};

const CONTROLS = {
  radio_buttons: (element, given, _context, ids) => choices("radio", element, [given], ids),
  checkboxes: (element, given, _context, ids) => choices("checkbox", element, given ?? [], ids),
  static_select: (element, given, _context, ids) =>
    dropdown(element.options.map(labelled), given?.value, ids),
  users_select: (_element, given, context, ids) => dropdown(people(context), given, ids),
  multi_users_select: (_element, given, context, ids) =>
    boxes("checkbox", people(context), given ?? [], ids, "many"),
  conversations_select: (_element, given, context, ids) =>
    dropdown(context.rooms.map((room) => [room.id, `#${room.name}`]), given, ids),
  timepicker: (_element, given, _context, ids) => line({ type: "time", value: given }, ids),
  datepicker: (_element, given, _context, ids) => line({ type: "date", value: given }, ids),
  plain_text_input: (element, given, _context, ids) =>
    line({ type: "text", value: given, maxlength: element.max_length }, ids),
};

const labelled = (one) => [one.value, one.text.text, one.description?.text];
const people = (context) => context.personas.map((one) => [one.id, one.name, one.title]);

function choices(type, element, given, ids) {
  const codes = given.filter(Boolean).map((one) => one.value);
  return boxes(type, element.options.map(labelled), codes, ids);
}

function boxes(type, options, codes, ids, kind = "") {
  const name = freshId("choice");
  const rows = options.map(([value, label, detail]) => {
    const box = el("input", { type, name, value, checked: codes.includes(value) });
    const small = detail ? el("small", {}, detail) : null;
    return el("label", { class: "choice" }, box, el("span", {}, label, small));
  });
  const role = type === "radio" ? "radiogroup" : "group";
  return el("div", { role, class: `choices ${kind}`, ...described(ids) }, rows);
}

function dropdown(options, given, ids) {
  const none = el("option", { value: "" }, say("tryout.page.choose"));
  const rows = options.map(([value, label]) =>
    el("option", { value, selected: value === given }, label),
  );
  return el("div", {}, el("select", { id: ids.control, ...described(ids) }, none, rows));
}

function line(attributes, ids) {
  return el("div", {}, el("input", { id: ids.control, ...attributes, ...described(ids) }));
}

function described(ids) {
  return {
    "aria-labelledby": ids.label,
    "aria-describedby": ids.notes || undefined,
    "aria-invalid": ids.wrong ? "true" : undefined,
  };
}

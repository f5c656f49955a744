// Fields: each kind drawn, and what is chosen in it, as Slack's clients tell it.

import { say } from "./api.js";
import { el, freshId } from "./dom.js";
import { picker } from "./picker.js";

const single = (control) => control.value || null;
const ticked = (control) => [...control.querySelectorAll("[name]:checked")].map((one) => one.value);
const option = (value) => ({ value });
const code = (given) => given?.value;

/** Each kind: the key of its answer, how it is drawn from what was given, how it is read. */
const KINDS = {
  radio_buttons: {
    key: "selected_option",
    draw: (element, given, ids) => choices("radio", element, [code(given)], ids),
    read: (control) => ticked(control).map(option)[0] ?? null,
    group: true,
  },
  checkboxes: {
    key: "selected_options",
    draw: (element, given, ids) => choices("checkbox", element, (given ?? []).map(code), ids),
    read: (control) => ticked(control).map(option),
    group: true,
  },
  static_select: {
    key: "selected_option",
    draw: (element, given, ids) => dropdown(groups(element), code(given), ids),
    read: (control) => (control.value ? option(control.value) : null),
  },
  multi_static_select: {
    key: "selected_options",
    draw: (element, given, ids) => {
      const options = groups(element).flatMap(([, inside]) => inside);
      return picker(options, (given ?? []).map(code), element.max_selected_items, ids);
    },
    read: (control) => ticked(control).map(option),
    group: true,
  },
  users_select: one("selected_user", people),
  multi_users_select: many("selected_users", people),
  channels_select: one("selected_channel", rooms),
  conversations_select: one("selected_conversation", rooms),
  multi_conversations_select: many("selected_conversations", rooms),
  timepicker: typed("selected_time", "time"),
  datepicker: typed("selected_date", "date"),
  plain_text_input: typed("value", "text"),
  number_input: typed("value", "number"),
  email_text_input: typed("value", "email"),
  url_text_input: typed("value", "url"),
};

/** Whether an element asks something, rather than being a step to take. */
export const isField = (element) => element.type in KINDS;

/** Whether a field is many small controls under one label. */
export const isGroup = (element) => Boolean(KINDS[element.type]?.group);

/** Draw a field as it was `given`; `ids` are the ids of its label and notes, and whether it is
 *  `wrong` or `needed`. `touched` is called with what is chosen, after each change. */
export function field(element, given, context, ids, touched) {
  const { key, draw } = KINDS[element.type];
  const control = draw(element, given?.[key], ids, context);
  Object.assign(control.dataset, { action: element.action_id, kind: element.type });
  control.addEventListener("change", () => touched(told(control)));
  return control;
}

/** What is chosen in a drawn field. */
export function told(control) {
  const { key, read } = KINDS[control.dataset.kind];
  return { type: control.dataset.kind, [key]: read(control) };
}

function one(key, listed) {
  const draw = (_element, given, ids, context) => dropdown([["", listed(context)]], given, ids);
  return { key, draw, read: single };
}

function many(key, listed) {
  const draw = (element, given, ids, context) =>
    picker(listed(context), given ?? [], element.max_selected_items, ids);
  return { key, draw, read: ticked, group: true };
}

function typed(key, type) {
  const draw = (element, given, ids) => {
    const asked = { id: ids.control, "data-focus": ids.control, ...described(ids) };
    const limits = { maxlength: element.max_length, placeholder: element.placeholder?.text };
    if (element.multiline) return el("textarea", { rows: 4, ...limits, ...asked }, given);
    return el("input", { type, value: given, ...limits, ...asked });
  };
  return { key, draw, read: single };
}

function people(context) {
  return context.personas.map((one) => ({ value: one.id, label: one.name, detail: one.title }));
}

function rooms(context) {
  return context.rooms.map((room) => ({ value: room.id, label: `# ${room.name}` }));
}

const labelled = (given) => ({
  value: given.value,
  label: given.text.text,
  detail: given.description?.text,
});

function groups(element) {
  const listed = element.option_groups ?? [{ options: element.options }];
  return listed.map((group) => [group.label?.text ?? "", group.options.map(labelled)]);
}

function dropdown(listed, given, ids) {
  const none = el("option", { value: "" }, say("tryout.page.choose"));
  const rows = listed.map(([label, options]) => {
    const inside = options.map(({ value, label: words }) =>
      el("option", { value, selected: value === given }, words),
    );
    return label ? el("optgroup", { label }, inside) : inside;
  });
  const asked = { id: ids.control, "data-focus": ids.control, ...described(ids) };
  return el("select", asked, none, rows);
}

function choices(type, element, codes, ids) {
  const name = freshId("choice");
  const rows = element.options.map(labelled).map(({ value, label, detail }) => {
    const checked = codes.includes(value);
    const focus = `${element.action_id} ${value}`;
    const box = el("input", { type, name, value, checked, "data-focus": focus });
    const small = detail ? el("small", {}, detail) : null;
    return el("label", { class: "choice" }, box, el("span", {}, label, small));
  });
  const role = type === "radio" ? "radiogroup" : "group";
  return el("div", { role, class: "choices", ...described(ids, type === "radio") }, rows);
}

/** Tie a control to its label and notes; only some roles may say that they are needed. */
export function described(ids, mayRequire = true) {
  return {
    "aria-labelledby": ids.label,
    "aria-describedby": ids.notes || undefined,
    "aria-invalid": ids.wrong ? "true" : undefined,
    "aria-required": ids.needed && mayRequire ? "true" : undefined,
  };
}

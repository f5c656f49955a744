// Input elements by type: how each is rendered, and how its answer is read in Slack's format.

import { translate } from "./api.js";
import { el, uniqueId } from "./dom.js";
import { createPicker } from "./picker.js";

const readValue = (control) => control.value || null;
const readChecked = (control) =>
  [...control.querySelectorAll("[name]:checked")].map((box) => box.value);
const toOption = (value) => ({ value });
const optionValue = (option) => option?.value;

/** By type: the key of the answer, `render(element, value, ids, context)` and `read(control)`. */
const FIELD_TYPES = {
  radio_buttons: {
    key: "selected_option",
    render: (element, value, ids) => renderChoices("radio", element, [optionValue(value)], ids),
    read: (control) => readChecked(control).map(toOption)[0] ?? null,
    isGroup: true,
  },
  checkboxes: {
    key: "selected_options",
    render: (element, value, ids) =>
      renderChoices("checkbox", element, (value ?? []).map(optionValue), ids),
    read: (control) => readChecked(control).map(toOption),
    isGroup: true,
  },
  static_select: {
    key: "selected_option",
    render: (element, value, ids) => renderSelect(listGroups(element), optionValue(value), ids),
    read: (control) => (control.value ? toOption(control.value) : null),
  },
  multi_static_select: {
    key: "selected_options",
    render: (element, value, ids) => {
      const options = listGroups(element).flatMap(([, groupOptions]) => groupOptions);
      return createPicker(options, (value ?? []).map(optionValue), element.max_selected_items, ids);
    },
    read: (control) => readChecked(control).map(toOption),
    isGroup: true,
  },
  users_select: selectField("selected_user", listPeople),
  multi_users_select: pickerField("selected_users", listPeople),
  channels_select: selectField("selected_channel", listChannels),
  conversations_select: selectField("selected_conversation", listChannels),
  multi_conversations_select: pickerField("selected_conversations", listChannels),
  timepicker: inputField("selected_time", "time"),
  datepicker: inputField("selected_date", "date"),
  plain_text_input: inputField("value", "text"),
  number_input: inputField("value", "number"),
  email_text_input: inputField("value", "email"),
  url_text_input: inputField("value", "url"),
};

/** Return whether an element has an answer, unlike a button or a menu. */
export const isField = (element) => element.type in FIELD_TYPES;

/** Return whether a field consists of several controls with one common label. */
export const isGroup = (element) => Boolean(FIELD_TYPES[element.type]?.isGroup);

/** Render a field with `answer`. `ids` contains the ids of its label and notes, and the flags
 *  `isInvalid` and `isRequired`. `onChange` is called with the new answer after each change. */
export function renderField(element, answer, context, ids, onChange) {
  const { key, render } = FIELD_TYPES[element.type];
  const control = render(element, answer?.[key], ids, context);
  Object.assign(control.dataset, { action: element.action_id, kind: element.type });
  control.addEventListener("change", () => onChange(readAnswer(control)));
  return control;
}

/** Return the current answer of a rendered field. */
export function readAnswer(control) {
  const { key, read } = FIELD_TYPES[control.dataset.kind];
  return { type: control.dataset.kind, [key]: read(control) };
}

function selectField(key, listOptions) {
  const render = (_element, value, ids, context) =>
    renderSelect([["", listOptions(context)]], value, ids);
  return { key, render, read: readValue };
}

function pickerField(key, listOptions) {
  const render = (element, value, ids, context) =>
    createPicker(listOptions(context), value ?? [], element.max_selected_items, ids);
  return { key, render, read: readChecked, isGroup: true };
}

function inputField(key, type) {
  const render = (element, value, ids) => {
    const attributes = {
      maxlength: element.max_length,
      placeholder: element.placeholder?.text,
      ...controlAttributes(ids),
    };
    if (element.multiline) return el("textarea", { rows: 4, ...attributes }, value);
    return el("input", { type, value, ...attributes });
  };
  return { key, render, read: readValue };
}

function listPeople(context) {
  return context.personas.map(({ id, name, title, team }) => {
    const detail = `${title} \u00b7 ${team}`; // a visitor does not know these people
    return { value: id, label: name, detail };
  });
}

function listChannels(context) {
  return context.rooms.map((room) => ({ value: room.id, label: `# ${room.name}` }));
}

const toLabelledOption = (option) => ({
  value: option.value,
  label: option.text.text,
  detail: option.description?.text,
});

function listGroups(element) {
  const groups = element.option_groups ?? [{ options: element.options }];
  return groups.map((group) => [group.label?.text ?? "", group.options.map(toLabelledOption)]);
}

function renderSelect(groups, selectedValue, ids) {
  const emptyOption = el("option", { value: "" }, translate("sandbox.page.choose"));
  const children = groups.map(([groupLabel, options]) => {
    const nodes = options.map(({ value, label }) =>
      el("option", { value, selected: value === selectedValue }, label),
    );
    return groupLabel ? el("optgroup", { label: groupLabel }, nodes) : nodes;
  });
  return el("select", controlAttributes(ids), emptyOption, children);
}

function renderChoices(type, element, checkedValues, ids) {
  const name = uniqueId("choice");
  const rows = element.options.map(toLabelledOption).map(({ value, label, detail }) => {
    const checked = checkedValues.includes(value);
    const focusKey = `${element.action_id} ${value}`;
    const box = el("input", { type, name, value, checked, "data-focus": focusKey });
    const description = detail ? el("small", {}, detail) : null;
    return el("label", { class: "choice" }, box, el("span", {}, label, description));
  });
  const role = type === "radio" ? "radiogroup" : "group";
  return el("div", { role, class: "choices", ...ariaAttributes(ids, type === "radio") }, rows);
}

function controlAttributes(ids) {
  return { id: ids.control, "data-focus": ids.control, ...ariaAttributes(ids) };
}

/** Return the ARIA attributes that link a control to its label and notes; only some roles allow
 *  `aria-required`. */
export function ariaAttributes(ids, allowsRequired = true) {
  return {
    "aria-labelledby": ids.label,
    "aria-describedby": ids.notes || undefined,
    "aria-invalid": ids.isInvalid ? "true" : undefined,
    "aria-required": ids.isRequired && allowsRequired ? "true" : undefined,
  };
}

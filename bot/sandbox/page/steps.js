// What can be pressed: buttons, links, menus, and the question before a step that matters.

import { say } from "./api.js";
import { confirmed } from "./confirm.js";
import { el, freshId } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { link } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

/** Draw a button, a link or a menu; `label` is the id of the words that a menu stands beside. */
export function step(element, block, context, label) {
  return (STEPS[element.type] ?? unknown)(element, block, context, label);
}

const STEPS = { button, overflow };

function button(element, block, context) {
  const ids = { block_id: block.block_id, action_id: element.action_id };
  const marks = marked(block, element);
  const words = element.text.text;
  const press = () => context.press(ids);
  if (element.url) return link(element.url, words, { class: "button", onclick: press, ...marks });
  const onclick = (event) => {
    const pressed = event.currentTarget;
    confirmed(element.confirm, () => busy(pressed, press()));
  };
  const attributes = { type: "button", class: element.style, onclick, ...marks };
  return el("button", { ...attributes, "aria-label": element.accessibility_label }, words);
}

/** What a step is known by when it is drawn again. */
function marked({ block_id: block }, { action_id: action }) {
  return { "data-step": action, "data-focus": `${block} ${action}` };
}

function overflow(element, block, context, label) {
  const ids = { block_id: block.block_id, action_id: element.action_id };
  const more = freshId("more");
  const rows = element.options.map((option) => ({
    label: option.text.text,
    attributes: { "data-option": option.value },
    work: () =>
      confirmed(element.confirm, () =>
        context.press({ ...ids, selected_option: { value: option.value } }),
      ),
  }));
  const attributes = {
    class: "quiet",
    "aria-label": say("tryout.page.more"),
    "aria-labelledby": label ? `${label} ${more}` : undefined,
    id: more,
    ...marked(block, element),
  };
  return menu(attributes, icon("more"), rows, "end");
}

/** Show that a step is under way, without taking the focus from it. */
export async function busy(pressed, work) {
  pressed.setAttribute("aria-busy", "true");
  await work;
  pressed.removeAttribute("aria-busy");
}

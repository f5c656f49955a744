// Interactive elements without an answer: buttons, links and overflow menus.

import { translate } from "./api.js";
import { confirmAction } from "./confirm.js";
import { el, uniqueId } from "./dom.js";
import { renderIcon } from "./icons.js";
import { createMenu } from "./menu.js";
import { renderLink } from "./mrkdwn.js";
import { renderUnknown } from "./unknown.js";

/** Render a button, a link or a menu; `label` is the id of the text that labels a menu. */
export function renderButtonOrMenu(element, block, context, label) {
  return (RENDERERS_BY_TYPE[element.type] ?? renderUnknown)(element, block, context, label);
}

const RENDERERS_BY_TYPE = { button: renderButton, overflow: renderOverflow };

function renderButton(element, block, context) {
  const ids = { block_id: block.block_id, action_id: element.action_id };
  const dataset = dataAttributes(block, element);
  const text = element.text.text;
  const press = () => context.press(ids);
  if (element.url) {
    return renderLink(element.url, text, { class: "button", onclick: press, ...dataset });
  }
  const onclick = (event) => {
    const button = event.currentTarget;
    confirmAction(element.confirm, () => markBusy(button, press()));
  };
  const attributes = { type: "button", class: element.style, onclick, ...dataset };
  return el("button", { ...attributes, "aria-label": element.accessibility_label }, text);
}

/** Return the attributes that identify an element after it is rendered again. */
function dataAttributes({ block_id: blockId }, { action_id: actionId }) {
  return { "data-action-id": actionId, "data-focus": `${blockId} ${actionId}` };
}

function renderOverflow(element, block, context, label) {
  const ids = { block_id: block.block_id, action_id: element.action_id };
  const id = uniqueId("more");
  const rows = element.options.map((option) => ({
    label: option.text.text,
    attributes: { "data-option": option.value },
    onSelect: () =>
      confirmAction(element.confirm, () =>
        context.press({ ...ids, selected_option: { value: option.value } }),
      ),
  }));
  const attributes = {
    class: "quiet",
    "aria-label": translate("sandbox.page.more"),
    "aria-labelledby": label ? `${label} ${id}` : undefined,
    id,
    ...dataAttributes(block, element),
  };
  return createMenu(attributes, renderIcon("more"), rows, "end");
}

/** Mark a button as busy until `promise` is settled; it does not lose the focus. */
async function markBusy(button, promise) {
  button.setAttribute("aria-busy", "true");
  await promise;
  button.removeAttribute("aria-busy");
}

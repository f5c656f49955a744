// DOM helpers. Strings always become text nodes, so that no received text is parsed as HTML.

/** Create an element with attributes, event listeners (`onclick`) and children (text or nodes). */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...flattenChildren(children));
  return node;
}

/** Create a button that does not submit its form. */
export function createButton(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

let lastIdNumber = 0;

/** Return a unique element id, for `for` and `aria-*` attributes. */
export function uniqueId(prefix) {
  lastIdNumber += 1;
  return `${prefix}-${lastIdNumber}`;
}

/** Replace the children of `parent`; null and undefined items are ignored. */
export function replaceChildren(parent, ...children) {
  parent.replaceChildren(...flattenChildren(children));
}

function flattenChildren(children) {
  return children.flat(9).filter((child) => child !== undefined && child !== null);
}

/** Reconcile the children of `parent` with `items`, one node per item, identified by
 *  `getKey(item)`. A node is reused while its item's JSON is unchanged, which preserves the focus
 *  and the entered text; otherwise `render(item)` creates a new node. */
export function reconcileChildren(parent, items, getKey, render) {
  const focusTarget = readFocusTarget(parent);
  const oldNodes = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const json = JSON.stringify(item);
    const oldNode = oldNodes.get(getKey(item));
    if (oldNode?.renderedJson === json) return oldNode;
    const node = render(item);
    node.dataset.key = getKey(item);
    node.renderedJson = json;
    return node;
  });
  orderChildren(parent, nodes);
  if (focusTarget && !parent.contains(document.activeElement)) restoreFocus(parent, focusTarget);
  return nodes;
}

/** Make `nodes` the children of `parent` without moving those in the right position. */
function orderChildren(parent, nodes) {
  const remaining = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!remaining.has(node)) node.remove();
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

function readFocusTarget(parent) {
  const active = document.activeElement;
  if (!parent.contains(active) || !active.dataset.focus) return null;
  return { focus: active.dataset.focus, key: active.closest("[data-key]")?.dataset.key };
}

/** Focus the element that replaced the previously focused one. */
function restoreFocus(parent, { focus, key }) {
  const selector = `[data-focus="${CSS.escape(focus)}"]`;
  const sameItem = parent.querySelector(`[data-key="${CSS.escape(key ?? "")}"] ${selector}`);
  (sameItem ?? parent.querySelector(selector))?.focus();
}

/** Wrap `callback` so that it is skipped while the JSON of its argument is unchanged. */
export function skipUnchanged(callback) {
  let lastJson;
  return (argument) => {
    const json = JSON.stringify(argument);
    if (json === lastJson) return;
    lastJson = json;
    callback(argument);
  };
}

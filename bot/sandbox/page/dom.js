// Builds what people see out of text nodes; nothing that arrives is ever read as markup.

/** Make an element: attributes, listeners (`onclick`), then children (text or nodes). */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...present(children));
  return made;
}

/** Make a button that does what it is told when it is pressed, and sends nothing off. */
export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

let made = 0;

/** An id that no other element has, to tie a label or an error to its field. */
export function freshId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}

/** Put `children` in the place of what `parent` held. */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
}

function present(children) {
  return children.flat(9).filter((child) => child !== undefined && child !== null);
}

/** Show one node per item in `parent`. `key(item)` tells items apart; a node stays, and with
 *  it the focus and what was typed, for as long as its item says the same. */
export function keep(parent, items, key, draw) {
  const held = heldIn(parent);
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const now = JSON.stringify(item);
    const node = known.get(key(item));
    if (node?.shows === now) return node;
    const fresh = draw(item);
    fresh.dataset.key = key(item);
    fresh.shows = now;
    return fresh;
  });
  place(parent, nodes);
  if (held && !parent.contains(document.activeElement)) again(parent, held);
  return nodes;
}

/** Put `nodes` in order without touching those that already stand right. */
function place(parent, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!wanted.has(node)) node.remove();
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

function heldIn(parent) {
  const active = document.activeElement;
  if (!parent.contains(active) || !active.dataset.focus) return null;
  return { focus: active.dataset.focus, key: active.closest("[data-key]")?.dataset.key };
}

/** Give the focus back to what was redrawn while it had it. */
function again(parent, { focus, key }) {
  const same = `[data-focus="${CSS.escape(focus)}"]`;
  const there = parent.querySelector(`[data-key="${CSS.escape(key ?? "")}"] ${same}`);
  (there ?? parent.querySelector(same))?.focus();
}

/** Run `work` when what it is given is not what it last ran for. */
export function whenChanged(work) {
  let last;
  return (given) => {
    const now = JSON.stringify(given);
    if (now === last) return;
    last = now;
    work(given);
  };
}

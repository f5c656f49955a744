// Builds what people see out of text nodes; nothing that arrives is ever read as markup.

/** Make an element: attributes, listeners (`onclick`), then children (text or nodes). */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat(9).filter((child) => child !== undefined && child !== null));
  return made;
}

let made = 0;

/** An id that no other element has, to tie a label or an error to its field. */
export function freshId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}

/** Put `children` in the place of what `parent` held. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(9).filter(Boolean));
}

/** Run `work` when the answer is not the one it last ran for; keeps focus and scroll still. */
export function whenChanged(work) {
  let last;
  return (given) => {
    const now = JSON.stringify(given);
    if (now === last) return;
    last = now;
    work(given);
  };
}

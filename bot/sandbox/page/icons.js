// SVG icons as paths of a 20 by 20 view box, in the current text colour.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M8 3 6 17M14 3l-2 14M3.5 7.5h13.5M3 12.5h13.5",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "m5 5 10 10M15 5 5 15",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  send: "M3.5 10h12M10.5 4.5 16 10l-5.5 5.5",
  eye: "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10ZM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  plus: "M10 4v12M4 10h12",
  house: "M3 9.5 10 4l7 5.5M5 8.5V16h10V8.5M8.5 16v-4h3v4",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4l3 2",
  forward: "m4 5 5.5 5L4 15M10.5 5l5.5 5-5.5 5",
  moon: "M16 12A6.5 6.5 0 0 1 8 4a6.5 6.5 0 1 0 8 8Z",
  sun: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM10 2v2M10 16v2M2 10h2M16 10h2M4.5 4.5l1.3 1.3M14.2 14.2l1.3 1.3M4.5 15.5l1.3-1.3M14.2 5.8l1.3-1.3",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 9.5V13M10 6.8v.01",
  warning: "M10 3.5 2.5 16.5h15ZM10 8.5v3.5M10 14.3v.01",
  success: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7 10.2l2.2 2.2L13.2 8",
  attune: "M7.5 15a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM12.5 15a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z",
};

/** Render an icon by name, hidden from screen readers: the adjacent text has its meaning. */
export function renderIcon(name) {
  const attributes = { class: `icon ${name}`, viewBox: "0 0 20 20", "aria-hidden": "true" };
  const node = createSvgElement("svg", attributes);
  node.append(createSvgElement("path", { d: PATHS[name] }));
  return node;
}

/** Create an SVG element with attributes. */
export function createSvgElement(name, attributes) {
  const node = document.createElementNS(SVG_NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

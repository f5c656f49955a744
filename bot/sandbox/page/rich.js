// Rich text: what Slack writes without any notation, read into nodes.

import { el } from "./dom.js";
import { link, mention } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

const KINDS = {
  rich_text_section: "p",
  rich_text_preformatted: "pre",
  rich_text_quote: "blockquote",
};

/** Draw one part of a `rich_text` block. */
export function rich(part, names) {
  if (part.type === "rich_text_list") {
    const kind = part.style === "ordered" ? "ol" : "ul";
    return el(kind, {}, part.elements.map((one) => el("li", {}, leaves(one, names))));
  }
  return KINDS[part.type] ? el(KINDS[part.type], {}, leaves(part, names)) : unknown(part);
}

function leaves(part, names) {
  return part.elements.map((leaf) => (LEAVES[leaf.type] ?? unknown)(leaf, names));
}

const LEAVES = {
  text: (leaf) => styled(leaf.text, leaf.style ?? {}),
  link: (leaf) => link(leaf.url, leaf.text ?? leaf.url),
  user: (leaf, names) => mention("@", leaf.user_id, names),
  channel: (leaf, names) => mention("#", leaf.channel_id, names),
  date: (leaf) => leaf.fallback ?? "",
};

const STYLES = { code: "code", strike: "s", italic: "em", bold: "strong" };

function styled(text, style) {
  const names = Object.keys(STYLES).filter((name) => style[name]);
  return names.reduce((inner, name) => el(STYLES[name], {}, inner), text);
}

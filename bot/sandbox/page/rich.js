// Renderer of rich text blocks, which contain styles as objects instead of markup.

import { el } from "./dom.js";
import { renderLink, renderMention } from "./mrkdwn.js";
import { renderUnknown } from "./unknown.js";

const TAGS = {
  rich_text_section: "p",
  rich_text_preformatted: "pre",
  rich_text_quote: "blockquote",
};

/** Render one part of a `rich_text` block. */
export function renderRichText(part, names) {
  if (part.type === "rich_text_list") {
    const tag = part.style === "ordered" ? "ol" : "ul";
    return el(tag, {}, part.elements.map((item) => el("li", {}, renderLeaves(item, names))));
  }
  const tag = TAGS[part.type];
  return tag ? el(tag, {}, renderLeaves(part, names)) : renderUnknown(part);
}

function renderLeaves(part, names) {
  return part.elements.map((leaf) => (LEAF_RENDERERS[leaf.type] ?? renderUnknown)(leaf, names));
}

const LEAF_RENDERERS = {
  text: (leaf) => renderStyledText(leaf.text, leaf.style ?? {}),
  link: (leaf) => renderLink(leaf.url, leaf.text ?? leaf.url),
  user: (leaf, names) => renderMention("@", leaf.user_id, names),
  channel: (leaf, names) => renderMention("#", leaf.channel_id, names),
  date: (leaf) => leaf.fallback ?? "",
};

const STYLE_TAGS = { code: "code", strike: "s", italic: "em", bold: "strong" };

function renderStyledText(text, style) {
  const styleNames = Object.keys(STYLE_TAGS).filter((name) => style[name]);
  return styleNames.reduce((node, name) => el(STYLE_TAGS[name], {}, node), text);
}

// Parser of Slack's mrkdwn: bold, italic, strikethrough, code, links, mentions, quotes and lists.

import { el } from "./dom.js";
import { renderIcon } from "./icons.js";

const REFERENCE = String.raw`<([^<>\s|]+(?:\s[^<>|]*)?)(?:\|([^<>]*))?>`;
const CODE = "`([^`\\n]+)`";
const EMOJI = ":([a-z_]+):";
const EMPHASIS = ["*", "_", "~"].map(emphasisPattern);
const MARKUP = new RegExp([REFERENCE, ...EMPHASIS, CODE, EMOJI].join("|"), "gu");
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const EMOJI_ICONS = { warning: "warning", information_source: "info", white_check_mark: "success" };
const QUOTE_PREFIX = /^&gt; ?/;
const LIST_PREFIX = /^\s*[\u2022\u25E6] /;

function emphasisPattern(sign) {
  const mark = `[${sign}]`;
  // A letter of any script: Slack treats a run of Chinese characters as one word.
  const edge = `[\\p{L}\\p{N}_${sign}]`;
  return `(?<!${edge})${mark}(?=\\S)([^${sign}\\n]+?)(?<=\\S)${mark}(?!${edge})`;
}

/** Render `text` as paragraphs, quotes and lists. `names` contains names of people and channels
 *  by id. */
export function renderMrkdwn(text, names) {
  return groupLines(text.split("\n")).map(([kind, lines]) => GROUP_RENDERERS[kind](lines, names));
}

const GROUP_RENDERERS = {
  plain: (lines, names) => el("p", {}, renderLines(lines, names)),
  quote: (lines, names) => {
    const contents = lines.map((line) => line.replace(QUOTE_PREFIX, ""));
    return el("blockquote", {}, renderLines(contents, names));
  },
  list: (lines, names) => {
    const contents = lines.map((line) => line.replace(LIST_PREFIX, ""));
    return el("ul", {}, contents.map((line) => el("li", {}, renderLine(line, names))));
  },
};

/** Group adjacent lines of one kind; an empty line ends a group. */
function groupLines(lines) {
  const groups = [];
  let isOpen = false;
  for (const line of lines) {
    const kind = QUOTE_PREFIX.test(line) ? "quote" : LIST_PREFIX.test(line) ? "list" : "plain";
    const last = groups.at(-1);
    if (!line.trim()) isOpen = false;
    else if (isOpen && last[0] === kind) last[1].push(line);
    else isOpen = Boolean(groups.push([kind, [line]]));
  }
  return groups;
}

function renderLines(lines, names) {
  return lines.flatMap((line, index) => [index ? el("br") : null, ...renderLine(line, names)]);
}

/** Render the inline markup of one line as a list of nodes and strings. */
function renderLine(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(MARKUP)) {
    nodes.push(decodeEntities(text.slice(end, match.index)), renderMatch(match, names));
    end = match.index + match[0].length;
  }
  return [...nodes, decodeEntities(text.slice(end))];
}

function renderMatch([match, target, label, bold, italic, strike, code, emoji], names) {
  if (target) return renderReference(target, label, names);
  if (bold) return el("strong", {}, renderLine(bold, names));
  if (italic) return el("em", {}, renderLine(italic, names));
  if (strike) return el("s", {}, renderLine(strike, names));
  if (code) return el("code", {}, decodeEntities(code));
  return EMOJI_ICONS[emoji] ? renderIcon(EMOJI_ICONS[emoji]) : match;
}

function renderReference(target, label, names) {
  const id = target.slice(1);
  if (target[0] === "@" || target[0] === "#") return renderMention(target[0], id, names);
  if (target[0] === "!") return decodeEntities(label ?? target); // a date or a group: its label
  return renderLink(decodeEntities(target), decodeEntities(label || target));
}

/** Render the name of a person (`@`) or of a channel (`#`). */
export function renderMention(sigil, id, names) {
  return el("span", { class: "mention" }, sigil + (names[id] ?? id));
}

/** Render a link: to a chat in this page for Slack's redirect URL, otherwise in a new tab. A URL
 *  with another scheme, such as `javascript:`, becomes plain text. */
export function renderLink(url, label, attributes = {}) {
  const chat = redirectedChat(url);
  if (chat) return el("a", { href: "#conversation", "data-chat": chat, ...attributes }, label);
  if (!/^(https?|mailto):/.test(url)) return label;
  const external = { href: url, target: "_blank", rel: "noreferrer noopener" };
  return el("a", { ...external, ...attributes }, label);
}

function redirectedChat(url) {
  if (!URL.canParse(url)) return null;
  const { hostname, pathname, searchParams } = new URL(url);
  const isRedirect = hostname === "slack.com" && pathname === "/app_redirect";
  return isRedirect ? searchParams.get("channel") : null;
}

/** Decode the three entities that Slack escapes. */
function decodeEntities(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

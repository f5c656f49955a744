// Slack's notation, read into nodes: strong, emphasis, code, links, mentions, quotes, lists.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const POINTED = String.raw`<([^<>\s|]+(?:\s[^<>|]*)?)(?:\|([^<>]*))?>`;
const CODE = "`([^`\\n]+)`";
const SIGN = ":([a-z_]+):";
const AROUND = ["*", "_", "~"].map(around);
const MARK = new RegExp([POINTED, ...AROUND, CODE, SIGN].join("|"), "gu");
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const SIGNS = { warning: "warning", information_source: "info", white_check_mark: "success" };
const QUOTED = /^&gt; ?/;
const LISTED = /^\s*[\u2022\u25E6] /;

function around(sign) {
  const mark = `[${sign}]`;
  // A letter of any script: Slack takes a run of Chinese for one word.
  const edge = `[\\p{L}\\p{N}_${sign}]`;
  return `(?<!${edge})${mark}(?=\\S)([^${sign}\\n]+?)(?<=\\S)${mark}(?!${edge})`;
}

/** Read `text` into paragraphs, quotes and lists. `names` gives people and channels by id. */
export function paragraphs(text, names) {
  return runs(text.split("\n")).map(([kind, lines]) => WRITTEN[kind](lines, names));
}

const WRITTEN = {
  plain: (lines, names) => el("p", {}, broken(lines, names)),
  quoted: (lines, names) =>
    el("blockquote", {}, broken(lines.map((line) => line.replace(QUOTED, "")), names)),
  listed: (lines, names) =>
    el("ul", {}, lines.map((line) => el("li", {}, read(line.replace(LISTED, ""), names)))),
};

/** Neighbouring lines of one kind, together; an empty line ends a paragraph. */
function runs(lines) {
  const found = [];
  let open = false;
  for (const line of lines) {
    const kind = QUOTED.test(line) ? "quoted" : LISTED.test(line) ? "listed" : "plain";
    const last = found.at(-1);
    if (!line.trim()) open = false;
    else if (open && last[0] === kind) last[1].push(line);
    else open = Boolean(found.push([kind, [line]]));
  }
  return found;
}

function broken(lines, names) {
  return lines.flatMap((line, at) => [at ? el("br") : null, ...read(line, names)]);
}

/** Read one line into nodes. */
export function read(text, names) {
  const nodes = [];
  let done = 0;
  for (const mark of text.matchAll(MARK)) {
    nodes.push(plain(text.slice(done, mark.index)), marked(mark, names));
    done = mark.index + mark[0].length;
  }
  return [...nodes, plain(text.slice(done))];
}

function marked([whole, target, label, strong, emphasis, struck, code, sign], names) {
  if (target) return pointed(target, label, names);
  if (strong) return el("strong", {}, read(strong, names));
  if (emphasis) return el("em", {}, read(emphasis, names));
  if (struck) return el("s", {}, read(struck, names));
  if (code) return el("code", {}, plain(code));
  return SIGNS[sign] ? icon(SIGNS[sign]) : whole;
}

function pointed(target, label, names) {
  const id = target.slice(1);
  if (target[0] === "@" || target[0] === "#") return mention(target[0], id, names);
  if (target[0] === "!") return plain(label ?? target); // a date or a group: its own words
  return link(plain(target), plain(label || target));
}

/** The name of a person (`@`) or of a channel (`#`). */
export function mention(sign, id, names) {
  return el("span", { class: "mention" }, sign + (names[id] ?? id));
}

/** A link: into the page for a chat with a person, else out to a new tab. */
export function link(url, label, attributes = {}) {
  const chat = chatOf(url);
  if (chat) return el("a", { href: "#conversation", "data-chat": chat, ...attributes }, label);
  if (!/^(https?|mailto):/.test(url)) return label;
  const away = { href: url, target: "_blank", rel: "noreferrer noopener" };
  return el("a", { ...away, ...attributes }, label);
}

function chatOf(url) {
  if (!URL.canParse(url)) return null;
  const { hostname, pathname, searchParams } = new URL(url);
  const redirects = hostname === "slack.com" && pathname === "/app_redirect";
  return redirects ? searchParams.get("channel") : null;
}

/** Undo Slack's three escapes. */
export function plain(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

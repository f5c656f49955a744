// Slack's notation, read into nodes: strong, emphasis, code, links, mentions, quotes, lists.

import { el } from "./dom.js";

const MARK =
  /<([^<>\s|]+)(?:\|([^<>]*))?>|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)|`([^`\n]+)`|:([a-z_]+):/g;
const SIGNS = { warning: "\u26A0\uFE0E", information_source: "\u2139\uFE0E" };
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Read `text` into nodes. `names` gives the names of people and channels by id. */
export function read(text, names) {
  return text.split("\n").flatMap((line, place) => {
    const quoted = line.startsWith("&gt; ");
    const inside = inline(quoted ? line.slice(5) : line, names);
    const shown = quoted ? [el("q", { class: "said" }, inside)] : inside;
    return place === 0 ? shown : [el("br"), ...shown];
  });
}

function inline(text, names) {
  const nodes = [];
  let done = 0;
  for (const mark of text.matchAll(MARK)) {
    nodes.push(plain(text.slice(done, mark.index)), marked(mark, names));
    done = mark.index + mark[0].length;
  }
  return [...nodes, plain(text.slice(done))];
}

function marked([whole, target, label, strong, emphasis, code, sign], names) {
  if (target) return pointed(target, label, names);
  if (strong) return el("strong", {}, inline(strong, names));
  if (emphasis) return el("em", {}, inline(emphasis, names));
  if (code) return el("code", {}, plain(code));
  return SIGNS[sign] ? el("span", { "aria-hidden": "true" }, SIGNS[sign]) : whole;
}

function pointed(target, label, names) {
  const id = target.slice(1);
  if (target[0] === "@") return el("span", { class: "mention" }, `@${names[id] ?? id}`);
  if (target[0] === "#") return el("span", { class: "mention" }, `#${names[id] ?? id}`);
  if (target[0] === "!") return plain(label ?? target);
  return link(plain(target), plain(label || target));
}

/** A link: into the page for a chat with a person, else out to a new tab. */
export function link(url, label, kind = "") {
  const chat = url.match(/^https:\/\/slack\.com\/app_redirect\?.*channel=(\w+)/);
  if (chat) return el("a", { href: "#conversation", "data-chat": chat[1], class: kind }, label);
  if (!/^https?:/.test(url)) return label;
  return el("a", { href: url, target: "_blank", rel: "noreferrer noopener", class: kind }, label);
}

function plain(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

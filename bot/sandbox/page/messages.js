// What was said in a room, oldest first; what only I can see says so.

import { act, say } from "./api.js";
import { draw } from "./blocks.js";
import { el, keep } from "./dom.js";
import { face } from "./faces.js";
import { icon } from "./icons.js";
import { day, hour } from "./times.js";

/** Show the messages of a room in `log`, and move to what is new. */
export function showMessages(log, room, messages, context) {
  const before = log.lastElementChild;
  const items = withDays(messages);
  keep(log, items, key, (item) => (item.day ? newDay(item) : one(room, item, context)));
  if (!items.length) log.append(el("p", { class: "empty" }, say("tryout.page.empty")));
  const last = log.lastElementChild;
  if (last !== before) reveal(log, last);
}

const key = (item) => item.day ?? `${item.ts}`;

/** Put a line between the messages of two days. */
function withDays(messages) {
  return messages.flatMap((message, at) => {
    const today = message.time.slice(0, 10);
    const same = at && messages[at - 1].time.slice(0, 10) === today;
    return same ? [message] : [{ day: today, time: message.time }, message];
  });
}

/** Show the end of the newest message, or its beginning when it is longer than the room. */
function reveal(log, last) {
  const longer = last.offsetHeight > log.clientHeight;
  log.scrollTop = longer ? last.offsetTop - log.offsetTop : log.scrollHeight;
}

function newDay(item) {
  return el("p", { class: "day" }, el("span", {}, day(item.time)));
}

function one(room, message, context) {
  const app = message.author_kind === "app";
  const by = el(
    "p",
    { class: "by" },
    el("strong", {}, message.author),
    app ? el("span", { class: "badge" }, say("tryout.page.app")) : null,
    el("time", { datetime: message.time }, hour(message.time)),
  );
  const only = message.ephemeral
    ? el("p", { class: "only" }, icon("eye"), say("tryout.page.only_you"))
    : null;
  return el(
    "article",
    { class: message.ephemeral ? "message private" : "message", "aria-label": message.author },
    face(message.author_id, message.author),
    el("div", {}, only, by, body(room, message, context)),
  );
}

function body(room, message, context) {
  if (!message.blocks?.length) return el("p", {}, message.text);
  const press = (action) => act("press", { channel: room.id, ts: message.ts, ...action });
  const change = (block, element, said) =>
    press({ block_id: block.block_id, action_id: element.action_id, ...said });
  return message.blocks.map((block) => draw(block, { ...context, press, change }));
}

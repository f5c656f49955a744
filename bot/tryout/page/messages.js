// What was said in a room, oldest first; what only I can see says so.

import { act, say } from "./api.js";
import { draw } from "./blocks.js";
import { el } from "./dom.js";
import { moment } from "./times.js";

/** Draw the messages of a room, or say that there are none. */
export function drawn(room, messages, context) {
  if (!messages.length) return [el("p", { class: "empty" }, say("tryout.page.empty"))];
  return messages.map((message) => one(room, message, context));
}

function one(room, message, context) {
  const inside = {
    ...context,
    press: (action) => act("press", { channel: room.id, ts: message.ts, ...action }),
    change: (block, element, given) =>
      act("press", { channel: room.id, ts: message.ts, block_id: block.block_id, action_id: element.action_id, ...given }),
  };
  const app = message.author_kind === "app";
  const badge = app ? el("span", { class: "badge" }, say("tryout.page.app")) : null;
  const time = el("time", { datetime: message.time }, moment(message.time));
  const only = message.ephemeral ? el("p", { class: "only" }, say("tryout.page.only_you")) : null;
  const body = message.blocks?.length ? draw(message.blocks, inside) : el("p", {}, message.text);
  return el(
    "article",
    { class: message.ephemeral ? "message private" : "message", "aria-label": message.author },
    el("div", { class: app ? "face app" : "face", "aria-hidden": "true" }, initials(message.author)),
    el("div", {}, el("p", { class: "by" }, el("strong", {}, message.author), " ", badge, " ", time), only, body),
  );
}

function initials(name) {
  return name.split(" ").map((part) => part[0]).join("").slice(0, 2);
}

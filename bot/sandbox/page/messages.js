// Message list of a room, the oldest message first; ephemeral messages are marked.

import { sendAction, translate } from "./api.js";
import { renderAvatar } from "./avatars.js";
import { renderBlock } from "./blocks.js";
import { el, reconcileChildren } from "./dom.js";
import { renderIcon } from "./icons.js";
import { formatDay, formatTime } from "./times.js";

/** Update the messages in `log`, and scroll to a new one. */
export function showMessages(log, room, messages, context) {
  const lastBefore = log.lastElementChild;
  const items = insertDays(messages);
  reconcileChildren(log, items, getKey, (item) =>
    item.day ? renderDay(item) : renderMessage(room, item, context),
  );
  if (!items.length) log.append(el("p", { class: "empty" }, translate("sandbox.page.empty")));
  const last = log.lastElementChild;
  if (last !== lastBefore) scrollToMessage(log, last);
}

const getKey = (item) => item.day ?? `${item.ts}`;

/** Return the messages with a separator item before the first message of each day. */
function insertDays(messages) {
  return messages.flatMap((message, index) => {
    const day = message.time.slice(0, 10);
    const isSameDay = index && messages[index - 1].time.slice(0, 10) === day;
    return isSameDay ? [message] : [{ day, time: message.time }, message];
  });
}

/** Scroll to the end of the log, or to the start of the message if it is higher than the log. */
function scrollToMessage(log, message) {
  const isHigher = message.offsetHeight > log.clientHeight;
  log.scrollTop = isHigher ? message.offsetTop - log.offsetTop : log.scrollHeight;
}

function renderDay(item) {
  return el("p", { class: "day" }, el("span", {}, formatDay(item.time)));
}

function renderMessage(room, message, context) {
  const isApp = message.author_kind === "app";
  const byline = el(
    "p",
    { class: "by" },
    el("strong", {}, message.author),
    isApp ? el("span", { class: "badge" }, translate("sandbox.page.app")) : null,
    el("time", { datetime: message.time }, formatTime(message.time)),
  );
  const ephemeralNote = message.ephemeral
    ? el("p", { class: "only" }, renderIcon("eye"), translate("sandbox.page.only_you"))
    : null;
  const isPersonal = isApp && (message.ephemeral || room.kind === "app");
  const attributes = { class: message.ephemeral ? "message private" : "message" };
  const lang = isPersonal ? context.language : undefined;
  const body = el("div", { lang }, renderBody(room, message, context));
  return el(
    "article",
    { ...attributes, "aria-label": message.author },
    renderAvatar(message.author_id, message.author),
    el("div", {}, ephemeralNote, byline, body),
  );
}

function renderBody(room, message, context) {
  if (!message.blocks?.length) return el("p", {}, message.text);
  const press = (action) =>
    sendAction("press", { channel: room.id, ts: message.ts, ...action });
  const change = (block, element, answer) =>
    press({ block_id: block.block_id, action_id: element.action_id, ...answer });
  return message.blocks.map((block) => renderBlock(block, { ...context, press, change }));
}

// Notices from Slack and about failed requests, which remain visible above open dialogs.

import { sendAction, translate } from "./api.js";
import { el, reconcileChildren } from "./dom.js";

const MAX_NOTICES = 3;
const VISIBLE_MILLISECONDS = 20_000; // long enough to read the longest notice twice
const notices = document.getElementById("notices");
const announcements = document.getElementById("spoken");
let isUnreachable = false;
let failureNotice = null;
let failureCount = 0;

/** Show the newest notices, inside of the top dialog if there is one. */
export function showNotices(stateNotices, dialog) {
  const footer = dialog?.querySelector("footer");
  if (footer && footer.previousSibling !== notices) footer.before(notices);
  else if (!footer && notices.parentElement !== document.body) document.body.append(notices);
  const items = [...stateNotices.slice(-MAX_NOTICES), ...(failureNotice ? [failureNotice] : [])];
  if (isUnreachable) {
    items.push({ id: "away", text: translate("sandbox.page.away"), isPermanent: true });
  }
  reconcileChildren(notices, items, (item) => item.id, renderNotice);
}

/** Store whether the server is reachable; return whether that changed. */
export function setReachable(isReachable) {
  const hasChanged = isUnreachable === isReachable;
  isUnreachable = !isReachable;
  return hasChanged;
}

/** Record a failed action; each has a new key, so that it is shown after a dismissed one. */
export function recordFailure(result) {
  if (!result.error) return;
  failureCount += 1;
  const text = translate("sandbox.page.could_not");
  failureNotice = { id: `refused-${failureCount}`, text, isLocal: true };
}

/** Announce a change to screen readers, through a live region. */
export function announce(text) {
  announcements.textContent = text;
}

/** Render a notice, which goes away by its button or by itself. */
function renderNotice(item) {
  const text = el("span", {}, item.text);
  if (item.isPermanent) return el("p", { class: "notice" }, text);
  const dismiss = () => {
    if (!item.isLocal) sendAction("dismiss", { notice: item.id });
    else failureNotice = null;
    notice.remove();
  };
  const attributes = { type: "button", onclick: dismiss };
  const button = el("button", attributes, translate("sandbox.page.dismiss"));
  const notice = el("p", { class: "notice" }, text, button);
  removeAfterDelay(notice, dismiss);
  return notice;
}

/** Call `dismiss` after a delay, which starts again when the pointer or the focus leaves. */
function removeAfterDelay(notice, dismiss) {
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(() => notice.isConnected && dismiss(), VISIBLE_MILLISECONDS);
  };
  for (const name of ["mouseenter", "focusin"]) notice.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) notice.addEventListener(name, start);
  start();
}

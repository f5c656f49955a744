// Notices from Slack and about failed requests, which remain visible above open dialogs.

import { sendAction, translate } from "./api.js";
import { el, reconcileChildren } from "./dom.js";

const MAX_NOTICES = 3;
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

function renderNotice(item) {
  const onclick = () => {
    if (!item.isLocal) sendAction("dismiss", { notice: item.id });
    else failureNotice = null;
    notices.querySelector(`[data-key="${item.id}"]`)?.remove();
  };
  const button = el("button", { type: "button", onclick }, translate("sandbox.page.dismiss"));
  return el("p", { class: "notice" }, el("span", {}, item.text), item.isPermanent ? null : button);
}

// What Slack itself would say, and whether the workspace can be reached; always in sight.

import { act, say } from "./api.js";
import { el, keep } from "./dom.js";

const SEEN = 3;
const notices = document.getElementById("notices");
const spoken = document.getElementById("spoken");
let away = false;
let refused = null;
let number = 0;

/** Show the newest of what a person was told, on top of whatever is open. */
export function showNotices(given, dialog) {
  const foot = dialog?.querySelector("footer");
  if (foot && foot.previousSibling !== notices) foot.before(notices);
  else if (!foot && notices.parentElement !== document.body) document.body.append(notices);
  const items = [...given.slice(-SEEN), ...(refused ? [refused] : [])];
  if (away) items.push({ id: "away", text: say("tryout.page.away"), stays: true });
  keep(notices, items, (item) => item.id, one);
}

/** Remember whether the workspace answers. */
export function reached(well) {
  const changed = away === well;
  away = !well;
  return changed;
}

/** Remember that something could not be done; whoever put an earlier one away sees this one. */
export function couldNot(answer) {
  if (!answer.error) return;
  number += 1;
  refused = { id: `refused-${number}`, text: say("tryout.page.could_not"), own: true };
}

/** Say something to whoever cannot see what changed. */
export function announce(words) {
  spoken.textContent = words;
}

function one(item) {
  const onclick = () => {
    if (!item.own) act("dismiss", { notice: item.id });
    else refused = null;
    notices.querySelector(`[data-key="${item.id}"]`)?.remove();
  };
  const button = el("button", { type: "button", onclick }, say("tryout.page.dismiss"));
  return el("p", { class: "notice" }, el("span", {}, item.text), item.stays ? null : button);
}

// Top bar: the disclaimer, the sandbox clock with its jumps, and the theme switch.

import { moveClock, translate } from "./api.js";
import { renderAvatar } from "./avatars.js";
import { createButton, el, replaceChildren } from "./dom.js";
import { renderIcon } from "./icons.js";
import { announce } from "./notices.js";
import { store } from "./store.js";
import { addDays, formatMoment, formatShortDay, formatTime } from "./times.js";

const bar = document.getElementById("bar");
const root = document.documentElement;
const time = el("time");
const jumps = el("div", { class: "jumps", id: "jumps", role: "group" });
const collapsed = { "aria-expanded": "false" };
const panelButton = createButton({ class: "opener", "aria-controls": "jumps", ...collapsed });
const drawerButton = createButton({
  class: "quiet drawer",
  "aria-controls": "rooms",
  ...collapsed,
});
const themeButton = createButton({ class: "quiet theme", onclick: switchTheme });

/** Render the static parts; `toggleDrawer` is the click handler of the drawer's button. */
export function renderBar(toggleDrawer) {
  drawerButton.addEventListener("click", toggleDrawer);
  const text = el("span", {}, translate("sandbox.page.promise"));
  const promise = el("p", { class: "promise" }, renderIcon("house"), text);
  jumps.setAttribute("aria-label", translate("sandbox.page.clock"));
  panelButton.setAttribute("aria-label", translate("sandbox.page.clock"));
  panelButton.append(renderIcon("forward"));
  panelButton.addEventListener("click", () => setPanelOpen(!bar.classList.contains("jumping")));
  bar.addEventListener("keydown", (event) => event.key === "Escape" && setPanelOpen(false));
  const now = el("p", { class: "now" }, renderIcon("clock"), time);
  const clock = el("div", { class: "clock" }, now, panelButton);
  replaceChildren(bar, drawerButton, promise, clock, jumps, themeButton);
  applyTheme();
}

/** Show the current persona on the drawer's button. */
export function showDrawerPersona(me) {
  drawerButton.setAttribute("aria-label", translate("sandbox.page.rooms_of", { me: me.name }));
  replaceChildren(drawerButton, renderIcon("menu"), renderAvatar(me.id, me.name));
}

/** Show the sandbox time. */
export function showTime(now) {
  time.setAttribute("datetime", now);
  time.textContent = formatMoment(now);
}

/** Render a button for each possible jump, with its target time. The next check-in of a clinician
 *  whom a visitor has put on a list is looked for, since its time is known to the bot alone. */
export function showJumps({ now, next, role }) {
  const labels = {
    checkin: translate("sandbox.page.jump_checkin"),
    day: translate("sandbox.page.jump_day"),
    week: translate("sandbox.page.jump_week"),
    close: translate("sandbox.page.jump_close"),
  };
  const targets = {
    checkin: next.checkin ? dayAndTime(next.checkin) : role === "clinician" && " ",
    day: formatShortDay(addDays(now, 1)),
    week: formatShortDay(addDays(now, 7)),
    close: next.close && formatShortDay(next.close),
  };
  const names = Object.keys(labels).filter((name) => targets[name]);
  replaceChildren(jumps, names.map((name) => renderJump(name, labels[name], targets[name])));
}

const dayAndTime = (iso) => `${formatShortDay(iso)}, ${formatTime(iso)}`;

function renderJump(name, label, target) {
  const onclick = () => jumpTo(name);
  const text = [el("span", {}, label), " ", el("small", {}, target)];
  return createButton({ "data-jump": name, onclick }, text);
}

/** Make the jump of this name, and announce the new time. */
export async function jumpTo(name) {
  if (bar.hasAttribute("aria-busy")) return;
  bar.setAttribute("aria-busy", "true");
  announce(translate("sandbox.page.walking"));
  await moveClock({ jump: name });
  bar.removeAttribute("aria-busy");
  setPanelOpen(false);
  announce(translate("sandbox.page.arrived", { now: time.textContent }));
  (jumps.querySelector(`[data-jump="${name}"]`) ?? panelButton).focus();
}

/** Open or close the panel of jumps, which narrow screens do not show beside the time. */
function setPanelOpen(isOpen) {
  bar.classList.toggle("jumping", isOpen);
  panelButton.setAttribute("aria-expanded", String(isOpen));
}

function isDark() {
  const { theme } = root.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  store.theme = isDark() ? "light" : "dark";
  applyTheme();
}

/** Apply the stored theme, by default the system's, and label the button with the other one. */
function applyTheme() {
  if (store.theme) root.dataset.theme = store.theme;
  const dark = isDark();
  const label = dark ? translate("sandbox.page.light") : translate("sandbox.page.dark");
  themeButton.setAttribute("aria-label", label);
  replaceChildren(themeButton, renderIcon(dark ? "sun" : "moon"));
}

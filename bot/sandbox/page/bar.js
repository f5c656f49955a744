// The top of the page: the promise, the practice time and its jumps, light and dark.

import { moveClock, say } from "./api.js";
import { button, el, fill } from "./dom.js";
import { face } from "./faces.js";
import { icon } from "./icons.js";
import { announce } from "./notices.js";
import { store } from "./store.js";
import { daysAfter, hour, moment, shortDay } from "./times.js";

const bar = document.getElementById("bar");
const root = document.documentElement;
const time = el("time");
const jumps = el("div", { class: "jumps", id: "jumps", role: "group" });
const shut = { "aria-expanded": "false" };
const opener = button({ class: "opener", "aria-controls": "jumps", ...shut });
const drawer = button({ class: "quiet drawer", "aria-controls": "rooms", ...shut });
const theme = button({ class: "quiet theme", onclick: swapTheme });

/** Draw the parts that stay; `openRooms` shows the rooms on a narrow screen. */
export function drawBar(openRooms) {
  drawer.addEventListener("click", openRooms);
  const words = el("span", {}, say("tryout.page.promise"));
  const promise = el("p", { class: "promise" }, icon("house"), words);
  jumps.setAttribute("aria-label", say("tryout.page.clock"));
  opener.setAttribute("aria-label", say("tryout.page.clock"));
  opener.append(icon("forward"));
  opener.addEventListener("click", () => showPanel(!bar.classList.contains("jumping")));
  bar.addEventListener("keydown", (event) => event.key === "Escape" && showPanel(false));
  const now = el("p", { class: "now" }, icon("clock"), time);
  const clock = el("div", { class: "clock" }, now, opener);
  fill(bar, drawer, promise, clock, jumps, theme);
  recallTheme();
}

/** Show whose rooms the drawer holds. */
export function showMe(me) {
  drawer.setAttribute("aria-label", say("tryout.page.rooms_of", { me: me.name }));
  fill(drawer, icon("menu"), face(me.id, me.name));
}

/** Tell the practice time. */
export function showTime(now) {
  time.setAttribute("datetime", now);
  time.textContent = moment(now);
}

/** Offer the jumps that this person can make, and say where each of them leads. */
export function showJumps({ now, next }) {
  fill(
    jumps,
    next.checkin ? jump("checkin", say("tryout.page.jump_checkin"), checkin(next.checkin)) : null,
    jump("day", say("tryout.page.jump_day"), shortDay(daysAfter(now, 1))),
    jump("week", say("tryout.page.jump_week"), shortDay(daysAfter(now, 7))),
    next.close ? jump("close", say("tryout.page.jump_close"), shortDay(next.close)) : null,
  );
}

const checkin = (at) => `${shortDay(at)}, ${hour(at)}`;

function jump(name, label, where) {
  const onclick = () => go(name);
  const words = [el("span", {}, label), " ", el("small", {}, where)];
  return button({ "data-jump": name, onclick }, words);
}

async function go(name) {
  if (bar.hasAttribute("aria-busy")) return;
  bar.setAttribute("aria-busy", "true");
  announce(say("tryout.page.walking"));
  await moveClock({ jump: name });
  bar.removeAttribute("aria-busy");
  showPanel(false);
  announce(say("tryout.page.arrived", { now: time.textContent }));
  (jumps.querySelector(`[data-jump="${name}"]`) ?? opener).focus();
}

/** Show or hide the jumps where there is no room for them beside the time. */
function showPanel(shown) {
  bar.classList.toggle("jumping", shown);
  opener.setAttribute("aria-expanded", String(shown));
}

function isDark() {
  const { theme: chosen } = root.dataset;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function swapTheme() {
  store.theme = isDark() ? "light" : "dark";
  recallTheme();
}

/** Put up the colours that the visitor chose before, if any, and offer the others. */
function recallTheme() {
  if (store.theme) root.dataset.theme = store.theme;
  const dark = isDark();
  theme.setAttribute("aria-label", dark ? say("tryout.page.light") : say("tryout.page.dark"));
  fill(theme, icon(dark ? "sun" : "moon"));
}

// The top of the page: where this is, what time it is here, and the jumps through time.

import { moveClock, say } from "./api.js";
import { el, fill } from "./dom.js";
import { fullMoment, moment } from "./times.js";

const bar = document.getElementById("bar");
const time = el("time");
const jumps = el("div", { class: "jumps", role: "group" });

/** Draw the parts that stay. */
export function drawBar() {
  const drawer = el("button", { type: "button", class: "drawer", "aria-controls": "rooms", "aria-expanded": "false", onclick: toggle }, say("tryout.page.rooms"));
  const theme = el("button", { type: "button", class: "theme", onclick: swapTheme }, say("tryout.page.theme"));
  jumps.setAttribute("aria-label", say("tryout.page.clock"));
  fill(bar, drawer, el("p", { class: "promise" }, say("tryout.page.promise")), el("div", { class: "clock" }, time, jumps), theme);
}

/** Close the list of rooms on a narrow screen. */
export function shutDrawer() {
  document.body.classList.remove("drawn");
  bar.querySelector(".drawer").setAttribute("aria-expanded", "false");
}

/** Tell the practice time. */
export function showTime(now) {
  time.setAttribute("datetime", now);
  time.textContent = fullMoment(now);
}

/** Offer the jumps that are possible for this person. */
export function showJumps(next) {
  const jump = (name, label, at) =>
    el("button", { type: "button", "data-jump": name, title: at ? moment(at) : undefined, onclick: () => go({ jump: name }) }, label);
  fill(
    jumps,
    next.checkin ? jump("checkin", say("tryout.page.jump_checkin"), next.checkin) : null,
    jump("day", say("tryout.page.jump_day")),
    jump("week", say("tryout.page.jump_week")),
    next.close ? jump("close", say("tryout.page.jump_close"), next.close) : null,
  );
}

async function go(target) {
  const buttons = [...jumps.querySelectorAll("button")];
  buttons.forEach((button) => (button.disabled = true));
  bar.setAttribute("aria-busy", "true");
  await moveClock(target);
  bar.removeAttribute("aria-busy");
  buttons.forEach((button) => (button.disabled = false));
}

function toggle(event) {
  const drawn = document.body.classList.toggle("drawn");
  event.currentTarget.setAttribute("aria-expanded", String(drawn));
  if (drawn) document.querySelector("#rooms select").focus();
}

function swapTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

/** Put up the theme that the visitor chose before, if any. */
export function recallTheme() {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}

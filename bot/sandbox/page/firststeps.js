// Things to try: buttons that switch the persona, the room and the clock, and say what to do then.

import { translate } from "./api.js";
import { createButton, el, replaceChildren } from "./dom.js";
import { renderIcon } from "./icons.js";
import { store } from "./store.js";

const panel = document.getElementById("steps");
const NARROW = matchMedia("(max-width: 52rem)");

/** Show the things to try; `takeStep(step)` is called for the chosen one. */
export function showFirstSteps({ steps, currentName }, takeStep) {
  panel.setAttribute("aria-label", translate("sandbox.page.steps"));
  const chosenStep = steps.find((step) => step.name === currentName);
  const choose = async (step) => {
    if (NARROW.matches) store.steps = false;
    await takeStep(step);
  };
  const ontoggle = (event) => {
    store.steps = event.currentTarget.open;
  };
  const rows = steps.map((step) => el("li", {}, renderButton(step, currentName, choose)));
  const details = el(
    "details",
    { open: store.steps, ontoggle },
    el("summary", {}, translate("sandbox.page.steps")),
    el("ol", {}, rows),
  );
  const hadFocus = panel.contains(document.activeElement);
  replaceChildren(panel, chosenStep ? renderHint(chosenStep, takeStep) : null, details);
  panel.scrollTop = 0; // where the hint is
  const current = panel.querySelector("[aria-current]") ?? panel.querySelector("summary");
  if (hadFocus) current.focus({ preventScroll: true });
}

function renderButton(step, currentName, choose) {
  const attributes = {
    "data-try": step.name,
    "aria-current": step.name === currentName ? "step" : undefined,
    onclick: () => choose(step),
  };
  return createButton(attributes, el("span", {}, step.title), el("small", {}, step.where));
}

/** Render what to do next, and a button that takes no step but hides it. */
function renderHint(step, takeStep) {
  const label = translate("sandbox.page.hide_hint");
  const attributes = { class: "quiet", "aria-label": label, onclick: () => takeStep(null) };
  const text = el("p", {}, el("strong", {}, step.title), " ", step.hint);
  return el("div", { class: "hint" }, text, createButton(attributes, renderIcon("close")));
}

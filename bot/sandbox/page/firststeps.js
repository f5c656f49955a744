// A few things to try first, for whoever has just come in.

import { say } from "./api.js";
import { el } from "./dom.js";
import { store } from "./store.js";

/** Draw the list; it remembers that it was put away. */
export function firstSteps() {
  const steps = [
    say("tryout.page.step_tip"),
    say("tryout.page.step_rupture"),
    say("tryout.page.step_checkin"),
    say("tryout.page.step_followup"),
    say("tryout.page.step_debriefs"),
  ];
  const ontoggle = (event) => {
    store.steps = event.currentTarget.open;
  };
  return el(
    "details",
    { class: "steps", open: store.steps, ontoggle },
    el("summary", {}, say("tryout.page.steps")),
    el("ol", {}, steps.map((one) => el("li", {}, one))),
  );
}

// List of first steps for a new visitor.

import { translate } from "./api.js";
import { el } from "./dom.js";
import { store } from "./store.js";

/** Render the list as a details element, whose open state is stored. */
export function renderFirstSteps() {
  const steps = [
    translate("sandbox.page.step_tip"),
    translate("sandbox.page.step_rupture"),
    translate("sandbox.page.step_checkin"),
    translate("sandbox.page.step_followup"),
    translate("sandbox.page.step_debriefs"),
  ];
  const ontoggle = (event) => {
    store.steps = event.currentTarget.open;
  };
  return el(
    "details",
    { class: "steps", open: store.steps, ontoggle },
    el("summary", {}, translate("sandbox.page.steps")),
    el("ol", {}, steps.map((step) => el("li", {}, step))),
  );
}

// Fallback renderer of unknown element types.

import { translate } from "./api.js";
import { el } from "./dom.js";

/** Render a sentence that names the type of an element which this page does not support. */
export function renderUnknown(part) {
  const text = translate("sandbox.page.unknown", { type: part.type ?? "" });
  return el("p", { class: "alert warning" }, text);
}

// What this page cannot show, it names.

import { say } from "./api.js";
import { el } from "./dom.js";

/** Say in plain words that an element of this type cannot be shown here. */
export function unknown(part) {
  const words = say("tryout.page.unknown", { type: part.type ?? "" });
  return el("p", { class: "alert warning" }, words);
}

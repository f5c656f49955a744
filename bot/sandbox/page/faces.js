// A face for everybody: initials on a colour of their own, and two circles for the app.
// Initials are put there by the style sheet, so that nobody copies or searches them.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const COLOURS = 6;
const APP = "U0ATTUNE";

/** Draw the face of a person or of the app; names stand beside it in words. */
export function face(id, name) {
  if (id === APP) return el("span", { class: "face app", "aria-hidden": "true" }, icon("attune"));
  const initials = name.split(" ").map((part) => part[0]).join("").slice(0, 2);
  const colour = `face of-${number(id)}`;
  return el("span", { class: colour, "data-initials": initials, "aria-hidden": "true" });
}

/** What stands before a room's name: a hash, or the face of who is in it. */
export function sign(room) {
  if (room.kind === "channel") return icon("hash");
  return face(room.kind === "app" ? APP : room.person, room.name);
}

function number(id) {
  return [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOURS;
}

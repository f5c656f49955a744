// Avatars: a person's initials on one of six colours, and the app's icon.
// The style sheet inserts the initials, so that they are not copied or found by a text search.

import { el } from "./dom.js";
import { renderIcon } from "./icons.js";

const COLOUR_COUNT = 6;
const APP_USER_ID = "U0ATTUNE";

/** Render the avatar of a person or of the app; hidden from screen readers, which read the name. */
export function renderAvatar(id, name) {
  if (id === APP_USER_ID) {
    return el("span", { class: "avatar app", "aria-hidden": "true" }, renderIcon("attune"));
  }
  const initials = name.split(" ").map((part) => part[0]).join("").slice(0, 2);
  const className = `avatar of-${colourIndex(id)}`;
  return el("span", { class: className, "data-initials": initials, "aria-hidden": "true" });
}

/** Render the icon of a room: a hash for a channel, otherwise the avatar of its other member. */
export function renderRoomIcon(room) {
  if (room.kind === "channel") return renderIcon("hash");
  return renderAvatar(room.kind === "app" ? APP_USER_ID : room.person, room.name);
}

function colourIndex(id) {
  return [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOUR_COUNT;
}

// The side of the page: who I am, and where I can be.

import { say } from "./api.js";
import { el, fill, freshId } from "./dom.js";

const nav = document.getElementById("rooms");

/** Draw the persona switch and the rooms; `here` is the open room's id. */
export function drawRooms(state, here, { become, go }) {
  nav.setAttribute("aria-label", say("tryout.page.rooms"));
  const groups = [
    ["tryout.page.the_app", state.channels.filter((room) => room.kind === "app")],
    ["tryout.page.channels", state.channels.filter((room) => room.kind === "channel")],
    ["tryout.page.chats", state.channels.filter((room) => room.kind === "dm")],
  ];
  fill(nav, whoAmI(state, become), groups.filter(([, rooms]) => rooms.length).map(([key, rooms]) => group(say(key), rooms, here, go)));
}

function whoAmI(state, become) {
  const id = freshId("persona");
  const teams = [...new Set(state.personas.map((one) => one.team))];
  const options = teams.map((team) =>
    el(
      "optgroup",
      { label: team || say("tryout.page.whole_practice") },
      state.personas.filter((one) => one.team === team).map((one) => persona(one, state.me.id)),
    ),
  );
  const onchange = (event) => become(event.currentTarget.value);
  return el("p", { class: "who" }, el("label", { for: id }, say("tryout.page.you_are")), el("select", { id, onchange }, options));
}

function persona(one, me) {
  return el("option", { value: one.id, selected: one.id === me }, `${one.name}, ${one.title}`);
}

function group(title, rooms, here, go) {
  const id = freshId("group");
  const rows = rooms.map((room) => {
    const unread = room.unread ? el("span", { class: "unread" }, String(room.unread), el("span", { class: "heard" }, ` ${say("tryout.page.unread")}`)) : null;
    const current = room.id === here ? "page" : undefined;
    const name = room.kind === "channel" ? `# ${room.name}` : room.name;
    return el("li", {}, el("button", { type: "button", "data-room": room.id, "aria-current": current, onclick: () => go(room.id) }, el("span", {}, name), unread));
  });
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), el("ul", {}, rows));
}

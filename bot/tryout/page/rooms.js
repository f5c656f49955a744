// The side of the page: who I am, where I can be, and what there is to try.

import { say } from "./api.js";
import { el, fill, freshId, keep } from "./dom.js";
import { face } from "./faces.js";
import { icon } from "./icons.js";
import { firstSteps } from "./firststeps.js";

const side = document.getElementById("rooms");
const who = el("div", { class: "who" });
const list = el("nav");

/** Draw the parts that stay. */
export function drawSide() {
  side.setAttribute("aria-label", say("tryout.page.side"));
  list.setAttribute("aria-label", say("tryout.page.rooms"));
  fill(side, who, list, firstSteps());
}

/** Show who the visitor is; `become(id)` makes them somebody else. */
export function showPersona({ practice, personas, me }, become) {
  const id = freshId("persona");
  const mine = personas.find((one) => one.id === me.id);
  const onchange = (event) => become(event.currentTarget.value);
  const select = el("select", { id, onchange, "data-focus": "persona" }, cast(personas, me));
  const card = el("div", { class: "me" }, face(me.id, me.name), el("div", {}, select, el("small", {}, part(mine))));
  const name = el("p", { class: "practice" }, el("strong", {}, practice), el("small", {}, say("tryout.page.invented")));
  const held = who.contains(document.activeElement);
  fill(who, name, el("label", { for: id }, say("tryout.page.you_are")), card);
  if (held) select.focus();
}

/** Everybody, by the part they play. */
function cast(personas, me) {
  const parts = [...new Set(personas.map(part))];
  return parts.map((label) => {
    const people = personas.filter((one) => part(one) === label);
    return el("optgroup", { label }, people.map(({ id, name }) => el("option", { value: id, selected: id === me.id }, name)));
  });
}

const part = (one) => [one.team || say("tryout.page.whole_practice"), one.title].join(": ");

/** Show the rooms by kind; `here` is the open one's id, `go(id)` opens another. */
export function showRooms({ channels, personas, me, here }, go) {
  const kinds = [
    ["app", say("tryout.page.the_app")],
    ["channel", say("tryout.page.channels")],
    ["dm", say("tryout.page.chats")],
  ];
  const groups = kinds.map(([kind, title]) => ({
    title,
    rooms: channels.filter((room) => room.kind === kind),
    strangers: kind === "dm" ? strangers(channels, personas, me) : [],
    here,
  }));
  keep(list, groups, (one) => one.title, (one) => group(one, go));
}

/** Whom one could write to for the first time. */
function strangers(channels, personas, me) {
  const known = new Set([me.id, ...channels.map((room) => room.person)]);
  return personas.filter((one) => !known.has(one.id));
}

function group({ title, rooms, strangers: people, here }, go) {
  const id = freshId("group");
  const rows = rooms.map((room) => el("li", {}, row(room, here, go)));
  const write = people.length ? writeTo(people, go) : null;
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), el("ul", {}, rows), write);
}

function row(room, here, go) {
  const attributes = {
    type: "button",
    "data-room": room.id,
    "data-focus": room.id,
    "aria-current": room.id === here ? "page" : undefined,
    onclick: () => go(room.id),
  };
  const sign = { channel: () => icon("hash"), app: () => face("U0ATTUNE", room.name) }[room.kind];
  const unread = room.unread
    ? el("span", { class: "unread" }, String(room.unread), " ", el("span", { class: "heard" }, say("tryout.page.unread")))
    : null;
  return el("button", attributes, sign?.() ?? face(room.person, room.name), el("span", { class: "name" }, room.name), unread);
}

function writeTo(people, go) {
  const label = say("tryout.page.write_to");
  const options = people.map((one) => el("option", { value: one.id }, one.name));
  const onchange = (event) => event.currentTarget.value && go(event.currentTarget.value);
  return el("select", { class: "write", "aria-label": label, onchange }, el("option", { value: "" }, label), options);
}

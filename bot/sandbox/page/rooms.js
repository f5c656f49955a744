// The side of the page: who I am, where I can be, and what there is to try.

import { say } from "./api.js";
import { button, el, fill, freshId, keep } from "./dom.js";
import { face, sign } from "./faces.js";
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
  const words = el("div", {}, select, el("small", {}, part(mine)));
  const card = el("div", { class: "me" }, face(me.id, me.name), words);
  const invented = el("small", {}, say("tryout.page.invented"));
  const name = el("p", { class: "practice" }, el("strong", {}, practice), invented);
  const held = who.contains(document.activeElement);
  fill(who, name, el("label", { for: id }, say("tryout.page.you_are")), card);
  if (held) select.focus();
}

/** Everybody, by the part they play. */
function cast(personas, me) {
  const parts = [...new Set(personas.map(part))];
  return parts.map((label) => {
    const people = personas.filter((one) => part(one) === label);
    const options = people.map(({ id, name }) =>
      el("option", { value: id, selected: id === me.id }, name),
    );
    return el("optgroup", { label }, options);
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
  const inside = [el("h2", { id }, title), el("ul", {}, rows), write];
  return el("section", { "aria-labelledby": id }, inside);
}

function row(room, here, go) {
  const attributes = {
    "data-room": room.id,
    "data-focus": room.id,
    "aria-current": room.id === here ? "page" : undefined,
    onclick: () => go(room.id),
  };
  const name = el("span", { class: "name" }, room.name);
  return button(attributes, sign(room), name, room.unread ? unread(room.unread) : null);
}

function unread(count) {
  const words = el("span", { class: "heard" }, say("tryout.page.unread"));
  return el("span", { class: "unread" }, String(count), " ", words);
}

function writeTo(people, go) {
  const label = say("tryout.page.write_to");
  const options = people.map((one) => el("option", { value: one.id }, one.name));
  const onchange = (event) => event.currentTarget.value && go(event.currentTarget.value);
  const first = el("option", { value: "" }, label);
  return el("select", { class: "write", "aria-label": label, onchange }, first, options);
}

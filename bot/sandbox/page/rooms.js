// Sidebar: the selection of a role and a persona, and the list of rooms.

import { translate } from "./api.js";
import { renderAvatar, renderRoomIcon } from "./avatars.js";
import { createButton, el, reconcileChildren, replaceChildren, uniqueId } from "./dom.js";
import { store } from "./store.js";

const sidebar = document.getElementById("rooms");
const personaPanel = el("div", { class: "who" });
const roomList = el("nav");

/** Render the static parts. */
export function renderSidebar() {
  sidebar.setAttribute("aria-label", translate("sandbox.page.side"));
  roomList.setAttribute("aria-label", translate("sandbox.page.rooms"));
  replaceChildren(sidebar, personaPanel, roomList);
}

/** Show the current persona, the roles and the names of the current role's people;
 *  `switchPersona(id)` is called for another selection. */
export function showPersona({ practice, roles, personas, me }, switchPersona) {
  const focusKey = personaPanel.contains(document.activeElement)
    ? document.activeElement.dataset.focus
    : null;
  const disclaimer = el("small", {}, translate("sandbox.page.invented"));
  const practiceName = el("p", { class: "practice" }, el("strong", {}, practice), disclaimer);
  const current = personas.find((persona) => persona.id === me.id);
  const text = el("div", {}, renderNames(roles, me, switchPersona), el("small", {}, current.team));
  const card = el("div", { class: "me" }, renderAvatar(me.id, me.name), text);
  replaceChildren(personaPanel, practiceName, renderRoles(roles, me, switchPersona), card);
  if (focusKey) personaPanel.querySelector(`[data-focus="${CSS.escape(focusKey)}"]`)?.focus();
}

/** Render a button for each role, which switches to the person last chosen in it. */
function renderRoles(roles, me, switchPersona) {
  const id = uniqueId("roles");
  const buttons = roles.map(({ role, title, groups }) => {
    const people = groups.flatMap((group) => group.people);
    const onclick = () => role !== me.role && switchPersona(choosePerson(role, people));
    const attributes = { "data-role": role, "data-focus": `role ${role}`, onclick };
    const isCurrent = String(role === me.role); // pressed again, it changes nothing
    return createButton({ ...attributes, "aria-pressed": isCurrent }, title);
  });
  const label = el("p", { id, class: "label" }, translate("sandbox.page.you_are"));
  const group = el("div", { class: "roles", role: "group", "aria-labelledby": id }, buttons);
  return [label, group];
}

function choosePerson(role, people) {
  const lastId = store.lastInRole(role);
  return people.some((person) => person.id === lastId) ? lastId : people[0].id;
}

/** Render the names of the current role, grouped by team. */
function renderNames(roles, me, switchPersona) {
  const { groups } = roles.find((role) => role.role === me.role);
  const onchange = (event) => switchPersona(event.currentTarget.value);
  const options = groups.map(({ label, people }) => {
    const nodes = people.map(({ id, name }) =>
      el("option", { value: id, selected: id === me.id }, name),
    );
    return el("optgroup", { label }, nodes);
  });
  const label = translate("sandbox.page.name");
  const attributes = { "aria-label": label, onchange, "data-focus": "persona" };
  return el("select", attributes, options);
}

/** Show the rooms grouped by kind; `openRoom(id)` is the click handler. */
export function showRooms({ channels, personas, me, currentRoomId }, openRoom) {
  const titles = [
    ["app", translate("sandbox.page.the_app")],
    ["channel", translate("sandbox.page.channels")],
    ["dm", translate("sandbox.page.chats")],
  ];
  const groups = titles.map(([kind, title]) => ({
    title,
    rooms: channels.filter((room) => room.kind === kind),
    newContacts: kind === "dm" ? listNewContacts(channels, personas, me) : [],
    currentRoomId,
  }));
  const getKey = (group) => group.title;
  reconcileChildren(roomList, groups, getKey, (group) => renderGroup(group, openRoom));
}

/** List the personas with whom the current persona has no chat yet. */
function listNewContacts(channels, personas, me) {
  const contactIds = new Set([me.id, ...channels.map((room) => room.person)]);
  return personas.filter((persona) => !contactIds.has(persona.id));
}

function renderGroup({ title, rooms, newContacts, currentRoomId }, openRoom) {
  const id = uniqueId("group");
  const rows = rooms.map((room) => el("li", {}, renderRoom(room, currentRoomId, openRoom)));
  const select = newContacts.length ? renderContactSelect(newContacts, openRoom) : null;
  const children = [el("h2", { id }, title), el("ul", {}, rows), select];
  return el("section", { "aria-labelledby": id }, children);
}

function renderRoom(room, currentRoomId, openRoom) {
  const attributes = {
    "data-room": room.id,
    "data-focus": room.id,
    "aria-current": room.id === currentRoomId ? "page" : undefined,
    onclick: () => openRoom(room.id),
  };
  const name = el("span", { class: "name" }, room.name);
  const badge = room.unread ? renderUnreadBadge(room.unread) : null;
  return createButton(attributes, renderRoomIcon(room), name, badge);
}

function renderUnreadBadge(count) {
  const label = el("span", { class: "visually-hidden" }, translate("sandbox.page.unread"));
  return el("span", { class: "unread" }, String(count), " ", label);
}

function renderContactSelect(contacts, openRoom) {
  const label = translate("sandbox.page.write_to");
  const options = contacts.map(({ id, name }) => el("option", { value: id }, name));
  const onchange = (event) => event.currentTarget.value && openRoom(event.currentTarget.value);
  const emptyOption = el("option", { value: "" }, label);
  return el("select", { class: "write", "aria-label": label, onchange }, emptyOption, options);
}

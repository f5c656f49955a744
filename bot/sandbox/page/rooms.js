// Sidebar: the persona selection, the list of rooms and the first steps.

import { translate } from "./api.js";
import { createButton, el, reconcileChildren, replaceChildren, uniqueId } from "./dom.js";
import { renderAvatar, renderRoomIcon } from "./faces.js";
import { renderFirstSteps } from "./firststeps.js";

const sidebar = document.getElementById("rooms");
const personaPanel = el("div", { class: "who" });
const roomList = el("nav");

/** Render the static parts. */
export function renderSidebar() {
  sidebar.setAttribute("aria-label", translate("sandbox.page.side"));
  roomList.setAttribute("aria-label", translate("sandbox.page.rooms"));
  replaceChildren(sidebar, personaPanel, roomList, renderFirstSteps());
}

/** Show the current persona; `switchPersona(id)` is called for another selection. */
export function showPersona({ practice, personas, me }, switchPersona) {
  const id = uniqueId("persona");
  const currentPersona = personas.find((persona) => persona.id === me.id);
  const onchange = (event) => switchPersona(event.currentTarget.value);
  const options = renderPersonaOptions(personas, me);
  const select = el("select", { id, onchange, "data-focus": "persona" }, options);
  const text = el("div", {}, select, el("small", {}, teamAndTitle(currentPersona)));
  const card = el("div", { class: "me" }, renderAvatar(me.id, me.name), text);
  const disclaimer = el("small", {}, translate("sandbox.page.invented"));
  const practiceName = el("p", { class: "practice" }, el("strong", {}, practice), disclaimer);
  const label = el("label", { for: id }, translate("sandbox.page.you_are"));
  const hadFocus = personaPanel.contains(document.activeElement);
  replaceChildren(personaPanel, practiceName, label, card);
  if (hadFocus) select.focus();
}

/** Render all personas as options, grouped by team and title. */
function renderPersonaOptions(personas, me) {
  const labels = [...new Set(personas.map(teamAndTitle))];
  return labels.map((label) => {
    const group = personas.filter((persona) => teamAndTitle(persona) === label);
    const options = group.map(({ id, name }) =>
      el("option", { value: id, selected: id === me.id }, name),
    );
    return el("optgroup", { label }, options);
  });
}

const teamAndTitle = ({ team, title }) =>
  [team || translate("sandbox.page.whole_practice"), title].join(": ");

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

// Entry point of the sandbox page: fetches the state in a long-polling loop and renders it.

import {
  fetchState,
  loadCatalogue,
  onActionFinished,
  sendAction,
  translate,
  waitForChange,
} from "./api.js";
import { jumpTo, renderBar, showDrawerPersona, showJumps, showTime } from "./bar.js";
import { renderConversation, updateConversation } from "./conversation.js";
import { skipUnchanged } from "./dom.js";
import { closeDrawer, toggleDrawer } from "./drawer.js";
import { showFirstSteps } from "./firststeps.js";
import { closeAllViews, showViews } from "./modal.js";
import { announce, recordFailure, setReachable, showNotices } from "./notices.js";
import { renderSidebar, showPersona, showRooms } from "./rooms.js";
import { store } from "./store.js";

const RETRY_MILLISECONDS = 1000;
const APP = "app"; // alias of each persona's own chat with the app, whose id differs
const skipLink = document.getElementById("skip");
let state;
let currentRoomId = store.room;
let tab = "home";
let lastRefresh = Promise.resolve();

const parts = {
  me: skipUnchanged(showDrawerPersona),
  jumps: skipUnchanged(showJumps),
  persona: skipUnchanged((practiceState) => showPersona(practiceState, switchPersona)),
  steps: skipUnchanged((stepState) => showFirstSteps(stepState, takeStep)),
  rooms: skipUnchanged((roomState) => showRooms(roomState, openRoom)),
  frame: skipUnchanged(({ room, state: frameState }) =>
    renderConversation(room, tab, frameState, switchTab),
  ),
};

await start();
for (;;) await pollOnce();

async function start() {
  await loadCatalogue();
  document.title = translate("sandbox.page.title");
  skipLink.textContent = translate("sandbox.page.skip");
  skipLink.addEventListener("click", focusComposer);
  renderBar(toggleDrawer);
  renderSidebar();
  document.addEventListener("click", openLinkedChat);
  onActionFinished((result) => {
    recordFailure(result);
    return refresh();
  });
  await refresh();
  if (state && currentRoom().kind === "app") await sendAction("home", { tab });
}

/** Wait for a newer version; on a failed request, show a notice and retry after a delay. */
async function pollOnce() {
  const version = await waitForChange(state?.version ?? 0).catch(() => null);
  const hasChanged = setReachable(version !== null);
  if (version === null) {
    if (hasChanged && state) renderState();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  } else if (hasChanged || version !== state?.version) await refresh();
}

/** Fetch and render the state; concurrent calls run one after the other. */
function refresh() {
  lastRefresh = lastRefresh.catch(() => {}).then(fetchAndRender);
  return lastRefresh;
}

/** Render the fetched state, unless the persona was switched during the request. */
async function fetchAndRender() {
  const requestedId = store.me;
  const fetchedState = await fetchState().catch(() => null);
  if (!fetchedState || store.me !== requestedId) return;
  if (requestedId !== fetchedState.me.id) store.me = fetchedState.me.id;
  state = fetchedState;
  renderState();
}

function renderState() {
  currentRoomId = resolveRoomId(currentRoomId);
  const { channels, personas, roles, me, practice, commands, shortcuts, now, next } = state;
  const room = currentRoom();
  showTime(now);
  parts.me(me);
  parts.jumps({ now: now.slice(0, 10), next, role: me.role });
  parts.persona({ practice, roles, personas, me });
  parts.steps({ steps: state.steps, currentName: store.step });
  parts.rooms({ channels, personas, me, currentRoomId });
  parts.frame({ room: { ...room, unread: 0 }, tab, state: { commands, shortcuts, me } });
  const messages = state.messages[currentRoomId] ?? [];
  const content = { messages, home: state.home };
  const isVisible = updateConversation(room, tab, content, renderContext());
  showNotices(state.notices, showViews(state.views, renderContext()));
  if (isVisible && room.unread) sendAction("read", { channel: currentRoomId });
}

/** Return the id of the room to show: the selected one, by default the first channel. */
function resolveRoomId(id) {
  const rooms = state.channels;
  if (id === APP) return rooms.find((room) => room.kind === "app").id;
  const chat = rooms.find((room) => room.kind === "dm" && room.person === id);
  const selected = rooms.find((room) => room.id === id) ?? chat;
  if (selected || state.personas.some((persona) => persona.id === id)) return selected?.id ?? id;
  return (rooms.find((room) => room.kind === "channel") ?? rooms[0]).id;
}

/** Return the open room; for a chat without messages yet, an object with the person's id. */
function currentRoom() {
  const id = currentRoomId;
  const person = state.personas.find((persona) => persona.id === id);
  const newChat = person && { id, person: id, name: person.name, kind: "dm", unread: 0 };
  return state.channels.find((room) => room.id === id) ?? newChat;
}

/** Return what block renderers need: names by id, the personas and the channels. */
function renderContext() {
  const rooms = state.channels.filter((room) => room.kind === "channel");
  const names = [...state.personas, ...rooms].map(({ id, name }) => [id, name]);
  const { personas, me } = state;
  return { names: Object.fromEntries(names), personas, rooms, language: me.language };
}

async function switchPersona(id) {
  if (currentRoom().kind === "app") currentRoomId = APP;
  else if (currentRoom().kind === "dm") currentRoomId = "";
  await becomePersona(id);
  if (currentRoom().kind === "app") await sendAction("home", { tab });
  announce(translate("sandbox.page.now_you_are", { name: state.me.name }));
}

async function becomePersona(id) {
  store.me = id;
  await refresh();
  store.room = currentRoomId;
  store.rememberInRole(state.me.role, state.me.id);
}

/** Take a thing to try: switch persona, room and clock, and fill the message input; `null` hides
 *  the hint of the last one. */
async function takeStep(step) {
  store.step = step?.name ?? "";
  if (!step) {
    renderState();
    return;
  }
  currentRoomId = step.room;
  if (step.tab) tab = step.tab;
  await becomePersona(step.persona);
  if (step.jump) await jumpTo(step.jump);
  announce(`${translate("sandbox.page.now_you_are", { name: state.me.name })} ${step.hint}`);
  if (step.line) fillComposer(step.line);
  else document.getElementById("conversation").focus();
}

/** Put a command into the message input and focus it; the visitor sends it. */
function fillComposer(line) {
  const input = document.querySelector("#conversation .line");
  if (!input) return;
  input.value = line;
  input.focus();
}

async function openRoom(id) {
  currentRoomId = id;
  store.room = id;
  tab = "home";
  closeDrawer();
  await refresh();
  if (currentRoom().kind === "app") await sendAction("home", { tab });
}

async function switchTab(name) {
  tab = name;
  await sendAction("home", { tab });
}

/** Handle a click on a link to a chat: close all forms, and open the chat in this page. */
async function openLinkedChat(event) {
  const person = event.target.closest?.("[data-chat]")?.dataset.chat;
  if (!person) return;
  event.preventDefault();
  await closeAllViews();
  await openRoom(person);
  document.getElementById("conversation").focus();
}

/** Move the focus to the input line, which follows the newest message in the tab order. */
function focusComposer(event) {
  const input = document.querySelector("#conversation .line");
  if (!input) return;
  event.preventDefault();
  input.focus();
}

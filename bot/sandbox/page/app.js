// The practice workspace's page: looks, shows, waits for something newer, looks again.

import { act, afterwards, learnWords, look, newer, say } from "./api.js";
import { drawBar, showJumps, showMe, showTime } from "./bar.js";
import { drawRoom, showRoom } from "./conversation.js";
import { whenChanged } from "./dom.js";
import { openDrawer, shutDrawer } from "./drawer.js";
import { closeAll, showViews } from "./modal.js";
import { announce, couldNot, reached, showNotices } from "./notices.js";
import { drawSide, showPersona, showRooms } from "./rooms.js";
import { store } from "./store.js";

const A_MOMENT = 1000;
const APP = "app"; // everybody's own chat with the app, whatever its id
const skip = document.getElementById("skip");
let state;
let here = store.room;
let tab = "home";
let looking = Promise.resolve();

const parts = {
  me: whenChanged(showMe),
  jumps: whenChanged(showJumps),
  persona: whenChanged((given) => showPersona(given, become)),
  rooms: whenChanged((given) => showRooms(given, go)),
  frame: whenChanged(({ room, state: known }) => drawRoom(room, tab, known, turn)),
};

await begin();
for (;;) await follow();

async function begin() {
  await learnWords();
  document.title = say("tryout.page.title");
  skip.textContent = say("tryout.page.skip");
  skip.addEventListener("click", skipTo);
  drawBar(openDrawer);
  drawSide();
  document.addEventListener("click", openChat);
  afterwards((answer) => {
    couldNot(answer);
    return show();
  });
  await show();
  if (state && room().kind === "app") await act("home", { tab });
}

/** Wait for something newer; when the workspace is gone for a while, say so. */
async function follow() {
  const version = await newer(state?.version ?? 0).catch(() => null);
  const turned = reached(version !== null);
  if (version === null) {
    if (turned && state) showAll();
    await new Promise((later) => setTimeout(later, A_MOMENT));
  } else if (turned || version !== state?.version) await show();
}

/** Look and show, one look after the other. */
function show() {
  looking = looking.catch(() => {}).then(lookAndShow);
  return looking;
}

/** Show what was seen, unless the visitor has become somebody else in the meantime. */
async function lookAndShow() {
  const asked = store.me;
  const seen = await look().catch(() => null);
  if (!seen || store.me !== asked) return;
  if (asked !== seen.me.id) store.me = seen.me.id;
  state = seen;
  showAll();
}

function showAll() {
  here = place(here);
  const { channels, personas, me, practice, commands, shortcuts, now, next } = state;
  showTime(now);
  parts.me(me);
  parts.jumps({ now: now.slice(0, 10), next });
  parts.persona({ practice, personas, me });
  parts.rooms({ channels, personas, me, here });
  parts.frame({ room: { ...room(), unread: 0 }, tab, state: { commands, shortcuts, me } });
  const messages = state.messages[here] ?? [];
  const reading = showRoom(room(), tab, { messages, home: state.home }, context());
  showNotices(state.notices, showViews(state.views, context()));
  if (reading && room().unread) act("read", { channel: here });
}

/** Where the visitor is: the room they chose, or the first channel that they are in. */
function place(id) {
  const rooms = state.channels;
  if (id === APP) return rooms.find((one) => one.kind === "app").id;
  const chat = rooms.find((one) => one.kind === "dm" && one.person === id);
  const known = rooms.find((one) => one.id === id) ?? chat;
  if (known || state.personas.some((one) => one.id === id)) return known?.id ?? id;
  return (rooms.find((one) => one.kind === "channel") ?? rooms[0]).id;
}

/** The open room; a chat with somebody to whom nothing was written yet is one, too. */
function room() {
  const person = state.personas.find((one) => one.id === here);
  const chat = person && { id: here, person: here, name: person.name, kind: "dm", unread: 0 };
  return state.channels.find((one) => one.id === here) ?? chat;
}

function context() {
  const rooms = state.channels.filter((one) => one.kind === "channel");
  const named = [...state.personas, ...rooms].map((one) => [one.id, one.name]);
  return { names: Object.fromEntries(named), personas: state.personas, rooms };
}

async function become(id) {
  if (room().kind === "app") here = APP;
  else if (room().kind === "dm") here = "";
  store.me = id;
  await show();
  store.room = here;
  if (room().kind === "app") await act("home", { tab });
  announce(say("tryout.page.now_you_are", { name: state.me.name }));
}

async function go(id) {
  here = id;
  store.room = id;
  tab = "home";
  shutDrawer();
  await show();
  if (room().kind === "app") await act("home", { tab });
}

async function turn(name) {
  tab = name;
  await act("home", { tab });
}

/** A link to a chat with a person opens it here, in place of whatever form it stands in. */
async function openChat(event) {
  const person = event.target.closest?.("[data-chat]")?.dataset.chat;
  if (!person) return;
  event.preventDefault();
  await closeAll();
  await go(person);
  document.getElementById("conversation").focus();
}

/** Lead past everything to the line one types in: the newest message is just before it. */
function skipTo(event) {
  const line = document.querySelector("#conversation .line");
  if (!line) return;
  event.preventDefault();
  line.focus();
}

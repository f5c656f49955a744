// The practice workspace's page: looks, shows, waits for something newer, looks again.

import { act, learnWords, look, newer, say, store } from "./api.js";
import { drawBar, recallTheme, showJumps, showTime, shutDrawer } from "./bar.js";
import { draw } from "./blocks.js";
import { composer } from "./composer.js";
import { el, fill, whenChanged } from "./dom.js";
import { drawn } from "./messages.js";
import { showViews } from "./modal.js";
import { drawRooms } from "./rooms.js";

const main = document.getElementById("conversation");
const log = el("div", { class: "log", role: "log", "aria-live": "polite" });
let state;
let here = "";
let tab = "home";

async function follow() {
  try {
    const version = await newer(state.version);
    if (version !== state.version) await show();
  } catch {
    await new Promise((later) => setTimeout(later, 1000)); // the workspace is restarting
  }
}

async function show() {
  state = await look();
  if (store.me !== state.me.id) store.me = state.me.id;
  if (!room()) here = state.channels.find((one) => one.kind === "channel")?.id ?? state.channels[0].id;
  showTime(state.now);
  parts.jumps(state.next);
  parts.rooms([state.channels, state.personas, state.me, here]);
  parts.frame([here, tab, state.me.id, state.commands, state.shortcuts]);
  parts.log([here, tab, state.messages[here] ?? [], state.home]);
  parts.notices(state.notices);
  showViews(state.views, context());
  if (room()?.unread) act("read", { channel: here });
}

const parts = {
  jumps: whenChanged(showJumps),
  rooms: whenChanged(() => drawRooms(state, here, { become, go })),
  frame: whenChanged(frame),
  log: whenChanged(content),
  notices: whenChanged(notices),
};

const room = () => state.channels.find((one) => one.id === here) ?? stranger();

/** A chat with somebody to whom nothing was written yet. */
function stranger() {
  const person = state.personas.find((one) => one.id === here);
  return person && { id: person.id, name: person.name, kind: "dm", unread: 0 };
}

function context() {
  const people = state.personas.map((one) => [one.id, one.name]);
  const rooms = state.channels.filter((one) => one.kind === "channel");
  return { names: Object.fromEntries([...people, ...rooms.map((one) => [one.id, one.name])]), personas: state.personas, rooms };
}

function frame() {
  const now = room();
  const title = el("h1", {}, now.kind === "channel" ? `# ${now.name}` : now.name);
  const tabs = now.kind === "app" ? el("div", { class: "tabs", role: "group" }, tabButton("home", say("tryout.page.tab_home")), tabButton("messages", say("tryout.page.tab_messages"))) : null;
  const line = now.kind === "app" && tab === "home" ? null : composer(now, state);
  fill(main, el("header", {}, title, tabs), log, line);
}

function tabButton(name, label) {
  const onclick = async () => {
    tab = name;
    await act("home", { tab });
    await show();
  };
  return el("button", { type: "button", "data-tab": name, "aria-pressed": String(tab === name), onclick }, label);
}

function content() {
  const now = room();
  if (now.kind === "app" && tab === "home") fill(log, el("div", { class: "home" }, home()));
  else fill(log, drawn(now, state.messages[here] ?? [], context()));
  log.scrollTop = now.kind === "app" && tab === "home" ? 0 : log.scrollHeight;
}

function home() {
  if (!state.home) return el("p", { class: "empty" }, say("tryout.page.empty"));
  const view = state.home;
  return draw(view.blocks, {
    ...context(),
    values: view.state.values,
    press: (action) => act("press", { home: true, ...action }),
    change: (block, element, given) => act("press", { home: true, block_id: block.block_id, action_id: element.action_id, ...given }),
  });
}

function notices(given) {
  const rows = given.map((one) => {
    const onclick = () => act("dismiss", { notice: one.id });
    return el("p", { class: "notice" }, one.text, " ", el("button", { type: "button", onclick }, say("tryout.page.dismiss")));
  });
  fill(document.getElementById("notices"), rows);
}

async function become(id) {
  store.me = id;
  if (!state.channels.some((one) => one.id === here && one.kind === "channel")) here = "";
  await show();
  if (room()?.kind === "app") await act("home", { tab });
}

async function go(id) {
  here = id;
  tab = "home";
  shutDrawer();
  await show();
  if (room().kind === "app") await act("home", { tab });
  main.focus();
}

function openChat(event) {
  const person = event.target.closest?.("[data-chat]")?.dataset.chat;
  if (!person) return;
  event.preventDefault();
  state.views.forEach((view) => act("close", { view: view.id }));
  const known = state.channels.find((one) => one.person === person && one.kind === "dm");
  go(known?.id ?? person);
}

recallTheme();
await learnWords();
document.title = say("tryout.page.title");
document.getElementById("skip").textContent = say("tryout.page.skip");
drawBar();
document.addEventListener("click", openChat);
await show();
for (;;) await follow();

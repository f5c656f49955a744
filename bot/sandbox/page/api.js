// The way to the practice workspace: its words, what a person sees, and what they do.

import { store } from "./store.js";

let words = {};
let told = async () => {};

/** Fetch every sentence of the page once, and let the page be read in their language. */
export async function learnWords() {
  const answer = await fetch("/practice/words");
  document.documentElement.lang = answer.headers.get("Content-Language") ?? "en";
  words = await answer.json();
}

/** Say a sentence of the catalogue, its blanks filled. */
export function say(key, facts = {}) {
  const sentence = words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (blank, name) => facts[name] ?? blank);
}

/** Let `work(answer)` run after each act, before whoever acted goes on. */
export function afterwards(work) {
  told = work;
}

/** Everything that the current person sees. */
export async function look() {
  return read(await fetch(`/practice/state?persona=${encodeURIComponent(store.me)}`));
}

/** Wait until there is something newer than `version`. */
export async function newer(version) {
  return (await read(await fetch(`/practice/wait?version=${version}`))).version;
}

/** Do `name` as the current person; answers `{ok, error}`. */
export function act(name, details = {}) {
  return post("/practice/act", { persona: store.me, act: name, ...details });
}

/** Move practice time: `{jump}` or `{to}`. */
export function moveClock(target) {
  return post("/practice/clock", { persona: store.me, ...target });
}

async function post(path, body) {
  const answer = await sent(path, body).catch(() => ({ ok: false, error: "unreached" }));
  await told(answer);
  return answer;
}

async function sent(path, body) {
  const headers = { "Content-Type": "application/json" };
  return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

function read(response) {
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

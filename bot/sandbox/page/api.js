// HTTP client of the sandbox server: the catalogue, the current state, and the user's actions.

import { store } from "./store.js";

let catalogue = {};
let actionCallback = async () => {};

/** Fetch the catalogue once, and set the language of the document. */
export async function loadCatalogue() {
  const response = await fetch("/practice/words");
  document.documentElement.lang = response.headers.get("Content-Language") ?? "en";
  catalogue = await response.json();
}

/** Return the sentence with this key, its placeholders replaced by `facts`. */
export function translate(key, facts = {}) {
  const sentence = catalogue[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (placeholder, name) => facts[name] ?? placeholder);
}

/** Register `callback(result)`, which is awaited after each action, before its promise resolves. */
export function onActionFinished(callback) {
  actionCallback = callback;
}

/** Fetch everything that is visible to the current persona. */
export async function fetchState() {
  return parseJson(await fetch(`/practice/state?persona=${encodeURIComponent(store.me)}`));
}

/** Wait for a version newer than `version` by long polling; return the server's version. */
export async function waitForChange(version) {
  return (await parseJson(await fetch(`/practice/wait?version=${version}`))).version;
}

/** Perform the action `name` as the current persona; resolves to `{ok, error}`. */
export function sendAction(name, details = {}) {
  return postAndNotify("/practice/act", { persona: store.me, act: name, ...details });
}

/** Move the sandbox clock; `target` is `{jump}` or `{to}`. */
export function moveClock(target) {
  return postAndNotify("/practice/clock", { persona: store.me, ...target });
}

async function postAndNotify(path, body) {
  const result = await postJson(path, body).catch(() => ({ ok: false, error: "unreached" }));
  await actionCallback(result);
  return result;
}

async function postJson(path, body) {
  const headers = { "Content-Type": "application/json" };
  return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

function parseJson(response) {
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

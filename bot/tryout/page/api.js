// The way to the practice workspace: its words, what a person sees, and what they do.

const persona = () => store.me;

/** Who the visitor is just now; kept in this browser alone. */
export const store = {
  get me() {
    return localStorage.getItem("persona") ?? "";
  },
  set me(id) {
    localStorage.setItem("persona", id);
  },
};

let words = {};

/** Fetch every sentence of the page once. */
export async function learnWords() {
  words = await (await fetch("/practice/words")).json();
}

/** Say a sentence of the catalogue, its blanks filled. */
export function say(key, facts = {}) {
  const sentence = words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (blank, name) => facts[name] ?? blank);
}

/** Everything that the current person sees. */
export async function look() {
  return (await fetch(`/practice/state?persona=${encodeURIComponent(persona())}`)).json();
}

/** Wait until there is something newer than `version`. */
export async function newer(version) {
  return (await (await fetch(`/practice/wait?version=${version}`)).json()).version;
}

/** Do `act` as the current person; answers `{ok, error}`. */
export function act(name, details = {}) {
  return post("/practice/act", { persona: persona(), act: name, ...details });
}

/** Move practice time: `{jump}` or `{to}`. */
export function moveClock(target) {
  return post("/practice/clock", { persona: persona(), ...target });
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

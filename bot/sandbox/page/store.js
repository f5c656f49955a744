// State in the browser: persona, room and step per window, theme and open panels for all windows.

const PERSONA_KEY = "persona";

/** Stored values. `me` is the persona of this window: session storage has precedence over the
 *  default in local storage, so that another window can have another persona. */
export const store = {
  get me() {
    return sessionStorage.getItem(PERSONA_KEY) ?? localStorage.getItem(PERSONA_KEY) ?? "";
  },
  set me(id) {
    sessionStorage.setItem(PERSONA_KEY, id);
    localStorage.setItem(PERSONA_KEY, id);
  },
  /** Return the id of the person last chosen in a role in this window. */
  lastInRole(role) {
    return sessionStorage.getItem(`role ${role}`);
  },
  rememberInRole(role, id) {
    sessionStorage.setItem(`role ${role}`, id);
  },
  get step() {
    return sessionStorage.getItem("step") ?? "";
  },
  set step(name) {
    sessionStorage.setItem("step", name);
  },
  get room() {
    return sessionStorage.getItem("room") ?? "";
  },
  set room(id) {
    sessionStorage.setItem("room", id);
  },
  get theme() {
    return localStorage.getItem("theme");
  },
  set theme(name) {
    localStorage.setItem("theme", name);
  },
  get steps() {
    return localStorage.getItem("steps") !== "put away";
  },
  set steps(open) {
    localStorage.setItem("steps", open ? "open" : "put away");
  },
};

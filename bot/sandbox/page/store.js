// What the page remembers: who this window is, and what was chosen for all windows.

const ME = "persona";

/** Who the visitor is in this window; another window may be somebody else. */
export const store = {
  get me() {
    return sessionStorage.getItem(ME) ?? localStorage.getItem(ME) ?? "";
  },
  set me(id) {
    sessionStorage.setItem(ME, id);
    localStorage.setItem(ME, id);
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

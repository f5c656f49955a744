// On a narrow screen the rooms lie in a drawer: opened by a button, shut by Escape or a tap.

const side = document.getElementById("rooms");
const veil = document.getElementById("veil");
const opener = () => document.querySelector("#bar .drawer");

/** Show the rooms, or put them away again. */
export function openDrawer() {
  const open = document.body.classList.toggle("drawn");
  opener().setAttribute("aria-expanded", String(open));
  if (open) side.querySelector("select, button").focus();
}

/** Put the rooms away, if they lie over the conversation. */
export function shutDrawer() {
  if (!document.body.classList.contains("drawn")) return;
  document.body.classList.remove("drawn");
  opener().setAttribute("aria-expanded", "false");
  opener().focus();
}

veil.addEventListener("click", shutDrawer);
side.addEventListener("keydown", (event) => event.key === "Escape" && shutDrawer());

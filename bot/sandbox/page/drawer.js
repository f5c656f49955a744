// On narrow screens the sidebar is a drawer: a button toggles it, Escape or a tap closes it.

const sidebar = document.getElementById("rooms");
const backdrop = document.getElementById("backdrop");
const getToggleButton = () => document.querySelector("#bar .drawer");

/** Open the drawer, or close it if it is open. */
export function toggleDrawer() {
  const isOpen = document.body.classList.toggle("drawer-open");
  getToggleButton().setAttribute("aria-expanded", String(isOpen));
  if (isOpen) sidebar.querySelector("select, button").focus();
}

/** Close the drawer if it is open, and focus its button. */
export function closeDrawer() {
  if (!document.body.classList.contains("drawer-open")) return;
  document.body.classList.remove("drawer-open");
  getToggleButton().setAttribute("aria-expanded", "false");
  getToggleButton().focus();
}

backdrop.addEventListener("click", closeDrawer);
sidebar.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawer());

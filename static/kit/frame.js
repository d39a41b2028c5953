// The page frame: dark switch, menus that close on Escape or a click elsewhere.
const root = document.documentElement;

for (const button of document.querySelectorAll("[data-cg-theme]")) {
  const show = () => button.setAttribute("aria-pressed", String(root.dataset.bsTheme === "dark"));
  button.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("cg-theme", root.dataset.bsTheme);
    } catch {
      // Storage is switched off: the choice lasts for this page.
    }
    show();
  });
  show();
}

// What a page keeps of a person's work in this tab goes with the person.
for (const form of document.querySelectorAll("[data-cg-sign-out]")) {
  form.addEventListener("submit", () => {
    try {
      sessionStorage.clear();
    } catch {
      // Storage is switched off: there is nothing to clear.
    }
  });
}

const openMenus = () => document.querySelectorAll("details.cg-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The cases of a list on a map beside it; a click there or in the list opens the case below the map.
import { colour, createMap } from "../kit/map.js";

const L = window.L;
const SIGNS = { red: "■", yellow: "▲", green: "●", "": "○" };
const pane = document.querySelector("[data-cg-list-map]");
const lines = new Map([...document.querySelectorAll("[data-cg-case]")].map((line) => [line.dataset.cgCase, line]));
const spots = new Map();

function mark(number) {
  for (const [other, line] of lines) {
    if (other === number) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
  for (const [other, spot] of spots) spot.getElement()?.classList.toggle("cg-spot-chosen", other === number);
}

function draw() {
  const config = JSON.parse(document.getElementById("cg-list-map").textContent);
  const { map } = createMap(pane.querySelector(".cg-map-frame"), config);
  for (const outline of config.outlines) {
    L.geoJSON(outline, { style: () => ({ color: colour("--cg-blue"), weight: 2, fillOpacity: 0.04 }), interactive: false }).addTo(map);
  }
  for (const one of config.cases) {
    const icon = L.divIcon({ className: `cg-spot cg-lamp-${one.lamp || "none"}`, html: SIGNS[one.lamp], iconSize: [20, 20] });
    // The list is the way for the keyboard; the spots repeat it.
    const spot = L.marker(one.at, { icon, keyboard: false }).bindTooltip(document.createTextNode(`${one.name} ${one.number}`)).addTo(map);
    spot.on("click", () => {
      lines.get(one.number).scrollIntoView({ block: "nearest" });
      lines.get(one.number).querySelector(".cg-case-link").click();
    });
    spots.set(one.number, spot);
  }
  map.fitBounds(L.latLngBounds(config.cases.map((one) => one.at)).pad(0.1), { maxZoom: 17 });
}

// Where there is no room the links lead to the page of the case.
const roomy = () => getComputedStyle(pane).display !== "none";
document.addEventListener("htmx:confirm", (event) => {
  if (event.target.matches(".cg-case-link") && !roomy()) {
    event.preventDefault();
    location.href = event.target.href;
  }
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const line = event.target.closest("[data-cg-case]");
  if (line) mark(line.dataset.cgCase);
});
if (roomy()) {
  draw();
  addEventListener("load", () => lines.values().next().value.querySelector(".cg-case-link").click());
}

// The report form: a pin on the map, the phone's position, the grid with its open cases, tiles found by words.
import { colour, createMap, degrees } from "../kit/map.js";

const L = window.L;
const form = document.querySelector("[data-cg-report]");
const config = JSON.parse(document.getElementById("cg-pin-map").textContent);
const { map } = createMap(form.querySelector("[data-cg-pin-map]"), config);
const pin = L.marker([0, 0], {
  draggable: true,
  keyboard: false,
  icon: L.divIcon({ className: "cg-pin", iconSize: [24, 24], iconAnchor: [12, 12] }),
});
const says = form.querySelector("[data-cg-locate-says]");
const place = form.querySelector("[data-cg-place]");
const typed = form.elements.position;

function read() {
  const numbers = typed.value.split(/[,，]/).map(Number);
  return numbers.length === 2 && numbers.every(Number.isFinite) && typed.value.trim() ? { lng: numbers[0], lat: numbers[1] } : null;
}

function look() {
  const point = read();
  if (!point) return;
  const chosen = form.querySelector("[name=category]:checked");
  const query = new URLSearchParams({ position: typed.value, category: chosen ? chosen.value : "" });
  window.htmx.ajax("GET", `${config.nearby}?${query}`, { target: place, swap: "innerHTML" });
}

function show(zoom) {
  const point = read();
  if (!point) return;
  pin.setLatLng(point).addTo(map);
  map.setView(point, zoom || map.getZoom());
}

function set(point, accuracy = "") {
  typed.value = degrees(point).replace(" ", "");
  form.elements.accuracy.value = accuracy;
  show();
  look();
}

map.on("click", (event) => set(event.latlng.wrap()));
pin.on("dragend", () => set(pin.getLatLng()));
typed.addEventListener("change", () => {
  form.elements.accuracy.value = "";
  show(17);
  look();
});
form.addEventListener("change", (event) => { if (event.target.name === "category") look(); });
for (const outline of config.outlines) {
  L.geoJSON(outline, { style: () => ({ color: colour("--cg-blue"), weight: 2, fillOpacity: 0.05 }), interactive: false }).addTo(map);
}
if (config.window) {
  const [west, south, east, north] = config.window;
  map.fitBounds([[south, west], [north, east]]);
}
window.addEventListener("load", () => {
  show(17);
  look();
});

const button = form.querySelector("[data-cg-locate]");
button.hidden = !navigator.geolocation;
button.addEventListener("click", () => {
  says.textContent = config.words.finding;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      says.textContent = config.words.found.replace("%(metres)s", Math.round(coords.accuracy));
      map.setZoom(17);
      set({ lng: coords.longitude, lat: coords.latitude }, Math.round(coords.accuracy));
    },
    () => { says.textContent = config.words.denied; },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 },
  );
});

// A photo that says where it was taken sets the pin, as long as nothing else has.
form.addEventListener("cg-sent", (event) => {
  if (!event.detail.length || read()) return;
  map.setZoom(17);
  set(event.detail[0]);
  says.textContent = config.words.photo;
});

const search = form.querySelector("[data-cg-tile-search]");
search.hidden = false;
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  let found = 0;
  for (const tiles of form.querySelectorAll(".cg-tiles")) {
    let here = 0;
    for (const tile of tiles.querySelectorAll("[data-cg-words]")) {
      tile.hidden = !tile.dataset.cgWords.toLowerCase().includes(wanted) && !tile.querySelector(":checked");
      here += !tile.hidden;
    }
    tiles.hidden = !here;
    found += here;
  }
  form.querySelector("[data-cg-tile-none]").hidden = found > 0;
});
search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

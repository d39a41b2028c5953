// The area browser's map: the chosen area, what lies below it, its neighbours. A click chooses; the page follows.
import { colour, createMap, toggle } from "../kit/map.js";
import { createLabels } from "../kit/labels.js";
import { densityClass } from "./density.js";
import { createWhere } from "./where.js";

const L = window.L;
const frame = document.getElementById("cg-map-frame");
const readConfig = () => JSON.parse(document.getElementById("cg-map-config").textContent);
const NONE = { features: [] };
const FINE_FROM = 13; // the API sends coarse outlines below this zoom

let config = readConfig();
let pointing = false;
let density = false;
let drawn = "";
const { map, part } = createMap(frame, config);
const labels = createLabels(map);
const below = L.geoJSON(null, { style: styleBelow, onEachFeature: follow }).addTo(map);
const grids = L.geoJSON(null, { style: styleGrid, onEachFeature: follow }).addTo(map);
const beside = L.geoJSON(null, { style: styleBeside, onEachFeature: follow }).addTo(map);
const own = L.geoJSON(null, { style: styleOwn, interactive: false }).addTo(map);
const where = createWhere({ map, config: () => config, choose });

function styleOwn() {
  return { color: colour("--cg-blue"), weight: 3, fill: config.level === "grid", fillColor: colour("--cg-blue"), fillOpacity: 0.1 };
}
function styleBeside() {
  return { color: colour("--cg-muted"), weight: 1, dashArray: "4 4", fillColor: colour("--cg-muted"), fillOpacity: 0.06 };
}
function styleBelow() {
  return { color: colour("--cg-blue"), weight: 1.5, fillColor: colour("--cg-blue"), fillOpacity: density ? 0 : 0.1 };
}
function styleGrid(feature) {
  const kind = densityClass(feature.properties.population);
  return { color: colour("--cg-muted"), weight: 1, fillColor: colour(`--cg-density-${kind}`), fillOpacity: kind ? 0.85 : 0.2 };
}

function follow(feature, layer) {
  layer.on("click", (event) => {
    if (pointing) return;
    L.DomEvent.stop(event);
    choose(feature.properties.code);
  });
  layer.on("mouseover", () => layer.setStyle({ weight: 3 }));
  layer.on("mouseout", () => layer.setStyle({ weight: 1 }));
}

/** Go to an area's page through its link in the tree or by swapping the page around the map. */
function choose(code) {
  const url = config.page.replace("CODE", encodeURIComponent(code));
  window.htmx.ajax("GET", url, { source: frame, target: "#main", select: "#main", swap: "outerHTML show:none", push: url });
}

async function outlines(query) {
  const answer = await fetch(`${config.outlines}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Fetch and draw what belongs to the chosen area at this zoom; an answer that comes too late is dropped. */
async function draw() {
  const zoom = Math.floor(map.getZoom());
  const wanted = JSON.stringify([config.code, zoom >= FINE_FROM, density]);
  if (wanted === drawn) return;
  drawn = wanted;
  part("notice").textContent = config.words.loading;
  try {
    const [children, siblings, counted] = await Promise.all([
      config.level === "grid" ? NONE : outlines({ parent: config.code, zoom }),
      outlines(config.parent ? { parent: config.parent, zoom } : { level: config.level, zoom }),
      density && config.level !== "grid" ? outlines({ parent: config.code, level: "grid", zoom }) : NONE,
    ]);
    if (wanted !== drawn) return;
    for (const group of [below, beside, grids]) group.clearLayers();
    below.addData(children.features);
    grids.addData(counted.features);
    beside.addData(siblings.features.filter((one) => one.properties.code !== config.code));
    own.bringToFront();
    name();
    part("notice").textContent = config.outline || children.features.length ? "" : config.words.none;
  } catch {
    drawn = "";
    part("notice").textContent = config.words.failed;
  }
}

function name() {
  const names = [];
  for (const group of [below, beside]) {
    group.eachLayer((layer) => names.push({ text: layer.feature.properties.name, at: layer.getBounds().getCenter() }));
  }
  if (config.level === "grid" && config.outline) names.unshift({ text: config.name, at: own.getBounds().getCenter() });
  labels.show(names);
}

/** Show the area that the page is about now. */
function show() {
  config = readConfig();
  own.clearLayers();
  where.clear();
  if (config.outline) own.addData(config.outline);
  frame.dataset.cgCode = config.code;
  home();
  draw();
}

function home() {
  if (own.getLayers().length) map.fitBounds(own.getBounds(), { padding: [16, 16], maxZoom: 18 });
}

function restyle() {
  own.setStyle(styleOwn);
  beside.setStyle(styleBeside);
  below.setStyle(styleBelow);
  grids.setStyle(styleGrid);
}

toggle(part("names"), (on) => labels.visible(on));
toggle(part("density"), (on) => {
  density = on;
  part("legend").hidden = !on;
  draw();
});
toggle(part("where"), (on) => {
  pointing = on;
  frame.classList.toggle("cg-pointing", on);
});
part("home").addEventListener("click", home);
map.on("zoomend", draw);
map.on("click", (event) => {
  if (pointing) where.ask(event.latlng.wrap());
});
new MutationObserver(restyle).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
document.body.addEventListener("htmx:afterSettle", () => {
  if (document.getElementById("cg-map-config") && readConfig().code !== config.code) show();
});
document.body.addEventListener("htmx:responseError", () => { part("notice").textContent = config.words.notYours; });
show();

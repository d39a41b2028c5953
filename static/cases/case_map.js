// The place of one case: its grid, its pin, open cases nearby.
import { colour, createMap } from "../kit/map.js";

const L = window.L;
const CLOSE = 17;

for (const frame of document.querySelectorAll("[data-cg-case-map]")) {
  const config = JSON.parse(document.getElementById("cg-case-map").textContent);
  const { map } = createMap(frame, config);
  if (config.outline) L.geoJSON(config.outline, { style: () => ({ color: colour("--cg-blue"), weight: 2, fillOpacity: 0.06 }), interactive: false }).addTo(map);
  for (const one of config.nearby) {
    L.circleMarker(one.at, { radius: 6, color: colour("--cg-muted"), weight: 2, fillOpacity: 0.4 })
      .bindTooltip(one.name)
      .on("click", () => { location.href = one.url; })
      .addTo(map);
  }
  L.circleMarker(config.at, { radius: 9, color: "#fff", weight: 3, fillColor: "#b3261e", fillOpacity: 1, interactive: false }).addTo(map);
  map.setView(config.at, CLOSE);
}

// The place of one case: its grid, its pin, open cases nearby.
import { colour, createMap } from "../kit/map.js";

const L = window.L;
const CLOSE = 17;

for (const frame of document.querySelectorAll("[data-cg-case-map]")) {
  const config = JSON.parse(document.getElementById("cg-case-map").textContent);
  const { map } = createMap(frame, config);
  const shown = L.latLngBounds([config.at]);
  if (config.outline) {
    const style = () => ({ color: colour("--cg-blue"), weight: 2, fillOpacity: 0.06 });
    shown.extend(L.geoJSON(config.outline, { style, interactive: false }).addTo(map).getBounds());
  }
  for (const one of config.nearby) {
    L.circleMarker(one.at, { radius: 6, color: colour("--cg-muted"), weight: 2, fillOpacity: 0.4 })
      .bindTooltip(one.name)
      .on("click", () => { location.href = one.url; })
      .addTo(map);
  }
  L.circleMarker(config.at, { radius: 9, color: "#fff", weight: 3, fillColor: "#b3261e", fillOpacity: 1, interactive: false }).addTo(map);
  map.fitBounds(shown, { padding: [12, 12], maxZoom: CLOSE }); // the whole grid, not a corner of it
}

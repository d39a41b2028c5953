// The map of the intake screen: shows the chosen place, and takes a click as the place.
import { colour, createMap, degrees } from "../kit/map.js";

const L = window.L;

/** Make it; `clicked(position)` gets "lon,lat". Returns `show(point, { exact, zoom })`; no point clears the pin. */
export function intakeMap(frame, config, clicked) {
  const { map } = createMap(frame, config);
  const pin = L.marker([0, 0], {
    keyboard: false,
    icon: L.divIcon({ className: "cg-pin", iconSize: [24, 24], iconAnchor: [12, 12] }),
  });
  for (const outline of config.outlines) {
    L.geoJSON(outline, { style: () => ({ color: colour("--cg-blue"), weight: 2, fillOpacity: 0.05 }), interactive: false }).addTo(map);
  }
  const home = () => {
    if (!config.window) return;
    const [west, south, east, north] = config.window;
    map.fitBounds([[south, west], [north, east]]);
  };
  home();
  map.on("click", (event) => clicked(degrees(event.latlng.wrap()).replace(" ", "")));
  return (point, { exact = true, zoom = 17 } = {}) => {
    pin.remove();
    if (!point) home();
    else {
      map.setView(point, zoom);
      if (exact) pin.setLatLng(point).addTo(map);
    }
  };
}

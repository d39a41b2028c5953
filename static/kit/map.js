// The one map widget: Leaflet with our outlines on a plain ground, scale, cursor coordinates, full screen, no tiles unless set.
const L = window.L;
const CHINA = [[18, 73], [54, 135]];

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Degrees to five decimals, about one metre: "120.20016, 27.33217" (longitude first, EPSG:4326). */
export const degrees = ({ lng, lat }) => `${lng.toFixed(5)}, ${lat.toFixed(5)}`;

/** Make the map inside `frame` (parts/map.html). Returns the Leaflet map and `part(name)`, the frame's named pieces. */
export function createMap(frame, config) {
  const part = (name) => frame.querySelector(`[data-cg-map="${name}"]`);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(frame.querySelector(".cg-map"), {
    attributionControl: Boolean(config.tiles),
    preferCanvas: true,
    zoomSnap: 0.25,
    maxZoom: 20,
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    zoomControl: false,
  });
  L.control.zoom({ zoomInTitle: config.words.zoomIn, zoomOutTitle: config.words.zoomOut }).addTo(map);
  map.fitBounds(CHINA);
  if (config.tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(config.tiles, { maxZoom: 20, attribution: config.attribution }).addTo(map);
  }
  L.control.scale({ imperial: false }).addTo(map);
  map.on("mousemove", (event) => { part("cursor").textContent = degrees(event.latlng.wrap()); });
  part("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else frame.requestFullscreen();
  });
  new ResizeObserver(() => map.invalidateSize()).observe(frame);
  return { map, part };
}

/** Turn a button into a switch; `onChange` hears the new state. */
export function toggle(button, onChange) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    onChange(on);
  });
}

// Names on the map. Where two would touch, the later one is left out, so that what is shown can be read.
const L = window.L;
const LINE = 18;
const LETTER = 13;

/** A layer of names; `show([{text, at}])` replaces them, `visible(on)` switches them. */
export function createLabels(map) {
  const layer = L.layerGroup();
  let names = [];
  let shown = true;

  function place() {
    layer.clearLayers();
    if (!shown) return;
    const taken = [];
    for (const { text, at } of names) {
      const point = map.latLngToContainerPoint(at);
      const half = (text.length * LETTER) / 2;
      if (taken.some((other) => Math.abs(other.x - point.x) < other.half + half && Math.abs(other.y - point.y) < LINE)) continue;
      taken.push({ x: point.x, y: point.y, half });
      const box = document.createElement("span");
      box.textContent = text;
      L.marker(at, { icon: L.divIcon({ className: "cg-map-name", html: box, iconSize: null }), interactive: false, keyboard: false }).addTo(layer);
    }
  }

  layer.addTo(map);
  map.on("zoomend", place);
  return {
    show(list) { names = list; place(); },
    visible(on) { shown = on; place(); },
  };
}

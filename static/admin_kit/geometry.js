// Draws, shows and edits the shape of one form field. The field holds GeoJSON in EPSG:4326; holes are kept.
/* global L */

// The drawing tools still ask by the old name; the new function answers the same without a warning.
L.Polyline._flat = L.LineUtil.isFlat;

const MANY = { Point: "MultiPoint", LineString: "MultiLineString", Polygon: "MultiPolygon" };

const pin = () => L.divIcon({ className: "cg-pin", iconSize: [16, 16] });

// One layer per simple shape, so that each can be moved or removed by itself.
function layersOf(geometry) {
  if (geometry.type === "GeometryCollection") {
    return geometry.geometries.flatMap(layersOf);
  }
  if (geometry.type.startsWith("Multi")) {
    const type = geometry.type.slice("Multi".length);
    return geometry.coordinates.flatMap((coordinates) => layersOf({ type, coordinates }));
  }
  return [L.GeoJSON.geometryToLayer({ type: "Feature", geometry }, { pointToLayer: (_, at) => L.marker(at, { icon: pin() }) })];
}

export function geometryOf(layers, kind, decimals) {
  const shapes = layers.map((layer) => layer.toGeoJSON(decimals).geometry);
  if (!shapes.length) {
    return null;
  }
  const type = shapes[0].type;
  if (!kind.startsWith("MULTI") && shapes.length === 1) {
    return shapes[0];
  }
  if (shapes.some((shape) => shape.type !== type)) {
    return { type: "GeometryCollection", geometries: shapes };
  }
  return { type: MANY[type], coordinates: shapes.map((shape) => shape.coordinates) };
}

function translate(words) {
  const { draw, edit } = L.drawLocal;
  draw.toolbar.actions = { title: words.cancel, text: words.cancel };
  draw.toolbar.undo = { title: words.undo, text: words.undo };
  draw.toolbar.finish = { title: words.save, text: words.save };
  Object.assign(draw.toolbar.buttons, { polygon: words.polygon, polyline: words.polyline, marker: words.marker });
  draw.handlers.polygon.tooltip = { start: words.start, cont: words.next, end: words.end };
  draw.handlers.polyline.tooltip = { start: words.start, cont: words.next, end: words.end_line };
  draw.handlers.polyline.error = words.crossing;
  draw.handlers.marker.tooltip.start = words.start;
  edit.toolbar.actions = {
    save: { title: words.save, text: words.save },
    cancel: { title: words.cancel, text: words.cancel },
    clearAll: { title: words.remove, text: words.remove },
  };
  edit.toolbar.buttons = { edit: words.edit, editDisabled: words.edit, remove: words.remove, removeDisabled: words.remove };
  edit.handlers.edit.tooltip = { text: words.edit_hint, subtext: "" };
  edit.handlers.remove.tooltip.text = words.remove_hint;
}

function toolsFor(kind, featureGroup) {
  const any = kind === "GEOMETRY";
  return new L.Control.Draw({
    edit: { featureGroup },
    draw: {
      polygon: (any || kind.endsWith("POLYGON")) && { allowIntersection: false, showLength: false },
      polyline: any || kind.endsWith("LINESTRING"),
      marker: (any || kind.endsWith("POINT")) && { icon: pin() },
      rectangle: false,
      circle: false,
      circlemarker: false,
    },
  });
}

function start(holder) {
  const field = document.getElementById(holder.dataset.cgGeometry);
  const options = JSON.parse(document.getElementById(holder.dataset.cgOptions).textContent);
  const map = L.map(holder, { center: options.center, zoom: options.zoom, zoomControl: false });
  L.control.zoom({ zoomInTitle: options.words.closer, zoomOutTitle: options.words.further }).addTo(map);
  map.attributionControl.setPrefix(options.note);
  for (const [url, attribution] of options.tiles) {
    L.tileLayer(url, { attribution }).addTo(map);
  }
  const shapes = L.featureGroup().addTo(map);

  const show = () => {
    const layers = field.value.trim() ? layersOf(JSON.parse(field.value)) : [];
    shapes.clearLayers();
    layers.forEach((layer) => shapes.addLayer(layer));
    if (layers.length) {
      map.fitBounds(shapes.getBounds(), { maxZoom: 17 });
    }
  };
  const keep = () => {
    const geometry = geometryOf(shapes.getLayers(), options.kind, options.decimals);
    field.value = geometry ? JSON.stringify(geometry) : "";
  };
  show();
  if (!options.modifiable) {
    return;
  }
  translate(options.words);
  map.addControl(toolsFor(options.kind, shapes));
  map.on(L.Draw.Event.CREATED, ({ layer }) => {
    if (!options.kind.startsWith("MULTI")) {
      shapes.clearLayers();
    }
    shapes.addLayer(layer);
    keep();
  });
  map.on(`${L.Draw.Event.EDITED} ${L.Draw.Event.DELETED}`, keep);
  field.addEventListener("change", () => {
    field.setCustomValidity("");
    try {
      show();
    } catch {
      field.setCustomValidity(options.words.unreadable);
      field.reportValidity();
    }
  });
}

document.querySelectorAll("[data-cg-geometry]").forEach(start);

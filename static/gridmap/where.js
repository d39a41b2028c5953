// "Where is this?": a point typed or clicked → grid, community, street, district in words, each a way to its page.
import { degrees } from "../kit/map.js";

const L = window.L;
const LEVELS = ["grid", "community", "street", "district"];

/** Read "120.2, 27.3", also with the latitude first, as some devices copy it; null when it is no place in China. */
export function readPoint(text) {
  const numbers = (text.match(/-?\d+(\.\d+)?/g) || []).map(Number);
  if (numbers.length !== 2) return null;
  const [lng, lat] = numbers[0] < 60 && numbers[1] > 60 ? [numbers[1], numbers[0]] : numbers;
  return lng >= 73 && lng <= 136 && lat >= 3 && lat <= 54 ? { lng, lat } : null;
}

export function createWhere({ map, config, choose }) {
  const form = document.querySelector("[data-cg-where]");
  const answer = form.querySelector("[data-cg-where-answer]");
  const pin = L.circleMarker([0, 0], { radius: 7, color: "#fff", weight: 2, fillColor: "#17468f", fillOpacity: 1, interactive: false });

  function say(...parts) {
    answer.replaceChildren(...parts);
  }

  function way(place) {
    const link = document.createElement("a");
    link.href = config().page.replace("CODE", encodeURIComponent(place.code));
    link.textContent = place.name;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(place.code);
    });
    return link;
  }

  function chain(found) {
    const words = config().words;
    const list = document.createElement("dl");
    list.className = "cg-facts";
    for (const level of LEVELS) {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = words[level];
      if (found[level]) value.append(way(found[level]), " ", code(found[level].code));
      else value.textContent = words.noArea;
      list.append(term, value);
    }
    return list;
  }

  function code(text) {
    const box = document.createElement("code");
    box.textContent = text;
    return box;
  }

  function note(text) {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }

  async function ask(point, crs = "wgs84") {
    const words = config().words;
    say(note(words.searching));
    try {
      const query = new URLSearchParams({ lon: point.lng, lat: point.lat, crs });
      const reply = await fetch(`${config().locate}?${query}`, { headers: { Accept: "application/json" } });
      const found = await reply.json();
      if (!reply.ok) {
        say(note(found.error.message));
        return;
      }
      pin.setLatLng([found.lat, found.lon]).addTo(map);
      if (!map.getBounds().contains(pin.getLatLng())) map.panTo(pin.getLatLng());
      const parts = [note(degrees(pin.getLatLng())), chain(found)];
      if (found.tie?.length) parts.push(note(words.tie));
      say(...parts);
    } catch {
      say(note(words.failed));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const point = readPoint(form.elements.point.value);
    if (point) ask(point, form.elements.crs.value);
    else say(note(config().words.unreadable));
  });

  return {
    ask(point) {
      form.elements.point.value = degrees(point);
      form.elements.crs.value = "wgs84";
      ask(point);
    },
    clear() { pin.remove(); },
  };
}

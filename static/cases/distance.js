// Order the tasks on the spot by their distance from here.
const EARTH = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Metres between two points in degrees, along a great circle. */
export function metres(lon1, lat1, lon2, lat2) {
  const a = Math.sin(radians(lat2 - lat1) / 2) ** 2
    + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.sqrt(a));
}

const button = document.querySelector("[data-cg-near]");
if (button && navigator.geolocation) {
  const list = document.querySelector("[data-cg-near-list]");
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const far = (item) => (item.dataset.cgLon ? metres(coords.longitude, coords.latitude, item.dataset.cgLon, item.dataset.cgLat) : Infinity);
      const items = [...list.children].map((item) => ({ item, far: far(item) })).sort((a, b) => a.far - b.far);
      for (const one of items) {
        if (Number.isFinite(one.far)) one.item.querySelector("[data-cg-far]").textContent = `· ${button.dataset.cgMetres.replace("{}", Math.round(one.far))}`;
        list.append(one.item);
      }
    }, () => { button.textContent = button.dataset.cgDenied; });
  });
}

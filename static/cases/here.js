// "Use my position" beside a field that takes one.
for (const button of document.querySelectorAll("[data-cg-here]")) {
  const form = button.closest("form");
  const says = form.querySelector("[data-cg-here-says]");
  button.hidden = !navigator.geolocation;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.position.value = `${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}`;
        if (form.elements.accuracy) form.elements.accuracy.value = Math.round(coords.accuracy);
        says.textContent = `± ${Math.round(coords.accuracy)} m`;
      },
      () => { says.textContent = button.dataset.cgDenied; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 },
    );
  });
}

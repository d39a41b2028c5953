// Bring the chosen queue into view where the row of queues is wider than the page.
for (const bar of document.querySelectorAll("[data-cg-tabs]")) {
  const chosen = bar.querySelector("[aria-current]");
  if (chosen) bar.scrollLeft = chosen.offsetLeft + chosen.offsetWidth - bar.clientWidth;
}

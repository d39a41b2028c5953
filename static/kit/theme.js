// Runs before the first paint, so that a dark page never flashes white. The choice is the person's, else the device's.
(() => {
  const chosen = () => {
    try { return localStorage.getItem("cg-theme"); } catch { return null; }
  };
  const device = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.bsTheme = chosen() || (device.matches ? "dark" : "light");
  };
  device.addEventListener("change", apply);
  apply();
})();

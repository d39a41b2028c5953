// The page of a case: a way back to the next move while it is out of sight, and everything unfolded on paper.
const jump = document.querySelector("[data-cg-jump]");
if (jump) {
  const seen = new IntersectionObserver(([entry]) => { jump.hidden = entry.isIntersecting || entry.boundingClientRect.top > 0; });
  seen.observe(document.querySelector(jump.getAttribute("href")));
  jump.addEventListener("click", (event) => {
    event.preventDefault();
    const move = document.querySelector(jump.getAttribute("href"));
    if ("open" in move) move.open = true;
    move.scrollIntoView({ block: "center" });
    move.querySelector("input:not([type=hidden]), select, textarea, button")?.focus({ preventScroll: true });
  });
}

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll(".cg-stopped:not([open]), .cg-rounds:not([open])")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

const print = document.querySelector("[data-cg-print]");
print.hidden = false;
print.addEventListener("click", () => window.print());

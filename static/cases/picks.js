// Tick all cases of the page, and say how many are ticked; what can be done with them appears as soon as one is.
for (const form of document.querySelectorAll("[data-cg-picks]")) {
  const all = form.querySelector("[data-cg-pick-all]");
  const says = form.querySelector("[data-cg-pick-count]");
  const bar = form.querySelector(".cg-bulk");
  const picks = [...form.querySelectorAll("[name=pick]")];
  const show = () => {
    const chosen = picks.filter((pick) => pick.checked).length;
    says.textContent = says.dataset.cgPickCount.replace("{}", chosen);
    bar.hidden = chosen === 0;
    all.checked = chosen === picks.length;
    all.indeterminate = chosen > 0 && chosen < picks.length;
  };
  if (!all) continue;
  all.addEventListener("change", () => {
    for (const pick of picks) pick.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  show();
}

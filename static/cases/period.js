// The picker of the period: whoever types a day means days of their own; whoever chooses a month no longer does.
const form = document.querySelector(".cg-period");
const choice = form?.elements.namedItem("period");
const days = ["first", "last"].map((name) => form?.elements.namedItem(name));

for (const day of days) day?.addEventListener("input", () => { choice.value = "days"; });
choice?.addEventListener("change", () => {
  if (choice.value !== "days") for (const day of days) day.value = "";
});

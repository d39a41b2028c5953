// Gives the search boxes of related rows the name of their field: the library names them by their own, empty text.
const name = (box) => {
  const select = box.closest(".select2-container")?.previousElementSibling;
  const label = select && document.querySelector(`label[for="${select.id}"]`);
  if (!label) {
    return;
  }
  label.id ||= `label-${select.id}`;
  box.setAttribute("aria-labelledby", label.id);
};

const nameAll = () => document.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field").forEach(name);

// The boxes are made when jQuery is ready; what is asked for later comes after them.
window.django?.jQuery?.(nameAll);

// A text field with a list of what may be meant (ARIA combobox with list autocomplete), by keyboard or mouse.
let count = 0;

/**
 * Make `input` (role=combobox) search with `search(text)`, a promise of `[{ value, label, note, kind }]`, and hand what is
 * chosen to `choose(item)`. `says(items)` tells a reader with a screen reader how many there are.
 */
export function combobox(input, list, { search, choose, says = () => {}, eager = false }) {
  let items = [];
  let active = -1;
  let asked = 0;
  let timer;

  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    active = (place + items.length) % items.length;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    const option = list.children[active];
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    items = found;
    list.replaceChildren(...found.map((item) => {
      const option = document.createElement("li");
      option.id = `cg-option-${(count += 1)}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const label = document.createElement("span");
      label.textContent = item.label;
      option.append(label);
      for (const part of [item.kind, item.note]) {
        if (!part) continue;
        const more = document.createElement("small");
        more.textContent = part;
        option.append(" ", more);
      }
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    says(found);
    if (found.length) mark(0);
    else input.removeAttribute("aria-activedescendant");
  }

  async function look() {
    const mine = (asked += 1);
    const found = await search(input.value.trim());
    if (mine === asked && document.activeElement === input) show(found);
  }

  function take(place) {
    const item = items[place];
    close();
    if (item) choose(item);
  }

  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(look, eager ? 0 : 150);
  });
  input.addEventListener("compositionend", () => { timer = setTimeout(look, 0); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) mark(active + (event.key === "ArrowDown" ? 1 : -1));
      else look();
    } else if (event.key === "Enter") {
      event.preventDefault(); // a list is chosen from; the form is sent by its own key
      if (open) take(active);
      else look();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) take([...list.children].indexOf(option));
  });
}

/** Put a searching field in place of a select; the select stays and holds the value. `first()` gives values to list first. */
export function findable(select, { first = () => [], label, says }) {
  const input = document.createElement("input");
  const list = document.createElement("ul");
  const box = document.createElement("div");
  const id = select.id;
  select.id = `${id}_value`;
  Object.assign(input, { id, autocomplete: "off", className: "cg-input", type: "text" });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", `${id}_list`);
  if (select.getAttribute("aria-describedby")) input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
  if (select.getAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
  Object.assign(list, { id: `${id}_list`, className: "cg-combo-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  box.className = "cg-combo";
  select.hidden = true;
  select.before(box);
  box.append(input, list);

  const options = [...select.options].filter((option) => option.value);
  const shown = () => (select.value ? select.selectedOptions[0].textContent : "");
  const refresh = () => { input.value = shown(); };
  const set = (value) => {
    select.value = value;
    refresh();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };

  function search(text) {
    const wanted = text === shown() ? "" : text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
    const why = new Map(first().map((one) => [one.value, one.why]));
    const rank = (option) => (why.has(option.value) ? [...why.keys()].indexOf(option.value) : why.size);
    const found = options.filter((option) => option.dataset.words.toLowerCase().includes(wanted));
    found.sort((one, other) => rank(one) - rank(other));
    return Promise.resolve(found.slice(0, 60).map((option) => ({
      value: option.value, label: option.textContent, note: why.get(option.value) || "",
    })));
  }

  combobox(input, list, { search, choose: (item) => set(item.value), says, eager: true });
  input.addEventListener("blur", () => {
    if (!input.value.trim()) set(""); // emptied on purpose
    else refresh();
  });
  input.addEventListener("focus", () => input.select());
  refresh();
  return { input, set, refresh };
}

// The intake screen: history on typing the number, places, proposals, keys, and a draft that survives a reload.
import { combobox, findable } from "../kit/combobox.js";
import { keeping } from "./intake_kept.js";
import { intakeMap } from "./intake_map.js";

const form = document.querySelector("[data-cg-intake]");
const config = JSON.parse(document.getElementById("cg-intake-config").textContent);
const fields = form.elements;
const says = form.querySelector("[data-cg-says]");
const slot = (name) => form.querySelector(`[data-cg-slot="${name}"]`);
let proposed = { categories: [], level: "", unit: "" };
const taken = { level: false, unit: false }; // whether the operator chose it, rather than the proposal

const kept = keeping(form, {
  chosen: taken,
  restored: () => {
    category.refresh();
    units.refresh();
    link(fields.target.value);
    placed();
    known = "";
    caller();
  },
});

async function fetched(url, values) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", fields.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

function tell(text = "") {
  says.textContent = text;
  says.hidden = !text;
}

// --- who calls -------------------------------------------------------------------------------------------------------
let known = form.dataset.cgRang || (slot("caller").querySelector(".cg-known-who") ? fields.caller_phone.value : "");
const digits = () => fields.caller_phone.value.replace(/\D/g, "");

async function caller() {
  const phone = fields.caller_phone.value.trim();
  if (phone === known || digits().length < 10) return;
  known = phone;
  try {
    const found = await fetched(config.caller, { phone });
    if (phone === fields.caller_phone.value.trim()) slot("caller").innerHTML = found;
  } catch {
    slot("caller").textContent = config.text.failed;
  }
}

// --- what is proposed ------------------------------------------------------------------------------------------------
let waiting; // the newest question, until it is answered
let answered = () => {};
let timer;

function ask(soon = 350) {
  clearTimeout(timer);
  const before = answered;
  waiting = new Promise((done) => {
    answered = done;
    timer = setTimeout(() => hints().finally(done), soon);
  });
  before(waiting); // who waits for the question that this one replaces waits for this one, rather than for ever
}

async function hints() {
  const values = Object.fromEntries(["content", "title", "category", "position", "area", "target"].map((name) => [name, fields[name].value]));
  const who = slot("caller").querySelector("[data-cg-caller]");
  values.caller = who ? who.dataset.cgCaller : "";
  let text;
  try {
    text = await fetched(config.hints, values);
  } catch {
    return;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const part of page.querySelectorAll("[data-cg-part]")) {
    const into = slot(part.dataset.cgPart);
    if (into.innerHTML.trim() !== part.innerHTML.trim()) into.innerHTML = part.innerHTML;
  }
  proposed = JSON.parse(page.getElementById("cg-hints").textContent);
  propose();
}

/** Choose beforehand what is proposed, as long as the operator has not chosen. */
function propose() {
  if (!taken.unit && proposed.unit) unit.fill(proposed.unit);
  const level = form.querySelector(`[name=level][value="${proposed.level}"]`);
  if (!taken.level && level) level.checked = true;
  for (const label of form.querySelectorAll("[name=level]")) {
    label.parentElement.classList.toggle("cg-proposed", label.value === proposed.level);
  }
  kept.save();
}

// --- fields that are found by typing ---------------------------------------------------------------------------------
const status = document.createElement("span");
status.className = "visually-hidden";
status.setAttribute("role", "status");
form.append(status);
const counted = (found) => { status.textContent = found.length ? config.text.found.replace("%(count)s", found.length) : config.text.none; };
const labelled = (select) => form.querySelector(`label[for="${select.id}"]`).firstChild.textContent.trim();
const category = findable(fields.category, { first: () => proposed.categories, label: labelled(fields.category), says: counted });
const units = findable(fields.unit, {
  first: () => (proposed.unit ? [{ value: proposed.unit, why: config.text.proposed }] : []), label: labelled(fields.unit), says: counted,
});
const unit = { fill: (code) => { if (fields.unit.value !== code) { fields.unit.value = code; units.refresh(); } } };

const place = document.getElementById("cg-place");
const show = intakeMap(form.querySelector("[data-cg-pin-map]"), config, (position) => {
  fields.position.value = position;
  fields.area.value = "";
  place.value = "";
  placed();
  ask(0);
});
for (const one of form.querySelectorAll(".cg-intake-map a, .cg-intake-map button, .cg-intake-map .leaflet-container")) one.tabIndex = -1;

function placed() {
  const [lon, lat] = fields.position.value.split(/[,，]/).map(Number);
  const there = fields.position.value.trim() && Number.isFinite(lon) && Number.isFinite(lat);
  show(there ? { lng: lon, lat } : null);
  kept.save();
}

let filled = ""; // the address that a place filled in, and nobody changed
combobox(place, document.getElementById("cg-place-list"), {
  says: counted,
  search: async (text) => {
    if (!text) return [];
    const answer = await fetch(`${config.places}?${new URLSearchParams({ q: text })}`, { credentials: "same-origin" });
    if (!answer.ok) return [];
    const { results } = await answer.json();
    return results.map((one) => ({
      value: one, label: one.name, kind: one.kind_label,
      note: [one.path.filter((area) => area.code !== one.area.code || one.exact).map((area) => area.name).join(" › "), one.exact ? one.detail : ""].filter(Boolean).join(" · "),
    }));
  },
  choose: ({ value }) => {
    place.value = value.name;
    fields.position.value = value.exact ? `${value.lon.toFixed(6)},${value.lat.toFixed(6)}` : "";
    fields.area.value = value.exact ? "" : value.area.code;
    if (!fields.address.value || fields.address.value === filled) {
      filled = value.exact ? [value.detail, value.name].filter((part, at, all) => part && all.indexOf(part) === at).join(" ") : value.name;
      fields.address.value = filled;
    }
    if (value.lon !== null) show({ lng: value.lon, lat: value.lat }, { exact: value.exact, zoom: value.exact ? 17 : 14 });
    kept.save();
    ask(0);
  },
});

// --- the same matter -------------------------------------------------------------------------------------------------
const target = form.querySelector("[data-cg-target]");

function link(number, step) {
  fields.target.value = number;
  target.querySelector("[data-cg-target-number]").textContent = number;
  target.hidden = !number;
  if (step) form.querySelector(`[name=step][value="${step}"]`).checked = true;
  steps();
  ask(0);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.cgLink) link(button.dataset.cgLink, form.querySelector("[name=step]:checked").value === "urge" ? "dispatch" : "");
  else if (button.dataset.cgUrge) link(button.dataset.cgUrge, "urge");
  else if (button.dataset.cgTake) category.set(button.dataset.cgTake);
  else if ("cgUnlink" in button.dataset) link("", form.querySelector("[name=step]:checked").value === "urge" ? "dispatch" : "");
  else return;
  if (button.dataset.cgLink || button.dataset.cgUrge) form.querySelector("[name=step]:checked").focus();
});

function steps() {
  const step = form.querySelector("[name=step]:checked");
  for (const part of form.querySelectorAll("[data-cg-for]")) part.hidden = part.dataset.cgFor !== (step ? step.value : "");
  const urge = form.querySelector("[name=step][value=urge]");
  urge.closest("div").hidden = !fields.target.value;
}

// --- keys, and sending -----------------------------------------------------------------------------------------------
const focusable = "input:not([type=hidden], [hidden]), select:not([hidden]), textarea, a[href], button";

function firstIn(part) {
  const seen = [...part.querySelectorAll(focusable)].filter((one) => one.offsetParent !== null && one.tabIndex >= 0);
  return seen.find((one) => one.type !== "radio" || one.checked) || seen[0];
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const number = event.altKey && !event.ctrlKey && !event.metaKey && /^Digit[1-7]$/.test(event.code) ? event.code.at(-1) : "";
  const part = number && form.querySelector(`[data-cg-key="${number}"]`);
  if (!part) return;
  event.preventDefault();
  const first = firstIn(part);
  if (first) first.focus();
  part.scrollIntoView({ block: "nearest" });
});

let sure = false;
form.addEventListener("submit", async (event) => {
  if (sure) {
    kept.sent();
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const before = `${fields.unit.value} ${form.querySelector("[name=level]:checked")?.value}`;
  await waiting;
  const step = form.querySelector("[name=step]:checked").value;
  // Nobody sends what changed under the eyes: the operator looks once more.
  if (step === "dispatch" && fields.unit.value && `${fields.unit.value} ${form.querySelector("[name=level]:checked")?.value}` !== before) {
    tell(config.text.changed);
    units.input.focus();
    return;
  }
  sure = true;
  form.requestSubmit();
}, true);

form.addEventListener("input", (event) => {
  tell();
  if (event.target.name === "caller_phone") {
    clearTimeout(caller.timer);
    caller.timer = setTimeout(caller, 250);
  }
  if (["content", "title"].includes(event.target.name)) ask();
  kept.save();
});
form.addEventListener("change", (event) => {
  const { name } = event.target;
  if (name === "unit") taken.unit = Boolean(fields.unit.value);
  if (name === "level") taken.level = true;
  if (name === "step") steps();
  if (name === "category") ask(0);
  if (name === "position") {
    fields.area.value = "";
    placed();
    ask(0);
  }
  if (name === "caller_phone") caller();
  kept.save();
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

if ("cgRefused" in form.dataset) {
  taken.unit = Boolean(fields.unit.value);
  taken.level = Boolean(form.querySelector("[name=level]:checked"));
  placed();
}
kept.begin();
steps();
const wrong = form.querySelector(".cg-field-wrong");
(wrong ? firstIn(wrong) || wrong : fields.caller_phone.value ? fields.content : fields.caller_phone).focus();
if (fields.content.value || fields.position.value || fields.area.value) ask(0);

// What is typed into the form of a call, kept and put back: after a reload, after a refusal, between two callers.
import * as drafts from "./intake_draft.js";

const SKIPPED = new Set(["csrfmiddlewaretoken", "client_request_id", "call"]);

/**
 * Keep what is typed into `form`. `chosen` holds what the operator chose rather than the proposal; `restored()` is called
 * when another call stands in the form. Returns `save()`, `sent()` and `begin()`, which puts back the draft of this call.
 */
export function keeping(form, { chosen, restored }) {
  const fields = form.elements;
  const user = form.dataset.cgUser;
  const id = () => fields.client_request_id.value;
  let saver;
  let gone = false; // cleared or given up: nothing more is kept

  function typed() {
    const values = {};
    for (const [name, value] of new FormData(form)) if (!SKIPPED.has(name)) values[name] = value;
    return values;
  }

  const blank = JSON.stringify(typed());

  function keepNow() {
    clearTimeout(saver);
    if (gone) return;
    const values = typed();
    if (JSON.stringify(values) === blank && !form.dataset.cgRang) return;
    drafts.keep(user, id(), { ...values, call: fields.call.value, chosen }, form.dataset.cgRang);
  }

  function save() {
    clearTimeout(saver);
    saver = setTimeout(keepNow, 200);
  }

  function restore(key) {
    const { values, rang } = drafts.calls(user)[key];
    fields.client_request_id.value = key;
    for (const field of fields) {
      if (!field.name || (SKIPPED.has(field.name) && field.name !== "call")) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = values[field.name] === field.value;
      else field.value = values[field.name] ?? "";
    }
    Object.assign(chosen, values.chosen);
    form.dataset.cgRang = rang;
    for (const details of form.querySelectorAll(".cg-extra")) {
      const filled = (one) => (one.type === "checkbox" ? one.checked : one.value);
      if ([...details.querySelectorAll("input, textarea")].some(filled)) details.open = true;
    }
    drafts.turnTo(user, key);
    restored();
  }

  function others() {
    const box = document.querySelector("[data-cg-kept]");
    const list = box.querySelector("ul");
    const { cgContinue, cgDiscard, cgNobody } = list.dataset;
    const rows = Object.entries(drafts.calls(user)).filter(([key]) => key !== id());
    list.replaceChildren(...rows.map(([key, call]) => {
      const row = document.createElement("li");
      const time = new Date(call.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      row.append(`${call.values.caller_phone || cgNobody} · ${time} `);
      for (const [text, act] of [
        [cgContinue, () => { keepNow(); restore(key); }],
        [cgDiscard, () => drafts.forget(user, key)],
      ]) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "btn btn-sm", textContent: text });
        button.addEventListener("click", () => { act(); others(); });
        row.append(button, " ");
      }
      return row;
    }));
    box.hidden = !rows.length;
  }

  /** Put back what belongs here: never another caller's words. */
  function begin() {
    const { cgRang: rang } = form.dataset;
    const kept = drafts.calls(user);
    if ("cgRefused" in form.dataset) keepNow();
    else if (rang) {
      const same = Object.keys(kept).find((key) => kept[key].rang === rang);
      if (same) restore(same);
      else keepNow();
      history.replaceState(null, "", location.pathname); // a number does not stay in an address longer than need be
    } else if (drafts.current(user)) restore(drafts.current(user));
    others();
  }

  const clear = document.querySelector("[data-cg-clear]");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    gone = true;
    drafts.forget(user, id());
    location.assign(form.getAttribute("action"));
  });
  document.addEventListener("submit", (event) => { if (event.target.matches("[data-cg-sign-out]")) gone = true; });
  window.addEventListener("pagehide", keepNow);
  return { save, begin, sent: () => { keepNow(); drafts.sent(user, id()); } };
}

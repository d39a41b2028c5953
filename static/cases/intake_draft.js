// What is typed into a call, kept in this tab alone (sessionStorage) until it is saved; every call has its own.
const KEY = "cg-intake";
const HOURS = 12;

function read(user) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) || "{}");
    if (kept.user !== user) return { user, calls: {} };
    for (const [id, call] of Object.entries(kept.calls)) {
      if (Date.now() - call.at > HOURS * 3600e3) delete kept.calls[id];
    }
    return kept;
  } catch {
    return { user, calls: {} };
  }
}

function write(kept) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is switched off: nothing survives a reload, everything else works.
  }
}

/** The calls that were begun in this tab by `user`. */
export function calls(user) {
  return read(user).calls;
}

/** The call that this tab shows, or undefined. */
export function current(user) {
  const kept = read(user);
  return kept.calls[kept.current] ? kept.current : undefined;
}

/** Keep what is typed. `rang` is the number with which telephony opened the screen. */
export function keep(user, id, values, rang) {
  const kept = read(user);
  kept.current = id;
  kept.calls[id] = { at: Date.now(), rang, values };
  write(kept);
}

/** Say which call this tab shows from now on. */
export function turnTo(user, id) {
  write({ ...read(user), current: id });
}

/** Remember that the call was sent: the page that says so clears it. */
export function sent(user, id) {
  write({ ...read(user), sent: id });
}

/** Forget a call. */
export function forget(user, id) {
  const kept = read(user);
  delete kept.calls[id];
  if (kept.current === id) delete kept.current;
  write(kept);
}

/** Forget the call that was sent, whoever's it was. */
export function forgetSent() {
  try {
    const { user, sent: id } = JSON.parse(sessionStorage.getItem(KEY) || "{}");
    if (user && id) forget(user, id);
  } catch {
    // Nothing was kept.
  }
}

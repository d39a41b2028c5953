// Hears on /ws/inbox/ what concerns the signed-in account, and shows it among the page's messages.
const region = document.querySelector(".cg-messages");
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60_000;
const SIGN_IN_FIRST = 4401;
const seen = new Set();
let wait = FIRST_WAIT;

function show({ event, text }) {
  if (seen.has(event)) return; // a message may come twice
  seen.add(event);
  const box = document.createElement("div");
  box.className = "alert cg-alert cg-alert-info";
  box.dataset.cgEvent = event;
  const icon = document.createElement("i");
  icon.className = "bi bi-shield-check";
  icon.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(icon, words);
  region.append(box);
}

function listen() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws/inbox/`);
  socket.addEventListener("open", () => {
    wait = FIRST_WAIT;
    region.dataset.cgInbox = "open";
  });
  socket.addEventListener("message", (message) => show(JSON.parse(message.data)));
  socket.addEventListener("close", ({ code }) => {
    region.dataset.cgInbox = "closed";
    if (code === SIGN_IN_FIRST) return; // this session is over; the next page will say so
    // Not all at once after a restart of the server.
    setTimeout(listen, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  });
}

if (region) listen();

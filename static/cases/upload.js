// Send chosen files at once, so that a weak network or a refused form costs no photo. Without this they go with the form.
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

function entry(box, answer) {
  const item = document.createElement("li");
  item.className = "cg-thumb";
  const id = document.createElement("input");
  id.type = "hidden";
  id.name = box.dataset.cgName;
  id.value = answer.id;
  item.append(id);
  if (answer.thumb_url) {
    const picture = document.createElement("img");
    picture.src = answer.thumb_url;
    picture.alt = box.dataset.cgWordSent;
    picture.width = picture.height = 80;
    item.append(picture);
  } else {
    item.append(answer.media_type);
  }
  const drop = document.createElement("button");
  drop.className = "btn btn-sm";
  drop.type = "button";
  drop.dataset.cgUploadDrop = "";
  drop.textContent = box.dataset.cgWordDrop;
  item.append(drop);
  return item;
}

async function send(box, file) {
  const body = new FormData();
  body.append("file", file);
  const input = box.querySelector("input[type=file]");
  if (box.dataset.cgAlbum !== undefined) body.append("origin", "album");
  else if (input.hasAttribute("capture") && matchMedia("(pointer: coarse)").matches) body.append("origin", "camera");
  const answer = await fetch(box.dataset.cgUpload, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error.message);
  return found;
}

async function sendAll(box, input) {
  const says = box.querySelector("[data-cg-upload-says]");
  const files = [...input.files];
  const kept = new DataTransfer();
  const faults = [];
  const places = []; // where the photos say that they were taken
  box.dataset.cgSending = "";
  for (const [number, file] of files.entries()) {
    says.textContent = box.dataset.cgWordSending.replace("{}", `${number + 1}/${files.length}`);
    try {
      const answer = await send(box, file);
      if (answer.lon !== null) places.push({ lng: answer.lon, lat: answer.lat });
      box.querySelector("[data-cg-upload-list]").append(entry(box, answer));
    } catch (fault) {
      if (fault instanceof TypeError) kept.items.add(file); // no network: it goes with the form
      faults.push(`${file.name}: ${fault instanceof TypeError ? box.dataset.cgWordLater : fault.message}`);
    }
  }
  input.files = kept.files;
  says.textContent = faults.join(" ");
  delete box.dataset.cgSending;
  box.dispatchEvent(new CustomEvent("cg-sent", { bubbles: true, detail: places }));
}

function prepare(box) {
  const input = box.querySelector("input[type=file]");
  input.addEventListener("change", () => { if (input.files.length) sendAll(box, input); });
  const album = box.querySelector("[data-cg-upload-album]");
  if (album) {
    album.hidden = !matchMedia("(pointer: coarse)").matches; // elsewhere the camera is not forced
    album.addEventListener("click", () => {
      input.removeAttribute("capture");
      box.dataset.cgAlbum = "";
      input.click();
    });
  }
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-cg-upload-drop]")) event.target.closest("li").remove();
  });
}

const prepareAll = (part) => { for (const box of part.querySelectorAll("[data-cg-upload]")) prepare(box); };
prepareAll(document);
document.addEventListener("htmx:afterSwap", (event) => prepareAll(event.target)); // a case that was opened beside the list

// A form waits for its files, then goes by itself.
document.addEventListener("submit", (event) => {
  const busy = event.target.querySelector("[data-cg-sending]");
  if (!busy) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.addEventListener("cg-sent", () => event.target.requestSubmit(event.submitter), { once: true });
}, true);

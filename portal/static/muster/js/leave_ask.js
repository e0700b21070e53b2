// The form of a request counts while one types. Without this script the button "Count" does.

const WAIT = 300; // ms without a key before the server is asked
const form = document.getElementById("leave-ask");
const place = document.getElementById("count");
const file = document.getElementById("attachment");
const COUNTED = [
  "type", "first_on", "last_on", "first_part", "last_part", "starts_at", "ends_at", "over",
  "drop_file",
];
let asking = null;
let timer = 0;
let before = form.elements.first_on.value;

const field = (name) => form.elements[name];

/** Show the fields that the chosen kind knows; what is hidden says nothing. */
function fit() {
  const unit = form.querySelector("input[name=type]:checked")?.dataset.unit ?? "half_day";
  const last = field("last_on").value;
  const isOne = !last || last === field("first_on").value;
  for (const box of form.querySelectorAll("[data-for]")) {
    const isMeant =
      box.dataset.for.split(" ").includes(unit) &&
      !("range" in box.dataset && isOne) &&
      !("one" in box.dataset && !isOne);
    box.hidden = !isMeant;
    const input = box.querySelector("input, select");
    if (!isMeant) input.value = input.matches("select") ? "full" : "";
  }
}

/** A last day follows the first one, until somebody chooses another. */
function follow() {
  const first = field("first_on");
  const last = field("last_on");
  if (!last.value || last.value === before || last.value < first.value) last.value = first.value;
  before = first.value;
}

function question() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (COUNTED.includes(name) && value) asked.append(name, value);
  }
  if (file.files.length) asked.append("has_file", "1");
  if (form.dataset.change) asked.append("change", form.dataset.change);
  if (field("for")) asked.append("for", field("for").value);
  return asked;
}

async function count() {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  place.setAttribute("aria-busy", "true");
  const isOpen = place.querySelector(".why")?.open ?? false;
  const focused = place.contains(document.activeElement);
  try {
    const answer = await fetch(`${form.dataset.countUrl}?${question()}`, {
      headers: { Accept: "text/html" },
      signal: mine.signal,
    });
    // A sign-in, or a page that is somebody else's, is no count.
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...page.body.childNodes);
    const why = place.querySelector(".why");
    if (why) why.open = isOpen;
    if (focused) place.querySelector("input, summary")?.focus();
  } catch {
    if (mine.signal.aborted) return;
    const line = document.createElement("p");
    line.className = "wrong";
    line.textContent = place.dataset.failed;
    place.replaceChildren(line);
  } finally {
    if (asking === mine) place.removeAttribute("aria-busy");
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(count, WAIT);
}

function weigh() {
  const isLarge = (file.files[0]?.size ?? 0) > Number(form.dataset.mostBytes);
  document.getElementById("file-large").hidden = !isLarge;
  file.setAttribute("aria-invalid", String(isLarge));
  return !isLarge;
}

form.addEventListener("change", ({ target }) => {
  if (target.name === "first_on") follow();
  if (target.name === "attachment") weigh();
  if (COUNTED.includes(target.name) || target.name === "attachment") {
    fit();
    soon();
  }
});
form.addEventListener("submit", (event) => {
  if (weigh()) return;
  event.preventDefault();
  file.focus();
});

document.getElementById("count-by-hand").hidden = true;
fit();
if (field("first_on").value && !place.querySelector(".count-text")) count();

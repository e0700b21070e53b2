// The inbox without reloads: a line that was decided leaves, and the keys j, k, a, r and q.
// Without this script every form goes to the server and comes back to the same page.

const main = document.getElementById("main");
const KEYS = { j: next, k: back, a: approve, r: () => openBox(".no"), q: () => openBox(".ask") };
const LEAVING = 200; // ms, as long as the line's animation
let isSending = false;

const lines = () => [...main.querySelectorAll(".inbox-line")];
const current = () => document.activeElement?.closest(".inbox-line");

/** Bring a line to the reader: its focus, and its pictures open. */
function go(line) {
  if (!line) return;
  for (const other of main.querySelectorAll(".more[open]")) other.open = line.contains(other);
  const more = line.querySelector(".more");
  if (more) more.open = true;
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = lines();
  const here = all.indexOf(current());
  go(here < 0 ? all[0] : all[Math.min(Math.max(here + by, 0), all.length - 1)]);
}

function next() {
  step(1);
}

function back() {
  step(-1);
}

function approve() {
  current()?.querySelector(".approve")?.requestSubmit();
}

/** Open the box of an answer that needs words, and close the other one. */
function openBox(name) {
  const box = current()?.querySelector(name);
  if (!box) return;
  for (const other of current().querySelectorAll(".refuse[open]")) other.open = other === box;
  box.open = true;
  box.querySelector("input[name=reason]").focus();
}

function isTyping(target) {
  return target.matches("input:not([type=checkbox]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current() && isTyping(event.target)) return go(current());
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = KEYS[event.key];
  if (!act || lines().length === 0) return;
  event.preventDefault();
  act();
});

/** Put the page as the server has it now into the place of the old one. */
function show(page, place) {
  main.replaceChildren(...page.getElementById("main").childNodes);
  const fresh = page.querySelector(".nav");
  document.querySelector(".nav").replaceChildren(...fresh.childNodes);
  welcome();
  const all = lines();
  if (place >= 0 && all.length) all[Math.min(place, all.length - 1)].focus();
  else main.focus({ preventScroll: true });
}

async function send(form, submitter) {
  const line = form.closest(".inbox-line");
  const place = line ? lines().indexOf(line) : -1;
  line?.setAttribute("aria-busy", "true");
  document.getElementById("unsent").hidden = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, submitter),
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout?.(30 * 1000),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // The sign-in, an error, or a page that is somebody else's: the server says what it is.
    if (!answer.ok || !page.querySelector("[data-item], .empty, .decided")) {
      return location.reload();
    }
    await leave(line, page);
    show(page, place);
  } catch {
    line?.removeAttribute("aria-busy");
    document.getElementById("unsent").hidden = false;
  }
}

/** Let the line leave, where motion is wanted and it does not wait any more. */
async function leave(line, page) {
  const stays = line && page.querySelector(`[data-item="${line.dataset.item}"]`);
  if (!line || stays || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  line.classList.add("is-leaving");
  await new Promise((done) => setTimeout(done, LEAVING));
}

main.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSending) return;
  isSending = true;
  await send(event.target, event.submitter);
  isSending = false;
});

function welcome() {
  document.getElementById("keys")?.classList.add("is-on");
}

welcome();

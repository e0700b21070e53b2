// Checking in and out. First the punch is recorded, then its picture is weighed (two requests).

import { Camera, isAllowed } from "./camera.js";
import { readAction, showAction } from "./action.js";
import { hideWayForward, post, say, showWayForward, within, words } from "./page.js";
import { clearResult, offerQuestion, showResult } from "./result.js";
import { tapId } from "./tap.js";
import { turn } from "./turn.js";

const RENEW_EVERY = 30 * 60 * 1000; // ms; a pass lasts twelve hours
const CLOSE_AFTER = 2 * 60 * 1000; // ms; a preview that nobody uses goes dark
const LONGEST_WAIT = 15; // seconds between two tries to send
const MOST_QUESTIONS = 8; // then "will be checked shortly" stands
const LONGEST_LOOK = 15; // seconds for one such question
const FRESH = 60 * 1000; // ms; an action shown for longer is asked for again before it is sent

const form = document.getElementById("punch");
const button = document.getElementById("punch-button");
const other = document.getElementById("punch-other"); // a break, or leaving during one
const otherButton = document.getElementById("other-button");
const camera = new Camera();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("muster.punch") : null;
let isBusy = false;
let isUnsent = false;
let dark = 0;
let shownAt = Date.now();
let chosen = form; // whose button was tapped

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// --- what the page shows ---------------------------------------------------------------------
function setBusy(now) {
  isBusy = now;
  for (const each of [button, otherButton]) each.setAttribute("aria-disabled", String(now));
}

function setAction(next) {
  showAction(form, next);
  other.hidden = !next.other;
  if (next.other) showAction(other, { ...next.other, pass: next.pass });
  shownAt = Date.now();
}

/** Take the facts of today from the page as the server has it now. */
async function refresh() {
  let fresh;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // no connection: what stands there stays
  }
  if (!fresh.getElementById("punch") || isBusy) return;
  // Agreed, withdrawn or enrolled elsewhere: the camera of this page no longer fits.
  if (fresh.getElementById("punch").dataset.cameraMode !== form.dataset.cameraMode) return location.reload();
  const hasOther = !fresh.getElementById("punch-other").hidden;
  setAction({ ...readAction(fresh, "punch"), other: hasOther ? readAction(fresh, "punch-other") : null });
  for (const part of [".punch-now", ".today-side"]) {
    const shown = document.querySelector(part);
    // Somebody may be writing there.
    if (!shown.contains(document.activeElement)) shown.replaceWith(fresh.querySelector(part));
  }
}

// --- the camera ------------------------------------------------------------------------------
const takesPicture = () => form.dataset.cameraMode === "face";

function darkenLater() {
  clearTimeout(dark);
  dark = setTimeout(() => !isBusy && camera.close(), CLOSE_AFTER);
}

async function preview() {
  if (!takesPicture() || document.hidden || !(await isAllowed())) return;
  try {
    await camera.open();
    if (!isBusy) say("advice", words.ready);
    darkenLater();
  } catch {
    // the tap tries again and says what is in the way
  }
}

async function picture() {
  if (!camera.isOpen) say("advice", words.look);
  await camera.open();
  const frame = await camera.frame();
  camera.freeze();
  return frame;
}

// --- recording and weighing --------------------------------------------------------------------
/** Return the next action as the server has it now, with a fresh pass; null without an answer. */
async function presentAction() {
  try {
    const answer = await fetch(form.dataset.passUrl, {
      headers: { Accept: "application/json" },
      signal: within(5),
    });
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null; // what is shown stands
  }
}

/** Return whether the button is still right: another device, or a night, may have changed it. */
async function isStillShown() {
  const age = Date.now() - shownAt;
  const present = age >= 0 && age < FRESH ? null : await presentAction();
  if (!present) return true;
  const isSame =
    present.action_key === form.dataset.actionKey &&
    (chosen === form || present.other?.action_key === other.dataset.actionKey);
  setAction(present);
  return isSame;
}

/** Send until the server has answered; the tap id makes any number of arrivals one punch. */
async function record(fields) {
  isUnsent = true;
  let hasRenewed = false;
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, LONGEST_WAIT)) {
    const answer = await post(form.getAttribute("action"), fields);
    if (answer.status === 401 && !hasRenewed) {
      hasRenewed = true;
      shownAt = -Infinity;
      if (!(await isStillShown())) {
        isUnsent = false;
        return { status: 409, body: { title: words.changed } };
      }
      if (fields.pass !== chosen.elements.pass.value) {
        fields.pass = chosen.elements.pass.value;
        continue;
      }
    }
    if (answer.status && answer.status < 500 && answer.status !== 429) {
      isUnsent = false;
      return answer;
    }
    showResult("warn", words.unsent, answer.body.title ?? words.keep_open);
    await wait(seconds * 1000);
  }
}

/** Offer to go on without a picture, after the check has refused too often. */
function offerWay(text) {
  showWayForward(text);
  form.elements.no_frame.value = "refused";
}

async function weigh(recorded, pass) {
  showResult("good", recorded.text, words.checking);
  for (let asked = 0; asked < MOST_QUESTIONS; asked += 1) {
    const { status, body } = await post(recorded.verify, { pass }, {}, LONGEST_LOOK);
    if (body.next) setAction(body.next);
    if (body.way) offerWay(body.text);
    if (status === 200) return showResult(body.tone, recorded.text, body.way ? "" : body.text);
    if (status === 202) showResult(body.tone, recorded.text, body.text);
    if (status >= 400 && status < 500) break; // asking again changes nothing; the sweep weighs it
    await wait((body.retry_after ?? 2) * 1000);
  }
  return showResult("info", recorded.text, words.later);
}

async function send(noFrame, frame) {
  const fields = {
    pass: chosen.elements.pass.value,
    tap_id: tapId(chosen.dataset.actionKey),
    direction: chosen.elements.direction.value,
    device_at: new Date().toISOString(),
    no_frame: noFrame,
  };
  if (frame) fields.frame = frame;
  const { status, body } = await record(fields);
  if (status === 202) {
    // It stands, and nobody can look at it before the records are back: the next action is known.
    setAction(body.next);
    showResult("good", body.text);
    tabs?.postMessage("recorded");
    return;
  }
  if (status !== 200 && status !== 201) {
    showResult("bad", body.title ?? words.refused);
    return;
  }
  const asksPin = !frame && form.elements.then.value === "pin";
  if (body.question) {
    showResult("good", body.text, words.turn);
    await turn(body, fields.pass, camera, words.turn_over);
  }
  if (!asksPin) await weigh(body, fields.pass);
  tabs?.postMessage("recorded");
  if (asksPin) location.assign(body.pin); // it stands; its PIN is asked for on a page of its own
}

async function tap(noFrame) {
  if (isBusy) return;
  setBusy(true);
  hideWayForward();
  clearResult();
  const isRight = isStillShown(); // asked while the camera opens
  try {
    const frame = noFrame ? null : await picture();
    say("advice", "");
    if (await isRight) await send(noFrame, frame);
    else showResult("warn", words.changed);
  } catch (error) {
    if (!error.reason) throw error;
    say("advice", "");
    showWayForward(words[error.reason]);
    form.elements.no_frame.value = error.reason;
    return;
  } finally {
    camera.close();
    setBusy(false);
  }
  await refresh();
  offerQuestion();
}

// --- what happens ------------------------------------------------------------------------------
for (const each of [form, other]) {
  each.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isBusy) return;
    chosen = each;
    tap(takesPicture() ? "" : form.dataset.reason || "unknown");
  });
}
document.getElementById("try-again").addEventListener("click", () => tap(""));
document.getElementById("without-picture").addEventListener("click", () => tap(form.elements.no_frame.value));
window.addEventListener("beforeunload", (event) => isUnsent && event.preventDefault());
document.addEventListener("visibilitychange", () => {
  if (isBusy) return;
  if (document.hidden) {
    camera.close();
    say("advice", "");
  } else {
    refresh();
    preview();
  }
});
window.addEventListener("pageshow", (event) => event.persisted && !isBusy && refresh());
tabs?.addEventListener("message", () => !isBusy && refresh());
setInterval(() => !isBusy && !document.hidden && refresh(), RENEW_EVERY);
tapId(form.dataset.actionKey); // made when the action is shown, so that tabs agree before a tap
preview();

// The guided capture of reference pictures: frames from live video, advice at once, then done.

import { Camera } from "./camera.js";
import { hideWayForward, post, say, showWayForward, words } from "./page.js";

const BETWEEN = 350; // ms between two frames; the server takes 240 a minute
const AFTER_KEPT = 900; // ms for a slightly different look

const section = document.getElementById("enrol");
const start = document.getElementById("start");
const progress = document.getElementById("progress");
const csrf = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
const camera = new Camera();
let isRunning = false;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function showProgress(kept) {
  progress.value = kept;
  say("progress-text", words.progress.replace("{kept}", kept).replace("{needed}", progress.max));
}

function stop(text) {
  camera.close();
  showWayForward(text);
}

/** Return the answer's body, or null after saying what is in the way. */
async function ask(url, fields = {}) {
  const { status, body } = await post(url, fields, csrf);
  if (status === 200) return body;
  stop(body.title ?? (status ? words.signed_out : words.offline));
  return null;
}

async function capture() {
  const begun = await ask(section.dataset.startUrl);
  if (!begun) return;
  showProgress(0);
  say("advice", words.look);
  while (camera.isOpen) {
    const answer = await ask(section.dataset.frameUrl, { frame: await camera.frame() });
    if (!answer) return;
    say("advice", answer.text);
    showProgress(answer.kept);
    if (answer.done) {
      camera.freeze();
      document.getElementById("finish").submit();
      return;
    }
    await wait(answer.ok ? AFTER_KEPT : BETWEEN);
  }
  showWayForward(words.busy); // the camera went away meanwhile
}

async function run() {
  if (isRunning) return;
  isRunning = true;
  start.hidden = true;
  hideWayForward();
  try {
    say("advice", words.opening);
    await camera.open();
    await capture();
  } catch (error) {
    if (!error.reason) throw error;
    say("advice", "");
    stop(words[error.reason]);
  } finally {
    isRunning = false;
  }
}

start.addEventListener("click", run);
document.getElementById("try-again").addEventListener("click", run);
document.addEventListener("visibilitychange", () => document.hidden && camera.close());

// The head turn after a check-in: frame after frame is sent until the turn was seen, or is over.

import { post, say } from "./page.js";

const BETWEEN = 400; // ms between two frames
const LONGEST = 480; // pixels; five points need no more
const PATIENCE = 3; // seconds beyond the server's, for its last answer
const ANSWERS_WITHIN = 6; // seconds for one frame

const box = document.getElementById("turn");
const again = document.getElementById("turn-again");
const skip = document.getElementById("turn-skip");
const left = document.getElementById("turn-left");
const way = box.querySelector(".turn-way");

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const clicked = (element) =>
  new Promise((done) => element.addEventListener("click", () => done(element), { once: true }));

function show(question) {
  box.hidden = false;
  delete box.dataset.over;
  way.dataset.turn = question.turn;
  left.max = question.seconds;
  again.hidden = true;
  say("turn-text", question.text);
  // What to do, and the picture below it: on a phone both must be seen.
  box.scrollIntoView({ block: "start" });
}

/** A frame of the camera as it is now; opens it again where it was taken away meanwhile. */
async function present(camera) {
  if (!camera.isOpen) await camera.open();
  camera.resume();
  return camera.frame(LONGEST);
}

/** Send frames for one question; returns `reached`, `over` or `skipped`. */
async function answer(question, recorded, pass, camera) {
  const until = Date.now() + (question.seconds + PATIENCE) * 1000;
  let isSkipped = false;
  clicked(skip).then(() => {
    isSkipped = true;
  });
  while (Date.now() < until) {
    left.value = Math.max(0, (until - Date.now()) / 1000 - PATIENCE);
    const frame = await present(camera);
    if (isSkipped) return "skipped";
    const fields = { pass, nonce: question.nonce, frame };
    const { status, body } = await post(recorded.turn, fields, {}, ANSWERS_WITHIN);
    if (isSkipped) return "skipped";
    if (body.text) say("turn-text", body.text);
    if (body.state === "reached" || body.state === "over") return body.state;
    if (status >= 400 && status < 500 && status !== 429) return "over";
    await wait(BETWEEN);
  }
  return "over";
}

/** After a question that is over: a new one, or null for going on without. */
async function another(recorded, pass, text) {
  box.dataset.over = "";
  delete way.dataset.turn;
  say("turn-text", text);
  again.hidden = false;
  again.focus();
  if ((await Promise.race([clicked(again), clicked(skip)])) === skip) return null;
  const { status, body } = await post(recorded.ask, { pass });
  return status === 200 ? body.question : null;
}

/** Guide through the turn that a recorded check-in asks for, until it is seen or given up. */
export async function turn(recorded, pass, camera, overText) {
  let question = recorded.question;
  try {
    while (question) {
      show(question);
      const said = await answer(question, recorded, pass, camera);
      if (said !== "over") return;
      camera.freeze();
      question = await another(recorded, pass, overText);
    }
  } catch (error) {
    if (!error.reason) throw error; // the camera is gone for good: it goes on without the turn
  } finally {
    camera.freeze();
    box.hidden = true;
  }
}

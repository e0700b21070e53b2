// Photos for the enrolment, where no camera works: asked for, sent one after the other, judged.

import { hideWayForward, post, say, within, words } from "./page.js";

const BETWEEN = 1500; // ms between two questions about a photo in the bucket
const QUESTIONS = 60;

const section = document.getElementById("enrol");
const picker = document.getElementById("photos");
const progress = document.getElementById("progress");
const csrf = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

class Refused extends Error {}

/** Return the body of an answer that says yes; throws Refused with a sentence otherwise. */
function accepted({ status, body }) {
  if (status === 200 || status === 201) return body;
  throw new Refused(body.title ?? (status ? words.signed_out : words.offline));
}

async function answerOf(url, options) {
  const headers = { Accept: "application/json", ...options.headers };
  try {
    const answer = await fetch(url, { ...options, headers, signal: within(120) });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    return { status: answer.redirected ? 401 : answer.status, body: isJson ? await answer.json() : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

/** Send the file where the server says: straight to the bucket by its form, or to Muster. */
async function send(file, { url, fields }) {
  if (!fields) {
    const headers = { "Content-Type": file.type, ...csrf };
    return accepted(await answerOf(url, { method: "POST", body: file, headers }));
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file); // the bucket reads nothing behind it
  const sent = await fetch(url, { method: "POST", body: form, signal: within(120) }).catch(() => null);
  if (!sent?.ok) throw new Refused(words.not_sent);
  return { waiting: true };
}

async function judged(file) {
  say("advice", words.sending);
  const fields = { content_type: file.type, size: file.size };
  const place = accepted(await post(section.dataset.uploadUrl, fields, csrf));
  let answer = await send(file, place);
  for (let asked = 0; answer.waiting; asked += 1) {
    if (asked >= QUESTIONS) throw new Refused(words.slow);
    if (answer.text) say("advice", answer.text);
    await wait(BETWEEN);
    answer = accepted(await answerOf(place.status_url, {}));
  }
  return answer;
}

function show({ kept, text }) {
  say("advice", text);
  progress.value = kept;
  say("progress-text", words.progress.replace("{kept}", kept).replace("{needed}", progress.max));
}

async function sendAll(files) {
  if (!section.dataset.begun) accepted(await post(section.dataset.startUrl, {}, csrf));
  section.dataset.begun = "yes";
  let last = null;
  for (const file of files) {
    last = await judged(file);
    show(last);
    if (last.done) return document.getElementById("finish").submit();
    if (!last.ok) return undefined; // its sentence stays; they choose another
  }
  if (last) say("advice", words.more_photos.replace("{missing}", last.needed - last.kept));
  return undefined;
}

picker.addEventListener("change", async () => {
  picker.disabled = true;
  hideWayForward();
  try {
    await sendAll([...picker.files].slice(0, progress.max));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say("advice", error.message);
  } finally {
    picker.disabled = false;
    picker.value = "";
  }
});

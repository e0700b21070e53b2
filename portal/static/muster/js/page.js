// What both camera pages share: their words, and the way forward when something is in the way.

const element = (id) => document.getElementById(id);

/** The page's sentences, in the reader's language. */
export const words = JSON.parse(element("words").textContent);

/** Write one sentence where screen readers hear it; the same sentence again stays unsaid. */
export function say(id, text) {
  const line = element(id);
  if (line.textContent !== text) line.textContent = text;
}

/** Show what is in the way and what can be done about it. */
export function showWayForward(text) {
  say("way-text", text);
  element("way-forward").hidden = false;
  element("try-again").focus();
}

export function hideWayForward() {
  element("way-forward").hidden = true;
  say("way-text", "");
}

/** Return a signal that ends a request after so many seconds, where the browser knows such. */
export const within = (seconds) => AbortSignal.timeout?.(seconds * 1000);

// The server refuses what was meant for another company than the one now acted in.
const company = document.querySelector('meta[name="for-company"]')?.content ?? "";

/**
 * POST a form; returns `{status, body}`, or status 0 where no answer came. The server answers in
 * JSON: a page that comes with 200 is somebody else's (a Wi-Fi's sign-in, a proxy), and one that
 * we were led to is our own sign-in.
 */
export async function post(url, fields, headers = {}, seconds = 60) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: form,
      headers: { Accept: "application/json", "X-For-Company": company, ...headers },
      signal: within(seconds),
    });
    if (answer.headers.get("Content-Type")?.includes("json")) {
      return { status: answer.status, body: await answer.json() };
    }
    if (answer.ok) return { status: answer.redirected ? 401 : 0, body: {} };
    return { status: answer.status, body: {} };
  } catch {
    return { status: 0, body: {} };
  }
}

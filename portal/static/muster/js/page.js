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

/** POST a form; returns `{status, body}`, or status 0 where no answer came. */
export async function post(url, fields, headers = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: form,
      headers: { Accept: "application/json", ...headers },
    });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    return { status: answer.status, body: isJson ? await answer.json() : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

// The team now, made new every minute from the page as the server has it; without this script a
// reload does the same.

const EVERY = 60 * 1000; // ms
const stale = document.getElementById("stale");
let isAsking = false;

/** Put the fresh list into the place of the old one; the focus stays on the person it was on. */
function show(fresh) {
  const old = document.getElementById("team-now");
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function refresh() {
  if (isAsking || document.hidden) return;
  isAsking = true;
  try {
    const answer = await fetch(location.href, {
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout?.(20 * 1000),
    });
    // Signed out: a reload leads to the sign-in.
    if (answer.redirected || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("team-now");
    // A page that is somebody else's: a Wi-Fi's sign-in, a proxy's.
    if (!fresh) throw new Error("not our page");
    show(fresh);
    stale.textContent = "";
  } catch {
    stale.textContent = stale.dataset.words;
  } finally {
    isAsking = false;
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);

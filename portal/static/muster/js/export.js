// How far a long report is, asked again every few seconds; without this script a reload does it.

const EVERY = 3 * 1000; // ms

async function look() {
  const old = document.getElementById("export");
  if (!("waits" in old.dataset)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    // Signed out, or not one's own any more: a reload says so.
    if (answer.redirected || answer.status === 404) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("export");
    if (fresh) old.replaceWith(fresh);
  } catch {
    // No connection: the next look tries again.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);

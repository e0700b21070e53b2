// A page of a shared phone leaves by itself when nobody touches it: the server has ended the
// session by then, and what stands on the page must not act for who is gone.

const { idleSeconds, idleUrl } = document.body.dataset;
const limit = Number(idleSeconds) * 1000;
let touchedAt = Date.now();
let timer;

function look() {
  clearTimeout(timer);
  const left = touchedAt + limit - Date.now();
  if (left <= 0) location.replace(idleUrl);
  else timer = setTimeout(look, left);
}

for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => {
    touchedAt = Date.now();
  });
}
// A phone that slept has let no time pass for timers.
document.addEventListener("visibilitychange", look);
look();

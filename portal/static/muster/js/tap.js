// The tap id: one UUID for each shown action, shared by the tabs that show it. The server makes
// one punch of it however often it arrives.

const PREFIX = "muster.tap.";
const LIFETIME = 12 * 3600 * 1000; // ms, as long as a punch pass

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // `randomUUID` is there on secure pages only; plain http makes its own (RFC 9562, version 4).
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const memory = new Map(); // where the browser keeps nothing for pages, this tab still taps once

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key)) ?? memory.get(key);
  } catch {
    return memory.get(key);
  }
}

function forgetOld(now) {
  for (const name of Object.keys(localStorage).filter((item) => item.startsWith(PREFIX))) {
    if (now - (read(name.slice(PREFIX.length))?.at ?? 0) > LIFETIME) localStorage.removeItem(name);
  }
}

/** Return the tap id of a shown action. */
export function tapId(actionKey) {
  const now = Date.now();
  const known = read(actionKey);
  if (known && now - known.at < LIFETIME) return known.id;
  const made = { id: uuid(), at: now };
  memory.set(actionKey, made);
  try {
    forgetOld(now);
    localStorage.setItem(PREFIX + actionKey, JSON.stringify(made));
  } catch {
    // kept in memory
  }
  return made.id;
}

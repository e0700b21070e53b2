// Passkeys: each form that says `data-passkey` gets what the browser's key answers to a challenge.
//
// `create` makes a new one, `get` answers with one that is there; the challenge stands in the page,
// or is fetched from where `data-options` says, so that a page that waits long does not outlive it.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const known = (list) => list?.map((item) => ({ ...item, id: bytes(item.id) }));

/** The browser wants bytes where JSON has text. */
function readable(options) {
  const key = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  if (key.excludeCredentials) key.excludeCredentials = known(key.excludeCredentials);
  if (key.allowCredentials) key.allowCredentials = known(key.allowCredentials);
  return { publicKey: key };
}

/** And the server wants text where the browser has bytes. */
function plain(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature",
    "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsOf(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-data").textContent);
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function answer(form) {
  const data = await optionsOf(form);
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create(readable(data.creation_options))
    : await navigator.credentials.get(readable(data.request_options));
  form.elements.credential.value = JSON.stringify(plain(credential));
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const line = form.querySelector("[data-said]");
  if (!window.PublicKeyCredential) {
    line.textContent = line.dataset.none;
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    line.textContent = "";
    try {
      await answer(form);
      form.submit();
    } catch {
      line.textContent = line.dataset.stopped;
      button.removeAttribute("aria-busy");
    }
  });
}

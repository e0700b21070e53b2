// A punch's form: the pass, the direction and the key of the action that its button shows.

/** Let the form punch so from now on. */
export function showAction(form, { pass, action_key, direction, label }) {
  form.elements.pass.value = pass;
  form.elements.direction.value = direction;
  form.dataset.actionKey = action_key;
  form.querySelector("button").textContent = label;
}

/** Return what the form of that id says in a page. */
export function readAction(page, id) {
  const form = page.getElementById(id);
  return {
    pass: form.elements.pass.value,
    action_key: form.dataset.actionKey,
    direction: form.elements.direction.value,
    label: form.querySelector("button").textContent,
  };
}

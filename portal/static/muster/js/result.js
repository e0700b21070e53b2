// What came of a tap: two lines beside a tone, read out to who does not see them.

const result = document.getElementById("result");

/** Show one line in bold and one below it. */
export function showResult(tone, first, second = "") {
  result.dataset.tone = tone;
  result.replaceChildren();
  for (const [tag, text] of [["b", first], ["span", second]]) {
    if (!text) continue;
    const line = document.createElement(tag);
    line.textContent = text;
    result.append(line);
  }
}

export function clearResult() {
  result.replaceChildren();
}

/** Offer the question about a forgotten check-out where the check-in has just been answered. */
export function offerQuestion() {
  const title = document.getElementById("ask-title");
  if (!title || !result.textContent) return;
  const link = document.createElement("a");
  link.href = "#ask";
  link.textContent = title.textContent;
  result.append(link);
}

// The button of the sheet with invitations: what the browser's own menu does, nearer at hand.

document.getElementById("print").addEventListener("click", () => window.print());

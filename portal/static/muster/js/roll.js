// The keys of a register: arrows go from day to day and from person to person, Home and End to the
// ends of a line, with Ctrl to those of all; Enter opens the day. Without this script every day is
// a link, reached by Tab.

const PAGE = 10;

/** What takes the focus in a cell: its link, else the cell itself. */
const target = (cell) => cell?.querySelector("a") ?? cell;

function grid(table) {
  const rows = [...table.tBodies[0].rows].filter((row) => !row.matches(".is-group"));
  let here = null;

  function cellAt(row, column) {
    const line = rows[Math.min(Math.max(row, 0), rows.length - 1)];
    return line?.cells[Math.min(Math.max(column, 0), line.cells.length - 1)];
  }

  /** Make one cell the one that Tab comes to. */
  function rove(element) {
    if (here && here !== element) here.tabIndex = -1;
    here = element;
    here.tabIndex = 0;
  }

  function go(cell) {
    const element = target(cell);
    if (!element) return;
    rove(element);
    element.focus({ preventScroll: true });
    // The head and the names stand over what scrolls below them.
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  const KEYS = {
    ArrowLeft: (row, column) => [row, column - 1],
    ArrowRight: (row, column) => [row, column + 1],
    ArrowUp: (row, column) => [row - 1, column],
    ArrowDown: (row, column) => [row + 1, column],
    PageUp: (row, column) => [row - PAGE, column],
    PageDown: (row, column) => [row + PAGE, column],
    Home: (row, _column, event) => [event.ctrlKey ? 0 : row, 0],
    End: (row, _column, event) => [event.ctrlKey ? rows.length : row, Infinity],
  };

  for (const row of rows) {
    for (const cell of row.cells) target(cell).tabIndex = -1;
  }
  table.setAttribute("role", "grid");
  const first = rows[0] && [...rows[0].cells].find((cell) => cell.querySelector("a"));
  if (rows.length) rove(target(first ?? rows[0].cells[0]));
  // The box that scrolls needs no stop of its own: the cells are one.
  table.parentElement.tabIndex = -1;

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    if (cell && rows.includes(cell.parentElement)) rove(target(cell));
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    const move = KEYS[event.key];
    if (!cell || !move || event.altKey || event.metaKey) return;
    event.preventDefault();
    const [row, column] = move(rows.indexOf(cell.parentElement), cell.cellIndex, event);
    go(cellAt(row, column));
  });
}

for (const table of document.querySelectorAll("table[data-grid]")) grid(table);

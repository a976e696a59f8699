// Sorting, filtering and folding of the page's tables. Everything that is shown is in the page already; nothing is made of text.
// A "rows" event of a table puts other rows in the place of its own; how it is sorted, filtered and folded stays.
"use strict";
(() => {
  const kFolded = 25;
  const kFew = 5;  // need no tools

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const number = cell.dataset.v;
    return number === undefined ? cell.textContent : Number(number);
  };

  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return a.localeCompare(b, undefined, { numeric: true });
  };

  for (const table of document.querySelectorAll("table.data")) {
    const body = table.tBodies[0];
    let rows = Array.from(body.rows);
    let sorted = null;
    const tools = document.createElement("div");
    tools.className = "tools";
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    let needle = "";
    let folded = true;
    const more = document.createElement("button");
    more.type = "button";

    const show = () => {
      let matching = 0;
      let shown = 0;
      for (const row of rows) {
        const fits = needle === "" || row.textContent.toLowerCase().includes(needle);
        matching += fits ? 1 : 0;
        row.hidden = !fits || (folded && matching > kFolded);
        shown += row.hidden ? 0 : 1;
      }
      const said = shown === rows.length ? "" : `${shown} of ${needle === "" ? rows.length : matching + " matching"} rows`;
      if (status.textContent !== said) status.textContent = said;
      more.textContent = folded ? "Show all" : "Show fewer";
      more.hidden = matching <= kFolded;
      tools.hidden = rows.length <= kFew && needle === "";
    };

    const arrange = () => {
      if (sorted !== null) {
        const { column, down } = sorted;
        rows.sort((a, b) => (down ? -1 : 1) * compare(valueOf(a, column), valueOf(b, column)));
      }
      // What stands right is not touched: a link in it may have the focus.
      if (rows.length !== body.rows.length || rows.some((row, i) => row !== body.rows[i])) body.replaceChildren(...rows);
      show();
    };

    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sorted = { column, down };
        arrange();
      });
    });

    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "search";
    input.addEventListener("input", () => {
      needle = input.value.trim().toLowerCase();
      show();
    });
    label.append("Filter ", input);
    more.addEventListener("click", () => {
      folded = !folded;
      show();
    });
    tools.append(label, more, status);
    table.parentElement.before(tools);
    table.addEventListener("rows", (event) => {
      rows = event.detail;
      arrange();
    });
    show();
    // On paper every row counts.
    window.addEventListener("beforeprint", () => { for (const row of rows) row.hidden = false; });
    window.addEventListener("afterprint", show);
  }
})();

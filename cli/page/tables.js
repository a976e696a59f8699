// Sorting, filtering and folding of the page's tables. Everything that is shown is in the page already; nothing is made of text.
"use strict";
(() => {
  const kFolded = 25;

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
    const rows = Array.from(body.rows);
    const tools = document.createElement("div");
    tools.className = "tools";
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    let needle = "";
    let folded = rows.length > kFolded;
    const more = document.createElement("button");
    more.type = "button";

    const show = () => {
      let matching = 0;
      let shown = 0;
      for (const row of body.rows) {
        const fits = needle === "" || row.textContent.toLowerCase().includes(needle);
        matching += fits ? 1 : 0;
        row.hidden = !fits || (folded && matching > kFolded);
        shown += row.hidden ? 0 : 1;
      }
      status.textContent = shown === rows.length ? "" : `${shown} of ${needle === "" ? rows.length : matching + " matching"} rows`;
      more.textContent = folded ? "Show all" : "Show fewer";
      more.hidden = matching <= kFolded;
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
        rows.sort((a, b) => (down ? -1 : 1) * compare(valueOf(a, column), valueOf(b, column)));
        body.append(...rows);
        show();
      });
    });

    if (rows.length > 5) {
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
    }
    show();
    // On paper every row counts.
    window.addEventListener("beforeprint", () => { for (const row of rows) row.hidden = false; });
    window.addEventListener("afterprint", show);
  }
})();

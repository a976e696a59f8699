// A dashboard: what comes by /events, once a second, put into the tiles, charts and tables of the page. All text goes in by
// textContent: it is the web's.
"use strict";
(() => {
  const state = document.getElementById("state");
  const tiles = document.querySelector(".tiles");

  const count = (value) => value.toLocaleString("en-US");
  const size = (bytes) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; ++unit; }
    return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
  };
  const span = (ms) => {
    if (ms === null) return "\u2013";
    const s = Math.ceil(ms / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60);
    return h > 0 ? `${count(h)} h ${m % 60} min` : m > 0 ? `${m} min ${s % 60} s` : `${s} s`;
  };
  const mean = (values) => values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

  const kTiles = [
    ["Pages", (now) => count(now.pages)],
    ["Pages per second", (now) => now.pages_per_second.toFixed(1)],
    ["URLs known", (now) => count(now.known)],
    ["Waiting", (now) => count(now.queued)],
    ["In flight", (now) => count(now.in_flight)],
    ["Redirects", (now) => count(now.redirects)],
    ["Errors", (now) => count(now.failed + now.http_errors)],
    ["Records", (now) => count(now.records)],
    ["Hosts", (now) => `${count(now.active_hosts)} of ${count(now.hosts)}`],
    ["Received", (now) => size(now.bytes_wire)],
    ["Workers busy", (now) => `${Math.round(100 * mean(now.worker_utilization))} %`],
    ["Running for", (now) => span(now.elapsed_ms)],
    ["Left, about", (now) => span(now.end ? null : Math.max(now.left_ms ?? 0, now.left_at_least_ms))],
  ].map(([name, text]) => {
    const tile = document.createElement("div");
    const term = tile.appendChild(document.createElement("dt"));
    const value = tile.appendChild(document.createElement("dd"));
    term.textContent = name;
    tiles.append(tile);
    return (now) => { value.textContent = text(now); };
  });

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  const setCell = (cell, value) => {
    const text = value === null ? "" : String(value);
    if (cell.textContent === text) return;
    if (typeof value === "number") cell.dataset.v = text; else delete cell.dataset.v;
    const link = /^https?:\/\/[^\s]+$/.test(text) && document.createElement("a");
    if (link) {
      link.href = text;
      link.rel = "noreferrer noopener";
      link.textContent = text;
    }
    cell.replaceChildren(link || text);
  };

  // Rows are kept by their first cell, so that one that is looked at stays the same element.
  const rowsOf = new Map();
  const fill = (table, rows) => {
    const known = rowsOf.get(table) ?? new Map();
    const next = new Map();
    const heads = table.tHead.rows[0].cells;
    for (const values of rows) {
      let key = String(values[0]);
      while (next.has(key)) key += " ";
      const row = known.get(key) ?? document.createElement("tr");
      values.forEach((value, column) => {
        const cell = row.cells[column] ?? row.insertCell();
        cell.className = heads[column].className;
        setCell(cell, value);
      });
      next.set(key, row);
    }
    rowsOf.set(table, next);
    table.dispatchEvent(new CustomEvent("rows", { detail: Array.from(next.values()) }));
  };

  // The numbers of a chart, as its table has them.
  const numbersOf = (chart) => chart.seconds
    ? chart.seconds.map((seconds, i) => [seconds, chart.pages_per_second[i], chart.main[i], chart.workers[i], chart.pending[i]])
    : chart.labels.map((label, i) => [label, chart.values[i]]);

  let last = null;
  const show = (now) => {
    last = now;
    for (const tile of kTiles) tile(now);
    document.dispatchEvent(new CustomEvent("numbers", { detail: now.charts }));
    for (const [id, rows] of Object.entries(now.tables)) fill(document.querySelector(`#${id} table`), rows);
    for (const figure of document.querySelectorAll(".chart")) showNumbers(figure);
  };
  const showNumbers = (figure) => {
    if (last !== null && figure.querySelector("details").open) {
      fill(figure.querySelector("table"), numbersOf(last.charts[figure.querySelector("canvas").id] ?? last.charts.series));
    }
  };
  for (const figure of document.querySelectorAll(".chart")) {
    figure.querySelector("details").addEventListener("toggle", () => showNumbers(figure));
  }

  const events = new EventSource("/events");
  events.addEventListener("message", (event) => {
    const now = JSON.parse(event.data);
    show(now);
    document.documentElement.dataset.messages = String(Number(document.documentElement.dataset.messages ?? 0) + 1);
    if (now.end) {
      events.close();
      say(`The crawl has ended: ${now.end_sentence}. This is its last state; spinneret report shows all of it.`);
    } else {
      say("The crawl is running.");
    }
  });
  events.addEventListener("error", () => {
    say(events.readyState === EventSource.CLOSED
      ? "The dashboard is shown in too many windows. Close some, and load this page again."
      : "No connection. The crawl may have been killed; trying again.");
  });
})();

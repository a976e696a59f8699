// The charts of a crawl's report, drawn by Chart.js from the numbers in #data. Each has its numbers as a table below it.
// A "numbers" event of the document draws them again, of what it brings.
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const charts = [];

  const palette = (print) => dark.matches && !print
    ? { text: "#e6e9ec", grid: "#333a41", series: ["#6cb0ff", "#ffb454", "#5ad17c", "#ff8a80"] }
    : { text: "#1c2024", grid: "#d9dee3", series: ["#0b62c4", "#b35900", "#1a7f37", "#b42318"] };

  const clock = (seconds) => {
    const whole = Math.round(seconds);
    const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
    return h > 0 ? `${h} h ${m} min` : m > 0 ? `${m} min ${s} s` : `${s} s`;
  };

  // `fill` gives a chart its numbers.
  const lines = (names, most) => ({
    fill: (chart, data) => chart.datasets.forEach((set, n) => {
      set.data = data.series.seconds.map((x, i) => ({ x, y: data.series[names[n][0]][i] }));
    }),
    type: "line",
    data: { datasets: names.map(([, label]) => ({ label, data: [] })) },
    options: { scales: { x: { type: "linear", ticks: { callback: clock, maxRotation: 0, precision: 0 } }, y: { beginAtZero: true, max: most } },
      parsing: false, normalized: true, elements: { point: { radius: 0 }, line: { borderWidth: 2 } },
      plugins: { legend: { display: names.length > 1 }, tooltip: { callbacks: { title: (items) => clock(items[0].parsed.x) } } },
      interaction: { mode: "index", intersect: false } },
  });

  const bars = (id, unit) => ({
    fill: (chart, data) => {
      chart.labels = data[id].labels;
      chart.datasets[0].data = data[id].values;
    },
    type: "bar",
    data: { labels: [], datasets: [{ label: unit, data: [], maxBarThickness: 64 }] },
    options: { plugins: { legend: { display: false } }, scales: { y: { beginAtZero: true, ticks: { precision: 0 } }, x: {} } },
  });

  const makers = {
    throughput: () => lines([["pages_per_second", "pages per second"]]),
    utilization: () => lines([["workers", "workers, %"], ["main", "main thread, %"]], 100),
    pending: () => lines([["pending", "URLs waiting"]]),
    statuses: () => bars("statuses", "URLs"),
    types: () => bars("types", "pages"),
    depths: () => bars("depths", "pages"),
    times: () => bars("times", "requests"),
    failures: () => bars("failures", "pages"),
  };

  const paint = (chart, print) => {
    const colours = palette(print);
    chart.data.datasets.forEach((set, i) => {
      set.borderColor = colours.series[i];
      set.backgroundColor = colours.series[i];
    });
    for (const scale of Object.values(chart.options.scales)) {
      scale.ticks = Object.assign(scale.ticks || {}, { color: colours.text });
      scale.grid = { color: colours.grid };
    }
    chart.options.plugins.legend.labels = { color: colours.text };
    chart.update();  // "none" would leave bars as they were painted
  };

  const data = JSON.parse(document.getElementById("data").textContent);
  for (const canvas of document.querySelectorAll("canvas")) {
    const { fill, ...config } = makers[canvas.id]();
    fill(config.data, data);
    Object.assign(config.options, { responsive: true, maintainAspectRatio: false, animation: false });
    const chart = new Chart(canvas, config);
    charts.push(chart);
    document.addEventListener("numbers", (event) => { fill(chart.data, event.detail); chart.update(); });
  }
  const paintAll = (print) => charts.forEach((chart) => paint(chart, print));
  paintAll(false);
  dark.addEventListener("change", () => paintAll(false));
  window.addEventListener("beforeprint", () => { charts.forEach((chart) => chart.resize()); paintAll(true); });
  window.addEventListener("afterprint", () => { charts.forEach((chart) => chart.resize()); paintAll(false); });
  document.documentElement.dataset.charts = String(charts.length);
})();

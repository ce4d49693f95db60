// Draws every <canvas data-chart>: numbers come from the page as text, colours and fonts from its style sheet.
"use strict";

(() => {
  const style = () => getComputedStyle(document.documentElement);
  const colour = (name) => style().getPropertyValue(name).trim();
  const palette = () => [1, 2, 3, 4, 5, 6].map((number) => colour(`--series-${number}`));

  function options(drawing) {
    const axis = {
      grid: { color: colour("--rule") },
      ticks: { color: colour("--ink-soft") },
      border: { color: colour("--rule") },
      stacked: drawing.form === "stacked",
    };
    const lies = drawing.form !== "line";
    const measure = { ...axis, title: { display: Boolean(drawing.unit), text: drawing.unit, color: colour("--ink-soft") } };
    return {
      indexAxis: lies ? "y" : "x",
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      plugins: {
        legend: { display: drawing.series.length > 1, position: "bottom", labels: { color: colour("--ink") } },
        tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${item.dataset.said[item.dataIndex]} ${drawing.unit}` } },
      },
      scales: lies ? { x: measure, y: axis } : { x: axis, y: measure },
    };
  }

  function draw(canvas) {
    const drawing = JSON.parse(canvas.dataset.chart);
    const colours = palette();
    const datasets = drawing.series.map((series, at) => ({
      label: series.name,
      data: series.values.map((value) => (value === null ? null : Number(value))),
      said: series.values,
      backgroundColor: colours[at % colours.length],
      borderColor: colours[at % colours.length],
      maxBarThickness: 22,
    }));
    const old = Chart.getChart(canvas);
    if (old) old.destroy();
    new Chart(canvas, {
      type: drawing.form === "line" ? "line" : "bar",
      data: { labels: drawing.labels, datasets },
      options: options(drawing),
    });
  }

  const drawAll = () => document.querySelectorAll("canvas[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSwap", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();

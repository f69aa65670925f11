// Draws each chart from the table beside it, which stays for those who cannot see it.
(() => {
  const charts = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const dayOf = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
  const dayAndYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
  const monthAndYear = new Intl.DateTimeFormat(undefined, { month: "short", year: "2-digit" });

  function read(figure) {
    const heads = [...figure.querySelectorAll("thead th")].slice(1);
    const rows = [...figure.querySelectorAll("tbody tr")];
    return {
      names: heads.map((head) => head.textContent.trim()),
      looks: heads.map((head) => head.dataset.look),
      days: rows.map((row) => new Date(`${row.querySelector("time").dateTime}T12:00`) / 1000),
      columns: heads.map((_, place) => rows.map((row) => Number(row.cells[place + 1].dataset.value))),
    };
  }

  // Bars that stand on each other: each column is drawn up to the sum of those below it.
  function stacked(columns) {
    const sums = [];
    columns.forEach((column, place) => {
      sums.push(column.map((value, row) => value + (place ? sums[place - 1][row] : 0)));
    });
    return sums;
  }

  function draw(figure) {
    const { names, looks, days, columns } = read(figure);
    const plot = figure.querySelector(".plot");
    const now = figure.querySelector(".now");
    const isStack = figure.hasAttribute("data-stack");
    const drawn = isStack ? stacked(columns) : columns;
    // What is drawn first is covered by what is drawn later.
    const order = [...drawn.keys()].reverse();
    const tones = { accent: "accent", quiet: "quiet", danger: "danger", warn: "warn" };
    const step = { width: 2, points: { show: false } };
    const series = order.map((place) => {
      const [kind, name] = looks[place].startsWith("line ") ? ["line", looks[place].slice(5)] : ["bars", looks[place]];
      const tone = colour(tones[name]);
      if (kind === "line") return { ...step, stroke: tone, paths: uPlot.paths.stepped({ align: 1 }) };
      return { fill: tone, stroke: tone, width: 0, points: { show: false },
        paths: uPlot.paths.bars({ size: [0.7, 28], gap: 0, radius: isStack ? 0 : 0.15 }) };
    });
    const span = days[days.length - 1] - days[0];
    const week = 7 * 86400;
    const axis = { stroke: colour("muted"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    const options = {
      width: plot.clientWidth, height: 170, series: [{}, ...series], legend: { show: false },
      padding: [8, 16, 0, 0],
      cursor: { points: { show: false }, y: false, drag: { setScale: false, x: false } },
      scales: {
        x: { range: () => [days[0] - week * 0.6, days[days.length - 1] + week * 0.6] },
        y: { range: (_, low, high) => [0, Math.max(high * 1.08, 4)] },
      },
      axes: [
        { ...axis, grid: { show: false }, space: 56, size: 28,
          values: (_, splits) => splits.map((at) => (span > 300 * 86400 ? monthAndYear : dayOf).format(at * 1000)) },
        { ...axis, grid: { stroke: colour("line"), width: 1 }, size: 34, space: 36,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
      ],
      hooks: {
        setCursor: [(chart) => {
          const at = chart.cursor.idx;
          now.textContent = at == null ? "" :
            `${dayAndYear.format(days[at] * 1000)}: ` +
            names.map((name, place) => `${name} ${columns[place][at]}`).join(", ");
        }],
      },
    };
    plot.replaceChildren();
    const chart = new uPlot(options, [days, ...order.map((place) => drawn[place])], plot);
    charts.push({ chart, figure, plot });
  }

  function drawAll() {
    charts.splice(0).forEach(({ chart }) => chart.destroy());
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    charts.forEach(({ chart, plot }) => chart.setSize({ width: plot.clientWidth, height: 170 }));
  });
})();

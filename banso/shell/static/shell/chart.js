// The one door to ECharts: <div class="chart" data-chart="ID" role="img" aria-label="…"></div> beside
// {{ option|json_script:"ID" }}. Options are plain JSON; a "href" in a data item makes it a link.
// Formats are names, because JSON carries no functions: axisLabel.formatter may be "percent".
"use strict";

(() => {
  const formats = {
    percent: (value) => `${Math.round(value * 100)}%`,
    number: (value) => Number(value).toLocaleString(document.documentElement.lang),
  };

  function withFormats(node) {
    if (Array.isArray(node)) return node.map(withFormats);
    if (node === null || typeof node !== "object") return node;
    const made = {};
    for (const [key, value] of Object.entries(node)) {
      made[key] = key === "formatter" && formats[value] ? formats[value] : withFormats(value);
    }
    return made;
  }

  // An interval drawn as a line with a mark: data items are [estimate, row, low, high, mark],
  // mark 0 (or none) a dot, 1 a diamond, 2 no mark but dashes: colour is never the only difference.
  function interval(params, api) {
    const [x, y] = api.coord([api.value(0), api.value(1)]);
    const low = api.coord([api.value(2), api.value(1)])[0];
    const high = api.coord([api.value(3), api.value(1)])[0];
    const style = { stroke: api.visual("color"), fill: api.visual("color"), lineWidth: 2 };
    const marks = [
      { type: "circle", shape: { cx: x, cy: y, r: 5 }, style },
      { type: "polygon", shape: { points: [[x - 6, y], [x, y - 6], [x + 6, y], [x, y + 6]] }, style },
    ];
    const mark = marks[api.value(4) || 0];
    const line = { type: "line", shape: { x1: low, y1: y, x2: high, y2: y } };
    line.style = mark ? style : { ...style, lineDash: [4, 3] };
    return { type: "group", children: mark ? [line, mark] : [line] };
  }

  function draw(place) {
    if (echarts.getInstanceByDom(place)) return;
    const option = withFormats(JSON.parse(document.getElementById(place.dataset.chart).textContent));
    for (const series of option.series || []) {
      if (series.type === "interval") Object.assign(series, { type: "custom", renderItem: interval });
    }
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      ...option,
      // HTML tooltips would need inline styles, which the page's policy refuses.
      tooltip: { ...option.tooltip, renderMode: "richText" },
    });
    chart.on("click", (event) => {
      if (event.data && event.data.href) window.location.assign(event.data.href);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }

  const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
})();

// The votes on one cytokine by year, a line per host and fluid.
let shownCytokine = null;

function showTimeline(cytokine, jump) {
  shownCytokine = cytokine;
  const chooser = document.getElementById("cytokine");
  chooser.value = cytokine;
  renderTimeline();
  if (jump) {
    document.getElementById("time").scrollIntoView();
    chooser.focus({ preventScroll: true });
  }
}

function renderTimeline() {
  const place = document.getElementById("timeline");
  const cells = current.filter((cell) => cell.cytokine === shownCytokine);
  place.replaceChildren(cells.length ? chart(cells, Math.max(300, place.clientWidth)) : make("p", { class: "empty" }, "No study under these filters."));
  const undated = new Set(cells.flatMap((cell) => cell.votes.filter((vote) => !vote.study.year).map((vote) => vote.study))).size;
  if (undated && place.querySelector("svg")) place.append(make("p", { class: "note" }, `${plural(undated, "study", "studies")} without a year in the record: not drawn.`));
}

function chart(cells, width) {
  const lines = [...cells].sort((a, b) => Object.keys(data.hosts).indexOf(a.host) - Object.keys(data.hosts).indexOf(b.host)
    || data.fluids.indexOf(a.fluid) - data.fluids.indexOf(b.fluid));
  const years = lines.flatMap((cell) => cell.votes.map((vote) => vote.study.year)).filter(Boolean);
  if (!years.length) return make("p", { class: "empty" }, "No study under these filters has a year in its record.");
  const [first, last] = [Math.min(...years) - 1, Math.max(...years) + 1];
  const left = Math.min(150, width * 0.3);
  const at = (year) => left + 10 + ((year - first) / (last - first)) * (width - left - 34);
  const heights = lines.map((cell) => 30 + 15 * (mostInAYear(cell) - 1));
  const height = heights.reduce((a, b) => a + b, 0) + 30;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `Votes on ${shownCytokine} by year` });
  let top = 0;
  lines.forEach((cell, index) => {
    const base = top + heights[index] - 14;
    svg.append(draw("line", { x1: left, x2: width, y1: base + 11, y2: base + 11, stroke: "#d9dfe8" }));
    svg.append(label(fluidName(cell.fluid), 0, base + 4, "name"));
    if (cell.host !== "human") svg.append(label(hostName(cell.host), left - 8, base + 4, "", "end"));
    const seen = new Map();
    for (const vote of cell.votes) {
      const year = vote.study.year;
      if (!year) continue;
      svg.append(mark(cell, vote, at(year), base - 15 * (seen.get(year) || 0)));
      seen.set(year, (seen.get(year) || 0) + 1);
    }
    top += heights[index];
  });
  for (const year of ticks(first, last, width - left)) {
    svg.prepend(draw("line", { x1: at(year), x2: at(year), y1: 0, y2: top, stroke: "#eef1f5" }));
    svg.append(label(String(year), at(year), top + 18, "", "middle"));
  }
  return svg;
}

function mostInAYear(cell) {
  const seen = new Map();
  for (const vote of cell.votes) seen.set(vote.study.year, (seen.get(vote.study.year) || 0) + 1);
  return Math.max(...seen.values());
}

function ticks(first, last, width) {
  const step = [1, 2, 5, 10, 20].find((each) => ((last - first) / each) * 46 < width) || 50;
  const years = [];
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) years.push(year);
  return years;
}

function label(text, x, y, name, anchor = "start") {
  const element = draw("text", { x, y, class: name, "text-anchor": anchor });
  element.textContent = text;
  return element;
}

function mark(cell, vote, x, y) {
  const name = `${vote.study.year}: ${WORDS[vote.direction]} in ${fluidName(cell.fluid)}, ${vote.study.title || vote.study.id}`;
  const title = draw("title", {});
  title.textContent = name;
  const element = draw(
    "g",
    { transform: `translate(${x} ${y})`, class: `mark ${vote.direction}`, tabindex: "0", role: "button", "aria-label": name },
    title,
    draw("rect", { x: -9, y: -9, width: 18, height: 18, fill: "transparent" }),
    draw("path", { d: PATHS[vote.direction], fill: "currentColor" }),
  );
  element.addEventListener("click", () => openCell(cell));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      openCell(cell);
    }
  });
  return element;
}

// The map: cytokines down, fluids across, hosts side by side.
function gridOf(cells) {
  if (!cells.length) return make("p", { class: "empty" }, "Nothing fits these filters.");
  const hosts = Object.keys(data.hosts).filter((host) => cells.some((cell) => cell.host === host));
  const columns = hosts.flatMap((host) =>
    data.fluids.filter((fluid) => cells.some((cell) => cell.host === host && cell.fluid === fluid)).map((fluid) => ({ host, fluid })),
  );
  columns.forEach((column, place) => { column.edge = place > 0 && columns[place - 1].host !== column.host; });
  const byKey = new Map(cells.map((cell) => [cell.key, cell]));
  const rows = ordered(cells);
  return make(
    "table",
    { class: "grid" },
    make("caption", { class: "hidden" }, "Cytokines by fluid and host: number of studies by direction"),
    make("thead", {}, hostRow(hosts, columns), fluidRow(columns)),
    make("tbody", {}, rows.map((cytokine) => cytokineRow(cytokine, columns, byKey))),
  );
}

function ordered(cells) {
  const weight = new Map();
  for (const cell of cells) {
    const [studies, opposed] = weight.get(cell.cytokine) || [new Set(), 0];
    cell.votes.forEach((vote) => studies.add(vote.study));
    weight.set(cell.cytokine, [studies, opposed + (cell.opposed ? 1 : 0)]);
  }
  const by = {
    name: () => 0,
    studies: (a, b) => weight.get(b)[0].size - weight.get(a)[0].size,
    opposed: (a, b) => weight.get(b)[1] - weight.get(a)[1] || weight.get(b)[0].size - weight.get(a)[0].size,
  }[state.order];
  return [...weight.keys()].sort((a, b) => by(a, b) || byName(a, b));
}

function hostRow(hosts, columns) {
  return make(
    "tr",
    {},
    make("th", { class: "corner", rowspan: 2, scope: "col" }, "Cytokine"),
    hosts.map((host, place) =>
      make("th", { class: `host ${host}${place ? " edge" : ""}`, scope: "colgroup", colspan: columns.filter((column) => column.host === host).length }, make("span", {}, hostName(host))),
    ),
  );
}

function fluidRow(columns) {
  return make("tr", {}, columns.map((column) => make("th", { scope: "col", class: column.edge ? "edge" : "" }, fluidName(column.fluid))));
}

function cytokineRow(cytokine, columns, byKey) {
  const names = data.cytokines[cytokine] || [];
  return make(
    "tr",
    {},
    make(
      "th",
      { scope: "row" },
      make("button", { type: "button", title: `${cytokine}: ${names.join(", ")}`, onclick: () => showTimeline(cytokine, true) }, cytokine),
      names.length ? make("small", {}, names[0]) : null,
    ),
    columns.map((column) => {
      const cell = byKey.get([column.host, cytokine, column.fluid, state.contrast].join("|"));
      return make("td", { class: column.edge ? "edge" : "" }, cell ? cellButton(cell) : null);
    }),
  );
}

function tintOf(cell) {
  if (cell.opposed) return "is-opposed";
  if (cell.votes.length === 1) return "single";
  if (cell.verdict === "mostly unchanged") return "tint-unchanged";
  if (cell.verdict === "consistent") return cell.count.increased ? "tint-increased" : "tint-decreased";
  return "";
}

function cellButton(cell) {
  const clash = cell.opposed ? "; a rise and a fall are both reported" : "";
  const label = `${cell.cytokine}, ${fluidName(cell.fluid)}, ${hostName(cell.host)}: ${spoken(cell)}; ${cell.verdict}${clash}`;
  return make(
    "button",
    { type: "button", class: `cell ${tintOf(cell)}`, "aria-label": label, title: label, "data-key": cell.key, "data-verdict": cell.verdict, onclick: () => openCell(cell) },
    votesOf(cell.count),
  );
}

function legend() {
  const marks = ["increased", "decreased", "unchanged", "mixed"].map((direction) =>
    make("span", {}, glyph(direction, 3), direction === "mixed" ? "mixed: several directions in one study" : WORDS[direction]),
  );
  const tints = [
    ["is-opposed", "a rise and a fall are both reported"],
    ["tint-increased", "consistently raised"],
    ["tint-decreased", "consistently lowered"],
    ["tint-unchanged", "mostly unchanged"],
    ["single", "single study"],
  ].map(([name, text]) => make("span", {}, make("i", { class: `swatch ${name}` }), text));
  return [...marks, ...tints, make("span", {}, "Numbers count studies.")];
}

function clashList(cells) {
  const most = cells
    .filter((cell) => cell.opposed)
    .sort((a, b) => Math.min(b.count.increased, b.count.decreased) - Math.min(a.count.increased, a.count.decreased)
      || b.votes.length - a.votes.length || (a.key < b.key ? -1 : 1))
    .slice(0, 8);
  if (!most.length) return [make("li", { class: "note" }, "No cell has both a rise and a fall under these filters.")];
  return most.map((cell) => {
    const years = cell.votes.map((vote) => vote.study.year).filter(Boolean);
    const span = years.length ? ` · ${Math.min(...years)}–${Math.max(...years)}` : "";
    return make(
      "li",
      {},
      make(
        "button",
        { type: "button", class: "clash", onclick: () => openCell(cell) },
        make("strong", {}, `${cell.cytokine} in ${fluidName(cell.fluid)}`),
        votesOf(cell.count).flatMap((vote) => [vote, " "]),
        make("small", {}, `${hostName(cell.host)} · ${cell.verdict}${span}`),
      ),
    );
  });
}

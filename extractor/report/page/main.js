// Filters, and everything that follows from them.
let current = [];
const byId = (name) => document.getElementById(name);
const option = (value, text) => make("option", { value }, text);

function refresh() {
  const cells = cellsOf(data.claims.filter(passes));
  current = state.opposed ? cells.filter((cell) => cell.opposed) : cells;
  const studies = new Set(current.flatMap((cell) => cell.votes.map((vote) => vote.study)));
  const clashes = current.filter((cell) => cell.opposed).length;
  byId("status").textContent = `${plural(studies.size, "study", "studies")}, ${plural(current.length, "cell")}, ${plural(clashes, "opposition")}`;
  byId("grid").replaceChildren(gridOf(current));
  byId("clash-list").replaceChildren(...clashList(current));
  chooseCytokines();
  renderTimeline();
}

function chooseCytokines() {
  const names = [...new Set(current.map((cell) => cell.cytokine))].sort(byName);
  byId("cytokine").replaceChildren(...names.map((name) => option(name, name)));
  if (!names.includes(shownCytokine)) {
    const weight = (name) => current.filter((cell) => cell.cytokine === name).reduce((sum, cell) => sum + cell.votes.length + (cell.opposed ? 100 : 0), 0);
    shownCytokine = [...names].sort((a, b) => weight(b) - weight(a))[0] || null;
  }
  byId("cytokine").value = shownCytokine || "";
}

function readFilters() {
  const year = (name) => (byId(name).value === "" ? null : Number(byId(name).value));
  Object.assign(state, {
    search: byId("search").value, contrast: byId("contrast").value, comparator: byId("comparator").value, host: byId("host").value,
    since: year("since"), until: year("until"), score: Number(byId("score").value), reviewed: byId("reviewed").checked,
    opposed: byId("opposed").checked, order: byId("order").value,
  });
  byId("score-shown").textContent = state.score.toFixed(2);
  refresh();
}

function header() {
  const all = cellsOf(data.claims);
  const clashes = all.filter((cell) => cell.opposed).length;
  byId("lead").textContent =
    `Cytokine levels in the body fluids of patients and animal models: raised, lowered or unchanged, one vote per study. ${origin()}`;
  byId("note").textContent = data.note || "";
  byId("note").hidden = !data.note;
  const numbers = [
    [data.studies.length, data.studies.length === 1 ? "study" : "studies"],
    [data.claims.length, data.claims.length === 1 ? "finding" : "findings"],
    [Object.keys(data.cytokines).length, "cytokines"],
    [clashes, clashes === 1 ? "cell with rise and fall" : "cells with rise and fall"],
  ];
  byId("figures").append(...numbers.map(([number, text]) => make("li", {}, make("b", {}, number.toLocaleString("en")), text)));
  byId("colophon").textContent = `extractor ${data.version}. This page loads nothing from the network.`;
}

// Where the claims come from, and when they were last looked for.
function origin() {
  const when = data.date ? `, ${data.query ? "last search" : "read"} ${data.date}` : "";
  return `Source: ${data.source}${when}.`;
}

function choices() {
  const count = (name) => data.claims.filter((claim) => claim.contrast === name).length;
  const contrasts = Object.entries(data.contrasts).filter(([name]) => name === "disease" || count(name));
  byId("contrast").append(...contrasts.map(([name, text]) => option(name, `${text} (${count(name)})`)));
  const hosts = Object.entries(data.hosts).filter(([name]) => data.claims.some((claim) => claim.group === name));
  byId("host").append(option("all", "side by side"), ...hosts.map(([name, text]) => option(name, text)));
  const years = data.studies.map((study) => study.year).filter(Boolean);
  if (years.length) {
    byId("since").placeholder = String(Math.min(...years));
    byId("until").placeholder = String(Math.max(...years));
  }
  byId("score").min = data.least_score;
  byId("score").defaultValue = data.least_score;
}

function papers() {
  const fill = (name, text, list) => {
    const place = byId(name);
    place.hidden = !list.length;
    place.querySelector("summary").textContent = text;
    place.querySelector("ol").append(...list.map((children) => make("li", {}, children)));
  };
  fill("included", `Studies included (${data.studies.length})`, data.studies.map((study) => paper(study)));
  fill("excluded", `Studies left out (${data.excluded.length})`, data.excluded.map((study) => paper(study, ` · left out: ${study.reason}`)));
  fill("cited", `Results cited from other studies, not counted (${data.cited.length})`,
    data.cited.map((claim) => [paper(claim.paper, ` · ${claim.cytokine} in ${fluidName(claim.fluid)}: ${WORDS[claim.direction]}`), words(claim)]));
}

function texts() {
  byId("origin").textContent = `${origin()}${data.query ? " The query stands under Methods." : ""}`;
  byId("flow").append(...data.flow.map((step) => make("li", {}, make("b", {}, step.number.toLocaleString("en")), step.name,
    step.out.map(([name, number]) => make("small", {}, `− ${number.toLocaleString("en")} ${name}`)))));
  byId("methods").append(...data.methods.map((text) => make("p", {}, text)));
  if (data.query) byId("methods").append(make("p", {}, "Query:"), make("pre", { class: "query" }, data.query));
  byId("limits").append(...data.limits.map((text) => make("li", {}, text)));
}

function start() {
  header();
  choices();
  papers();
  texts();
  byId("legend").append(...legend());
  if (matchMedia("(max-width: 640px)").matches && data.claims.some((claim) => claim.group === "human")) byId("host").value = "human";
  const form = byId("filters");
  form.addEventListener("input", readFilters);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(readFilters));
  byId("cytokine").addEventListener("change", (event) => showTimeline(event.target.value));
  byId("details").addEventListener("click", (event) => {
    if (event.target === byId("details")) byId("details").close();
  });
  addEventListener("resize", renderTimeline);
  readFilters();
}

start();

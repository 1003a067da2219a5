// One cell: its verdict, its studies, and the words they rest on.
const COMPARED = {
  healthy: "against healthy controls", disease_control: "against disease controls", mimic: "against mimics",
  before: "against before", untreated: "against untreated", other: "against another group", unspecified: "against controls, not specified",
};

function openCell(cell) {
  const dialog = document.getElementById("details");
  dialog.replaceChildren(panel(cell, dialog));
  dialog.showModal();
  dialog.scrollTop = 0;
}

function panel(cell, dialog) {
  return make(
    "div",
    { class: "panel" },
    make(
      "div",
      { class: "panel-head" },
      make(
        "div",
        {},
        make("h2", { id: "details-title" }, `${cell.cytokine} in ${fluidName(cell.fluid)}`),
        make("p", {}, `${hostName(cell.host)} · ${data.contrasts[cell.contrast]} · ${plural(cell.votes.length, "study", "studies")}`),
      ),
      make("button", { type: "button", class: "close", autofocus: true, onclick: () => dialog.close() }, "Close"),
    ),
    make("div", { class: "verdict" }, make("div", {}, votesOf(cell.count)), make("div", {}, make("b", {}, cell.verdict), `: ${spoken(cell)}. ${tested(cell)}`)),
    cell.votes.map((vote) => studyOf(vote)),
    citedIn(cell),
  );
}

// What papers report of other studies in the same place: shown, never counted.
function citedIn(cell) {
  const found = data.cited.filter((claim) => keyOf(claim) === cell.key && fits(claim, claim.paper));
  if (!found.length) return null;
  return make(
    "section",
    { class: "hearsay", "aria-labelledby": "hearsay-title" },
    make("h3", { id: "hearsay-title" }, "Cited from other studies, not counted"),
    found.map((claim) => make("article", { class: "elsewhere" }, make("p", { class: "meta" }, paper(claim.paper)), words(claim))),
  );
}

function tested(cell) {
  const test = signTest(cell.count.increased, cell.count.decreased);
  if (!test) return "No study reports a direction alone, so there is no sign test.";
  const share = (number) => `${Math.round(100 * number)}%`;
  const p = test.p < 0.001 ? "p < 0.001" : `p = ${test.p.toFixed(3)}`;
  return `Of those with one direction ${share(test.share)} are raised (95% interval ${share(test.low)} to ${share(test.high)}; exact sign test ${p}).`;
}

function studyOf(vote) {
  const { study } = vote;
  const link = paperLink(study);
  const where = [study.by, study.journal, study.year, link ? null : study.id].filter(Boolean).join(", ");
  return make(
    "article",
    { class: "study" },
    make("h3", {}, glyph(vote.direction, 3), make("span", {}, make("span", { class: "hidden" }, `${WORDS[vote.direction]}: `), study.title || study.id)),
    make("p", { class: "meta" }, where, where && link ? " · " : "", link ? make("a", { href: link[0], rel: "noopener noreferrer", target: "_blank" }, link[1]) : null),
    badges(vote),
    vote.claims.map(words),
  );
}

function badges(vote) {
  const found = (vote.study.notices || []).map((notice) => make("span", { class: "badge warning" }, { concern: "expression of concern", correction: "corrected" }[notice] || notice));
  if (vote.claims.every((claim) => claim.reviewed)) found.push(make("span", { class: "badge good" }, "reviewed"));
  if (vote.both) found.push(make("span", { class: "badge warning" }, "reports both directions"));
  return found.length ? make("p", { class: "meta" }, found) : null;
}

function words(claim) {
  const facts = [
    WORDS[claim.direction], COMPARED[claim.comparator], claim.host === "human" ? null : claim.host.replace("other:", "").replace("unspecified", "host not stated"),
    claim.n ? `n = ${claim.n}` : null, claim.p ? `p ${/^[<>=≤≥]/.test(claim.p) ? "" : "= "}${claim.p}` : null,
    claim.score === undefined ? null : `score ${claim.score.toFixed(2)}`, claim.elsewhere ? `fluid named elsewhere: “${claim.elsewhere}”` : null,
  ];
  const text = (claim.words || []).map(([part, kind]) => (kind ? make("mark", { class: kind, title: kind }, part) : part));
  return make(
    "blockquote",
    { class: `${claim.direction}-edge` },
    text.length ? text : make("em", {}, "No sentence is kept for this claim."),
    make("small", {}, facts.filter(Boolean).join(" · ")),
  );
}

// Which claims count, one vote per study, and the verdict: the same rules as the ledger's own code.
const data = JSON.parse(document.getElementById("data").textContent);
const DIRECTIONS = ["increased", "decreased", "unchanged"];
const WORDS = { increased: "raised", decreased: "lowered", unchanged: "unchanged", mixed: "mixed" };
const GROUPS = {
  healthy: ["healthy"],
  ill: ["disease_control", "mimic"],
  unspecified: ["unspecified"],
  rest: ["before", "untreated", "other"],
};
const state = {
  search: "", contrast: "disease", comparator: "any", host: "all", since: null, until: null, score: 0,
  reviewed: false, opposed: false, order: "studies",
};

const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\s\-_.\u2010-\u2015]/g, "");
const byName = (a, b) => a.replace(/[<>]/g, "").localeCompare(b.replace(/[<>]/g, ""), "en", { numeric: true });
const fluidName = (fluid) => (fluid === "unspecified" ? "fluid not stated" : fluid.replace("other:", "").replace(/_/g, " "));
const hostName = (host) => data.hosts[host] || host;
const plural = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many || `${one}s`}`;

const keyOf = (claim) => [claim.group, claim.cytokine, claim.fluid, claim.contrast].join("|");

function looksLike(claim, study, wanted) {
  if (!wanted) return true;
  const names = [claim.cytokine, ...(data.cytokines[claim.cytokine] || [])];
  if (names.some((name) => plain(name).includes(wanted))) return true;
  if (study.pmid === wanted || plain(study.id) === wanted) return true;
  return wanted.length > 3 && plain(study.title || "").includes(wanted);
}

const passes = (claim) => fits(claim, data.studies[claim.study]);

function fits(claim, study) {
  const { year } = study;
  if (claim.contrast !== state.contrast) return false;
  if (state.host !== "all" && claim.group !== state.host) return false;
  if (state.comparator !== "any" && !GROUPS[state.comparator].includes(claim.comparator)) return false;
  if (claim.score !== undefined && claim.score < state.score && !claim.reviewed) return false;
  if (state.reviewed && !claim.reviewed) return false;
  if (state.since !== null && !(year >= state.since)) return false;
  if (state.until !== null && !(year <= state.until)) return false;
  return looksLike(claim, study, plain(state.search));
}

function cellsOf(claims) {
  const found = new Map();
  for (const claim of claims) {
    const key = keyOf(claim);
    if (!found.has(key)) {
      found.set(key, { key, host: claim.group, cytokine: claim.cytokine, fluid: claim.fluid, contrast: claim.contrast, said: new Map() });
    }
    const said = found.get(key).said;
    said.set(claim.study, [...(said.get(claim.study) || []), claim]);
  }
  return [...found.values()].map(finished);
}

function finished(cell) {
  const votes = [...cell.said].map(([place, claims]) => {
    const directions = DIRECTIONS.filter((direction) => claims.some((claim) => claim.direction === direction));
    const both = directions.includes("increased") && directions.includes("decreased");
    return { study: data.studies[place], claims, both, direction: directions.length === 1 ? directions[0] : "mixed", directions };
  });
  votes.sort((a, b) => (a.study.year || 9999) - (b.study.year || 9999) || (a.study.id < b.study.id ? -1 : 1));
  const count = { increased: 0, decreased: 0, unchanged: 0, mixed: 0 };
  for (const vote of votes) count[vote.direction] += 1;
  const said = new Set(votes.flatMap((vote) => vote.directions));
  const opposed = said.has("increased") && said.has("decreased");
  return { ...cell, votes, count, opposed, verdict: verdictOf(count, votes) };
}

function verdictOf(count, votes) {
  const total = votes.length;
  const directed = count.increased + count.decreased;
  const smaller = Math.min(count.increased, count.decreased);
  const contradicting = votes.filter((vote) => vote.both).length;
  if (total === 1) return "single study";
  if (2 * count.unchanged > total) return "mostly unchanged";
  if (smaller > data.minority * directed || (!directed && contradicting)) return "opposing";
  if (!smaller && !contradicting && directed >= data.agreement * total) return "consistent";
  return "leaning";
}

// Exact two-sided sign test and Clopper-Pearson interval, by bisection, as in the ledger.
function signTest(raised, lowered) {
  const n = raised + lowered;
  if (!n) return null;
  const ways = [1];
  for (let k = 1; k <= n; k += 1) ways.push((ways[k - 1] * (n - k + 1)) / k);
  const atMost = (k, share) => {
    let sum = 0;
    for (let i = 0; i <= k; i += 1) sum += ways[i] * share ** i * (1 - share) ** (n - i);
    return sum;
  };
  const root = (rising) => {
    let [low, high] = [0, 1];
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      if (rising(middle) < 0) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return {
    share: raised / n,
    low: raised === 0 ? 0 : root((share) => 1 - atMost(raised - 1, share) - 0.025),
    high: raised === n ? 1 : root((share) => 0.025 - atMost(raised, share)),
    p: Math.min(1, 2 * atMost(Math.min(raised, lowered), 0.5)),
  };
}

const spoken = (cell) =>
  ["increased", "decreased", "unchanged", "mixed"]
    .filter((direction) => cell.count[direction])
    .map((direction) => `${WORDS[direction]} in ${plural(cell.count[direction], "study", "studies")}`)
    .join(", ");

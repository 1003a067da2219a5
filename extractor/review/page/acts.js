// What a curator does with a finding. Nothing looks decided that the server has not written down.

import { get, post } from "./api.js";
import { claim } from "./findings.js";
import { ask, edit } from "./form.js";
import { choose } from "./menu.js";
import { pick } from "./picker.js";
import { at, current, enqueue, items, say, sheet, shownFinding } from "./session.js";
import { draw, drawArticle, firstOpen, show } from "./view.js";

const SLOTS = { direction: "Direction", fluid: "Fluid", contrast: "Contrast" };
const HINT = "Enter saves, Shift+Enter starts a new line.";

// Sends an act and shows the article as it stands then; with ``on`` the next open finding becomes the active one.
export async function send(name, more = {}, { on = false } = {}) {
  const before = items().findIndex((item) => item.id === at.active);
  const answer = await post("/api/act", { act: name, article: sheet().id, reading: at.reading, version: sheet().version, ...more });
  show(answer.sheet, answer.item || at.active);
  if (on) at.active = firstOpen(before + 1) ?? at.active;
  draw();
  const left = items().filter((item) => item.state === "open").length;
  say(`Saved. ${left ? `${left} open.` : "All decided: Enter finishes."}`);
}

export const correct = (item, changes) => send("correct", { item: item.id, changes });

const ACTS = {
  accept: (item) => send("accept", { item: item.id }, { on: true }),
  reject: (item) => send("reject", { item: item.id }, { on: true }),
  first: (item) => send("first", { item: item.id }, { on: true }),
  second: (item) => send("second", { item: item.id }, { on: true }),
  direction: (item) => slot(item, "direction"),
  fluid: (item) => slot(item, "fluid"),
  contrast: (item) => slot(item, "contrast"),
  debatable: (item) => correct(item, { confidence: shownFinding(item).confidence === "debatable" ? "sure" : "debatable" }),
  edit: every,
  boundary,
  comment: async (item) => {
    const text = await ask({ title: "Comment", label: claim(shownFinding(item)), hint: HINT });
    if (text) await send("comment", { item: item.id, text });
  },
};

// An act on the finding that is active when its turn comes.
export function act(name) {
  return enqueue(async () => {
    const item = current();
    if (!item || !sheet().editable) return;
    if ((name === "first" || name === "second") && at.reading !== "adjudication") return;
    await ACTS[name](item);
  });
}

export async function note() {
  const text = await ask({ title: "Note on the article", label: sheet().id, hint: HINT });
  if (text) await send("comment", { text });
}

async function slot(item, name) {
  const finding = shownFinding(item);
  const named = name === "fluid" ? sheet().names.filter((each) => each.kind === "fluid").map((each) => each.concept) : [];
  const options = [...new Set([...named, ...at.labels[name]])];
  const value = await choose({ title: `${SLOTS[name]} of ${finding.cytokine}`, options, value: finding[name], other: name === "fluid" });
  if (value && (value !== finding[name] || item.state === "rejected")) await correct(item, { [name]: value });
}

async function every(item) {
  const finding = shownFinding(item);
  const marked = [finding.cytokine_mention, finding.fluid_mention].filter(Boolean).map((span) => `“${at.article.words(span)}”`);
  const words = marked.length ? `In the text: ${marked.join(" and ")}` : "No words are marked.";
  const changes = await edit({ title: `Edit ${claim(finding)}`, finding, labels: at.labels, words });
  if (changes && Object.keys(changes).length) await correct(item, changes);
}

async function boundary(item) {
  const finding = shownFinding(item);
  const targets = [
    { name: "cytokine", slot: "cytokine_mention", span: finding.cytokine_mention, hops: near(finding, "cytokine") },
    { name: "fluid", slot: "fluid_mention", span: finding.fluid_mention, hops: near(finding, "fluid"), chosen: !finding.fluid_mention },
    { name: "evidence", slot: "evidence", span: finding.evidence, hops: sheet().sentences },
  ].filter((target) => target.slot !== "fluid_mention" || finding.fluid !== "unspecified");
  const done = await marking({ targets, note: "Borders of" });
  if (done) await correct(item, { [done.target.slot]: done.span });
}

// Names of one kind in the order of the text, from those in the evidence on.
function near(finding, kind) {
  const spans = sheet().names.filter((name) => name.kind === kind).map((name) => name.span);
  const place = Math.max(0, spans.findIndex((span) => span[0] >= finding.evidence[0]));
  return [...spans.slice(place), ...spans.slice(0, place)];
}

async function marking(options) {
  at.picking = true;
  const done = await pick(at.article, { ...options, show: (span) => drawArticle(span) });
  at.picking = false;
  draw();
  return done;
}

// A new finding on selected words, or on a name chosen with the arrows: those without a finding come first.
export async function add(selected) {
  if (!sheet()?.editable || at.reading === "adjudication") return;
  const span = selected ?? (await marking({ targets: [{ name: "cytokine", span: null, hops: unused() }], note: "New finding on" }))?.span;
  if (!span) return;
  const words = at.article.words(span);
  const [guess] = await get(`/api/suggest?kind=cytokine&q=${encodeURIComponent(words.slice(0, 100))}`);
  const finding = { cytokine: guess?.symbol ?? "", fluid: nearestFluid(span) ?? "", direction: null, confidence: "sure", ...context() };
  const changes = await edit({ title: "New finding", finding, labels: at.labels, words: `On “${words}”`, fresh: true });
  if (changes) await send("add", { changes: { ...changes, cytokine_mention: span } });
}

function unused() {
  const taken = new Set(items().map((item) => String(shownFinding(item).cytokine_mention)));
  const spans = sheet().names.filter((name) => name.kind === "cytokine").map((name) => name.span);
  return [...spans.filter((span) => !taken.has(String(span))), ...spans.filter((span) => taken.has(String(span)))];
}

// Contrast and the like of the finding beside it, which a new one mostly shares.
function context() {
  const like = shownFinding(current()) ?? items().map(shownFinding)[0];
  const defaults = { contrast: "disease", comparator: "unspecified", condition: "unspecified", host: "unspecified" };
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, like?.[name] ?? value]));
}

function nearestFluid(span) {
  const fluids = sheet().names.filter((name) => name.kind === "fluid");
  const away = (name) => Math.abs(name.span[0] - span[0]) + (name.span[0] > span[0] ? 40 : 0);
  return fluids.sort((one, other) => away(one) - away(other))[0]?.concept;
}

// Draws the article and its findings; what is shown is what the server answered last.

import { Article } from "./article.js";
import { $, h, isOpen } from "./dom.js";
import { card } from "./findings.js";
import { at, current, items, sheet, shownFinding } from "./session.js";

const NOTHING = {
  first: "Nothing waits for a first reading. Well done.",
  second: "Nothing waits for a blind second reading: it needs an article that another curator has finished and you have not seen.",
  adjudication: "No disagreement waits.",
};
const does = { act: () => {}, takeOver: () => {} };

// What the buttons of a card do: an act by its name, and taking an article over.
export const onAct = (act, takeOver) => Object.assign(does, { act, takeOver });

export const hideSelection = () => {
  $("selection").hidden = true;
};

export function firstOpen(from = 0) {
  const order = [...items().slice(from), ...items().slice(0, from)];
  return (order.find((item) => item.state === "open") ?? null)?.id ?? null;
}

export function show(opened, wanted = null) {
  hideSelection();
  at.article = opened && new Article(opened);
  const ids = items().map((item) => item.id);
  at.active = ids.includes(wanted) ? wanted : (firstOpen() ?? ids[0] ?? null);
  if (opened) at.reading = opened.reading;
  history.replaceState(null, "", opened ? `#${at.reading}/${encodeURIComponent(opened.id)}` : `#${at.reading}`);
  document.title = opened ? `${opened.id} · Review` : "Review";
  draw();
}

export function draw() {
  drawArticle();
  drawFindings();
  drawActions();
  if (isOpen()) return;
  const element = document.querySelector(".card.current");
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: "nearest" });
}

function drawFindings() {
  const found = sheet();
  if (!found) return $("findings").replaceChildren();
  const open = items().filter((item) => item.state === "open").length;
  const none = at.reading === "adjudication" ? "The readers agree." : "No finding. Select the name of a cytokine to add one, or finish the article.";
  $("findings").replaceChildren(
    h("h2", {}, heading(found), items().length ? h("small", {}, `${open} open`) : null),
    ...notices(found),
    ...items().map((item) => card(item, found, { active: item.id === at.active, act: does.act, select })),
    ...(items().length ? [] : [h("p", { class: "empty" }, none)]),
    ...found.comments.map((each) => h("p", { class: "comment" }, h("b", {}, each.by), " ", each.text)),
  );
}

function drawActions() {
  const found = sheet();
  const adjudicating = at.reading === "adjudication";
  for (const id of ["finish-button", "skip-button"]) $(id).disabled = !found;
  for (const id of ["add-button", "note-button", "rest-button"]) $(id).disabled = !found?.editable || (adjudicating && id !== "note-button");
  $("finish-button").firstChild.textContent = found && (found.finished || !found.editable) ? "Next article " : "Finish ";
}

const heading = (found) => ({ first: "Findings", second: "Findings, read blindly", adjudication: `${found.readers.first} and ${found.readers.second} differ` })[at.reading];

function notices(found) {
  const made = [];
  if (found.finished) made.push(h("p", { class: "done" }, `Finished${found.reader ? ` by ${found.reader}` : ""}.`));
  if (found.adjudicated) made.push(h("p", { class: "locked" }, "Adjudicated: this stands."));
  else if (!found.editable) made.push(h("p", { class: "locked" }, `${found.reader} has this article; you can look. `, at.reading === "first" ? h("button", { type: "button", onclick: does.takeOver }, "Take it over") : null));
  return made;
}

export function drawArticle(picked = null) {
  const found = sheet();
  if (!found) {
    $("article").replaceChildren(h("p", { class: "empty" }, at.state ? NOTHING[at.reading] : "Loading …"));
    return;
  }
  const link = found.pmid ? h("a", { href: `https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(found.pmid)}/`, target: "_blank", rel: "noopener noreferrer" }, found.id) : found.id;
  const about = h("p", { class: "about" }, link, found.journal ? ` · ${found.journal}` : "", found.year ? ` · ${found.year}` : "", found.notices.map((notice) => h("span", { class: "badge error" }, notice)));
  const why = found.why && !found.finished ? h("p", { class: "why" }, `Why this one now: ${found.why}`) : null;
  $("article").replaceChildren(about, ...at.article.render({ active: shownFinding(current()), picked }), ...(why ? [why] : []));
  $("article").querySelector(picked ? ".picked" : ".active, .evidence")?.scrollIntoView({ block: "nearest" });
}

export function select(id) {
  if (id === at.active) return;
  at.active = id;
  draw();
}

export function step(way) {
  const found = items();
  if (!found.length) return;
  const place = found.findIndex((item) => item.id === at.active);
  select(found[(place + way + found.length) % found.length].id);
}

// Cards: what is claimed, what was decided, and what can be done.

import { h, kbd } from "./dom.js";

export const ARROWS = { increased: "↑", decreased: "↓", unchanged: "=" };
const STATES = { open: "open", accepted: "accepted", rejected: "rejected", corrected: "corrected", added: "added by hand" };
const CHANGES = [
  ["reject", "r", "Reject"],
  ["direction", "d", "Direction"],
  ["fluid", "f", "Fluid"],
  ["contrast", "c", "Contrast"],
  ["edit", "e", "Edit all"],
  ["boundary", "b", "Boundaries"],
  ["debatable", "q", "Debatable"],
  ["comment", "m", "Comment"],
];

export const plain = (name) => name.replace(/^other:/, "").replaceAll("_", " ");

export const claim = (finding) => `${finding.cytokine} in ${plain(finding.fluid)} ${finding.direction}`;

export function claimLine(finding) {
  return h(
    "span",
    { class: `claim ${finding.direction}` },
    h("span", { class: "arrow", "aria-hidden": "true" }, ARROWS[finding.direction]),
    h("b", {}, finding.cytokine),
    h("span", { class: "way" }, ` ${finding.direction} in `),
    h("b", {}, plain(finding.fluid)),
  );
}

function details(finding) {
  const against = finding.comparator === "unspecified" ? "" : ` vs ${plain(finding.comparator)}`;
  const host = finding.host === "unspecified" ? "host not stated" : plain(finding.host);
  const numbers = [finding.n && `n = ${finding.n}`, finding.p && `p ${finding.p}`].filter(Boolean);
  const condition = finding.condition === "unspecified" ? "condition not stated" : plain(finding.condition);
  return h("p", { class: "details" }, [`${finding.contrast}${against}`, condition, host, ...numbers].join(" · "));
}

const DIFFER = ["cytokine", "fluid", "direction", "contrast", "comparator", "condition", "host", "confidence"];

function before(item) {
  if (item.state !== "corrected" || !item.proposal) return null;
  const was = DIFFER.filter((slot) => item.proposal[slot] !== item.finding[slot]).map((slot) => `${slot} ${plain(item.proposal[slot])}`);
  return h("p", { class: "was" }, was.length ? `was: ${was.join(", ")}` : "was: other words");
}

function warnings(finding) {
  const missing = [];
  if (!finding.cytokine_mention) missing.push(finding.cytokine);
  if (!finding.fluid_mention && finding.fluid !== "unspecified") missing.push(plain(finding.fluid));
  return missing.map((name) => h("p", { class: "warning" }, `No words are marked for ${name}: press `, kbd("b"), " to mark them."));
}

function versions(item, sheet, act) {
  const rows = [
    ["first", "1", sheet.readers.first],
    ["second", "2", sheet.readers.second],
  ].map(([side, key, who]) =>
    h(
      "li",
      {},
      h("button", { type: "button", class: "side", data: { act: side }, onclick: () => act(side) }, kbd(key), h("span", { class: "who" }, who), item[side] ? [claimLine(item[side]), details(item[side]), item[side].confidence === "debatable" ? h("span", { class: "badge" }, "debatable") : null] : h("span", { class: "none" }, "no such finding")),
    ),
  );
  return h("ul", { class: "sides" }, rows);
}

const comments = (list) => list.map((each) => h("p", { class: "comment" }, h("b", {}, each.by), " ", each.text));

export function card(item, sheet, { active, act, select }) {
  const finding = item.finding ?? item.proposal ?? item.first ?? item.second;
  const editable = sheet.editable;
  const label = `${claim(finding)}, ${STATES[item.state]}`;
  const element = h("article", { class: `card ${item.state}${active ? " current" : ""}`, tabindex: active ? "0" : "-1", "aria-label": label, "aria-current": active ? "true" : null, data: { item: item.id } });
  element.addEventListener("click", () => select(item.id));
  const badges = [
    h("span", { class: `state ${item.state}` }, STATES[item.state]),
    finding.confidence === "debatable" && item.state !== "rejected" ? h("span", { class: "badge" }, "debatable") : null,
    ...item.errors.map((error) => h("span", { class: "badge error" }, error)),
  ];
  const from = item.proposal ? h("span", { class: "model" }, `${item.proposal.model} · ${item.proposal.score.toFixed(2)}`) : null;
  element.append(h("div", { class: "card-head" }, sheet.reading === "adjudication" && item.state === "open" ? h("span", { class: "claim" }, "The readers differ") : claimLine(finding), h("span", { class: "badges" }, badges)));
  if (sheet.reading === "adjudication") element.append(versions(item, sheet, act));
  if (sheet.reading !== "adjudication" || item.state !== "open") element.append(details(finding), h("p", { class: "origin" }, from, item.by && item.by !== sheet.reader ? `${item.by}` : null));
  const was = before(item);
  if (was) element.append(was);
  if (item.state !== "rejected" && sheet.reading !== "adjudication") element.append(...warnings(finding));
  element.append(...comments(item.comments));
  if (active && editable) element.append(buttons(item, act));
  return element;
}

function buttons(item, act) {
  const adjudicating = item.first !== undefined;
  const accept = adjudicating || !["open", "rejected"].includes(item.state) ? null : h("button", { type: "button", class: "accept", data: { act: "accept" }, onclick: () => act("accept") }, "Accept ", kbd("a"));
  const rest = CHANGES.map(([name, key, label]) => h("button", { type: "button", class: `do-${name}`, data: { act: name }, onclick: () => act(name) }, `${name === "reject" && adjudicating ? "Neither" : name === "reject" && item.state === "added" ? "Remove" : label} `, kbd(key)));
  return h("div", { class: "card-actions" }, accept, rest);
}

// Help, lists, agreement, export.

import { exportNames, get } from "./api.js";
import { h, kbd, modal, modalHead } from "./dom.js";

const KEYS = [
  ["j k ↓ ↑", "next, previous finding"],
  ["a", "accept"],
  ["r", "reject (an added finding: remove)"],
  ["d f c", "change direction, fluid, contrast"],
  ["e", "edit every slot"],
  ["b", "edit the borders of the words and of the evidence"],
  ["n", "add a finding: select its cytokine first, or choose it with the arrows"],
  ["q", "debatable, or sure again"],
  ["m", "comment on the finding"],
  ["M", "note on the article"],
  ["A", "accept every finding that is still open"],
  ["1 2", "in a disagreement: take what the first, the second reader says"],
  ["Enter", "finish this article and go to the next"],
  ["s", "skip: it comes again at the end"],
  ["u Ctrl+Z", "undo your last act, in any article"],
  ["o", "list of the articles that wait"],
  ["g", "guidelines"],
  ["?", "this help"],
];

export const help = () =>
  modal({ class: "help", "aria-label": "Help" }, (close) => [
    modalHead("Keys", close),
    h("table", {}, h("tbody", {}, KEYS.map(([keys, what]) => h("tr", {}, h("th", { scope: "row" }, keys.split(" ").map((key) => kbd(key))), h("td", {}, what))))),
    h("p", {}, "With the mouse: click a finding or a name, or select words; what can be done appears beside it."),
    h("p", {}, "Every act is in the database when its mark appears; you can close the page at any time. An article belongs to whoever decides first. In a blind second reading you see nothing of the first; where the two differ, the article comes under Disagreements."),
    h("p", {}, h("a", { href: "/guidelines", target: "_blank", rel: "noopener" }, "What is a finding? The guidelines.")),
  ]);

export const list = (title, entries, current) =>
  modal({ class: "list", "aria-label": title }, (close) => [
    modalHead(title, close),
    entries.length
      ? h("ol", {}, entries.map((each, index) => h("li", {}, h("button", { type: "button", autofocus: index === 0, class: each.id === current ? "now" : null, onclick: () => close(each.id) }, h("b", {}, each.title || each.id), h("small", { class: each.opposition ? "opposition" : null }, [each.id, each.why].filter(Boolean).join(" · "))))))
      : h("p", {}, "Nothing waits here."),
  ]);

const percent = ([value, low, high]) => (value === null ? "–" : `${value.toFixed(2)} [${low === null ? "–" : low.toFixed(2)}–${high === null ? "–" : high.toFixed(2)}]`);

export async function agreement() {
  const found = await get("/api/agreement");
  const head = ["readers", "articles", "triple F1", "with contrast", "kappa on direction"];
  const rows = found.map((each) => h("tr", {}, h("th", { scope: "row" }, each.curators.join(" and ")), h("td", {}, String(each.articles)), h("td", {}, percent(each.triple)), h("td", {}, percent(each.contrast)), h("td", {}, `${percent(each.kappa)} (n ${each.units})`)));
  return modal({ class: "agreement", "aria-label": "Agreement" }, (close) => [
    modalHead("Agreement", close),
    found.length ? h("table", {}, h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows)) : h("p", {}, "No article has been read twice yet."),
    h("p", { class: "hint" }, "Of two independent readings, before adjudication; 95% intervals over articles. What one calls debatable the other need not have."),
  ]);
}

export const exports = () =>
  modal({ class: "exports", "aria-label": "Export" }, (close) => [
    modalHead("Export", close),
    h("p", {}, "Gold records of the finished articles, or everything as it stands in the format of another tool."),
    h("ul", {}, exportNames.map((name) => h("li", {}, h("a", { href: `/export/${name}`, download: true }, name)))),
  ]);

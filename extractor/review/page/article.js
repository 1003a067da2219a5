// The abstract: paragraphs cut at the borders of what is marked. All offsets count code points, as on the server.

import { $, h } from "./dom.js";

export class Article {
  constructor(sheet) {
    this.sheet = sheet;
    this.characters = Array.from(sheet.text);
  }

  words(span) {
    return span ? this.characters.slice(span[0], span[1]).join("") : "";
  }

  get length() {
    return this.characters.length;
  }

  isWord(place) {
    return place >= 0 && place < this.length && /[\p{L}\p{N}\p{M}_+-]/u.test(this.characters[place]);
  }

  // The border of a word that is reached from a place, going back (-1) or on (1).
  wordBorder(place, way) {
    const at = (p) => (way > 0 ? p : p - 1);
    let there = place;
    while (there + way >= 0 && there + way <= this.length && !this.isWord(at(there))) there += way;
    while (there + way >= 0 && there + way <= this.length && this.isWord(at(there))) there += way;
    return there;
  }

  // Shows the text: names, the active finding's words and evidence, and a span being picked.
  render({ active = null, picked = null } = {}) {
    const spans = this.sheet.names.map((name) => ({ span: name.span, classes: ["name", name.kind], title: name.concept }));
    for (const item of this.sheet.items) {
      for (const finding of [item.finding, item.proposal]) {
        if (!finding) continue;
        for (const place of [finding.cytokine_mention, finding.fluid_mention]) if (place) spans.push({ span: place, classes: ["found"] });
      }
    }
    if (active) {
      spans.push({ span: active.evidence, classes: ["evidence"] });
      if (active.cytokine_mention) spans.push({ span: active.cytokine_mention, classes: ["active"] });
      if (active.fluid_mention) spans.push({ span: active.fluid_mention, classes: ["active"] });
    }
    if (picked) spans.push({ span: picked, classes: ["picked"] });
    this.blocks = this.sheet.blocks.map((block) => this.block(block, spans));
    return this.blocks;
  }

  block([start, end, kind, heading], spans) {
    const inside = spans.filter(({ span }) => span[0] < end && span[1] > start);
    const all = heading ? [...inside, { span: [start, start + heading], classes: ["heading"] }] : inside;
    const edges = new Set([start, end]);
    for (const { span } of all) for (const edge of span) if (edge > start && edge < end) edges.add(edge);
    const places = [...edges].sort((a, b) => a - b);
    const parts = places.slice(0, -1).map((from, index) => this.part(from, places[index + 1], all));
    return h(kind === "title" ? "h1" : "p", { class: "block", data: { start } }, parts);
  }

  part(from, to, spans) {
    const over = spans.filter(({ span }) => span[0] <= from && span[1] >= to);
    const text = this.words([from, to]);
    if (!over.length) return text;
    const classes = [...new Set(over.flatMap((each) => each.classes))];
    const named = over.find((each) => each.title);
    const span = named ? named.span : null;
    return h(classes.includes("name") ? "mark" : "span", { class: classes.join(" "), title: named?.title, data: span ? { from: span[0], to: span[1] } : {} }, text);
  }

  // The selected range as a span, without white space at its ends; null where nothing of one paragraph is selected.
  selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const ends = [this.place(range.startContainer, range.startOffset), this.place(range.endContainer, range.endOffset)];
    return ends.includes(null) ? null : this.trimmed(ends);
  }

  place(node, offset) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const block = element?.closest?.(".block");
    if (!block || !$("article").contains(block)) return null;
    const before = document.createRange();
    before.setStart(block, 0);
    before.setEnd(node, offset);
    return Number(block.dataset.start) + Array.from(before.toString()).length;
  }

  trimmed([start, end]) {
    while (start < end && /\s/u.test(this.characters[start])) start += 1;
    while (start < end && /\s/u.test(this.characters[end - 1])) end -= 1;
    return start < end ? [start, end] : null;
  }
}

// Marking words without a mouse, and moving the borders of what is marked.

import { $, h, kbd } from "./dom.js";

// Resolves with ``{target, span}`` or null. ``targets`` are what can be marked: name, present place (null for none), and
// the places that the arrows hop to.
export function pick(article, { targets, show, note }) {
  return new Promise((resolve) => {
    let at = Math.max(0, targets.findIndex((target) => target.chosen));
    const spans = targets.map((target) => target.span ?? target.hops[0] ?? [0, article.wordBorder(0, 1)]);
    const bar = $("picker");

    const end = (value) => {
      document.removeEventListener("keydown", onkey, true);
      bar.hidden = true;
      bar.replaceChildren();
      document.body.classList.remove("picking");
      resolve(value);
    };
    const draw = () => {
      show(spans[at]);
      words.textContent = article.words(spans[at]);
      tabs.replaceChildren(...(targets.length > 1 ? targets.map((target, index) => h("button", { type: "button", "aria-pressed": String(index === at), onclick: () => { at = index; draw(); } }, target.name)) : []));
    };
    const move = (border, way, whole) => {
      const span = [...spans[at]];
      const place = whole ? article.wordBorder(span[border], way) : span[border] + way;
      span[border] = Math.min(article.length, Math.max(0, place));
      if (span[0] >= span[1] || article.words(span).trim() === "") return;
      spans[at] = span;
      draw();
    };
    const next = (way) => {
      const { hops } = targets[at];
      if (!hops.length) return;
      const now = hops.findIndex((span) => span[0] === spans[at][0] && span[1] === spans[at][1]);
      spans[at] = hops[now < 0 ? 0 : (now + way + hops.length) % hops.length];
      draw();
    };
    const save = () => end({ target: targets[at], span: spans[at] });
    const onkey = (event) => {
      const whole = event.ctrlKey || event.altKey;
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") move(event.shiftKey ? 0 : 1, event.key === "ArrowRight" ? 1 : -1, whole);
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") next(event.key === "ArrowDown" ? 1 : -1);
      else if (event.key === "Tab") {
        at = (at + (event.shiftKey ? -1 : 1) + targets.length) % targets.length;
        draw();
      } else if (event.key === "Escape") end(null);
      else if (event.key === "Enter") save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    const step = (label, border, way) => h("button", { type: "button", "aria-label": `${label} ${way < 0 ? "left" : "right"}`, onclick: () => move(border, way, false) }, way < 0 ? "◀" : "▶");
    const words = h("b", { class: "picked-words", "aria-live": "polite" });
    const tabs = h("span", { class: "segments" });
    bar.replaceChildren(
      h("span", { class: "picker-note" }, note),
      tabs,
      words,
      h("span", { class: "steps" }, "start ", step("start", 0, -1), step("start", 0, 1), " end ", step("end", 1, -1), step("end", 1, 1)),
      h("span", { class: "hint" }, kbd("←"), kbd("→"), " end, with ", kbd("Shift"), " start, with ", kbd("Ctrl"), " by word, ", kbd("↑"), kbd("↓"), " another place", targets.length > 1 ? [", ", kbd("Tab"), " other mark"] : null),
      h("button", { type: "button", class: "primary", onclick: save }, "Save ", kbd("Enter")),
      h("button", { type: "button", onclick: () => end(null) }, "Cancel ", kbd("Esc")),
    );
    bar.hidden = false;
    document.body.classList.add("picking");
    document.addEventListener("keydown", onkey, true);
    draw();
  });
}

// Selecting words with the mouse: what can be done with them appears beside them.

import { add, correct } from "./acts.js";
import { $, h, isOpen } from "./dom.js";
import { plain } from "./findings.js";
import { at, current, enqueue, items, sheet, shownFinding } from "./session.js";
import { hideSelection, select } from "./view.js";

function offer(span, box) {
  const bar = $("selection");
  bar.replaceChildren(...offers(span));
  bar.hidden = !bar.childElementCount;
  const edge = $("article").getBoundingClientRect().right - bar.offsetWidth - 8;
  bar.style.left = `${Math.max(8, Math.min(box.left, edge)) + scrollX}px`;
  bar.style.top = `${box.bottom + scrollY + 8}px`;
}

function offers(span) {
  if (at.reading === "adjudication") return [];
  const button = (attributes, work, ...content) => h("button", { type: "button", ...attributes, onclick: () => { hideSelection(); enqueue(work); } }, ...content);
  const fresh = button({ class: "primary", data: { set: "new" } }, () => add(span), "New finding ", h("kbd", {}, "n"));
  const item = current();
  if (!item) return [fresh];
  const { cytokine, fluid } = shownFinding(item);
  const set = (slot, label) => button({ data: { set: slot } }, () => correct(item, { [slot]: span }), label);
  const places = [set("cytokine_mention", "cytokine"), ...(fluid === "unspecified" ? [] : [set("fluid_mention", plain(fluid))]), set("evidence", "evidence")];
  return [fresh, h("span", {}, `or mark as ${cytokine}’s`), ...places];
}

// A click on a name: the next finding on it, or the offer to make one.
function clicked(mark) {
  const span = [Number(mark.dataset.from), Number(mark.dataset.to)];
  const same = (place) => place && place[0] === span[0] && place[1] === span[1];
  const on = items().filter((item) => same(shownFinding(item).cytokine_mention) || same(shownFinding(item).fluid_mention));
  if (on.length) select(on[(on.findIndex((item) => item.id === at.active) + 1) % on.length].id);
  else offer(span, mark.getBoundingClientRect());
}

document.addEventListener("mouseup", (event) => {
  if (at.picking || isOpen() || !sheet()?.editable || $("selection").contains(event.target)) return;
  if (!$("article").contains(event.target)) {
    hideSelection();
    return;
  }
  // the browser settles the selection after the event
  setTimeout(() => {
    const span = at.article?.selected();
    if (span) {
      offer(span, getSelection().getRangeAt(0).getBoundingClientRect());
      return;
    }
    hideSelection();
    const mark = event.target.closest?.("mark[data-from]");
    if (mark) clicked(mark);
  });
});

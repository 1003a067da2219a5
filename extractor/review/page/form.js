// Every slot of a finding in one form; the cytokine and the fluid complete themselves.

import { get } from "./api.js";
import { h, modal, modalHead } from "./dom.js";
import { ARROWS, plain } from "./findings.js";

let number = 0;

// An input with suggestions of the server below it.
function completing(kind, value, label) {
  number += 1;
  const id = `complete-${number}`;
  const list = h("ul", { role: "listbox", id: `${id}-list`, class: "suggestions", hidden: true });
  const input = h("input", { id, type: "text", value: value ?? "", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", required: true });
  let found = [];
  let at = -1;
  let asked = 0;
  const hide = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (index) => {
    input.value = found[index].symbol;
    hide();
  };
  const draw = () => {
    list.replaceChildren(
      ...found.map((each, index) =>
        h("li", { role: "option", id: `${id}-${index}`, "aria-selected": String(index === at), onmousedown: (event) => { event.preventDefault(); take(index); } }, h("b", {}, plain(each.symbol)), h("small", {}, [each.id, each.name].filter(Boolean).join(" · "))),
      ),
    );
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", `${id}-${at}`);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  };
  input.addEventListener("input", async () => {
    asked += 1;
    const mine = asked;
    const typed = input.value.trim();
    const answer = typed ? await get(`/api/suggest?kind=${kind}&q=${encodeURIComponent(typed)}`) : [];
    if (mine !== asked || document.activeElement !== input) return;
    found = answer;
    at = found.length ? 0 : -1;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(at);
    else if (event.key === "Escape") hide();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", hide);
  return { input, row: h("div", { class: "field completing" }, h("label", { for: id }, label), input, list) };
}

function select(label, options, value) {
  number += 1;
  const id = `select-${number}`;
  const element = h("select", { id }, options.map((option) => h("option", { value: option }, plain(option))));
  element.value = value;
  return { input: element, row: h("div", { class: "field" }, h("label", { for: id }, label), element) };
}

function open(label, options, value) {
  number += 1;
  const id = `open-${number}`;
  const list = h("datalist", { id: `${id}-list` }, options.map((option) => h("option", { value: plain(option) })));
  const input = h("input", { id, type: "text", list: `${id}-list`, value: plain(value), autocomplete: "off", required: true });
  return { input, row: h("div", { class: "field" }, h("label", { for: id }, label), input, list) };
}

function directions(value) {
  const radios = ["increased", "decreased", "unchanged"].map((way) =>
    h("label", { class: way }, h("input", { type: "radio", name: "direction", value: way, checked: way === value, required: true }), h("span", {}, `${ARROWS[way]} ${way}`)),
  );
  return h("fieldset", { class: "field directions" }, h("legend", {}, "direction"), radios);
}

// ``other:`` before a name that is none of the slot's own.
const written = (typed, known) => {
  const text = typed.trim().replace(/\s+/g, " ");
  const same = known.find((option) => option === text || plain(option).toLowerCase() === text.toLowerCase());
  return same ?? (text.startsWith("other:") ? text : `other:${text}`);
};

// Resolves with the changed slots (all of them for a new finding), null when it was dismissed.
export function edit({ title, finding, labels, words, fresh = false }) {
  return modal({ class: "form", "aria-label": title }, (close) => {
    const cytokine = completing("cytokine", finding.cytokine, "cytokine (HGNC symbol or family)");
    const fluid = completing("fluid", finding.fluid ? plain(finding.fluid) : "", "fluid");
    const contrast = select("contrast", labels.contrast, finding.contrast);
    const comparator = select("against", labels.comparator, finding.comparator);
    const condition = open("condition of the cases", labels.condition, finding.condition);
    const host = open("host", labels.host, finding.host);
    const debatable = h("input", { type: "checkbox", checked: finding.confidence === "debatable" });
    const first = fresh && finding.cytokine ? null : cytokine.input;
    first?.setAttribute("autofocus", "");
    const form = h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          const values = {
            cytokine: cytokine.input.value.trim(),
            fluid: written(fluid.input.value, labels.fluid),
            direction: new FormData(form).get("direction"),
            contrast: contrast.input.value,
            comparator: comparator.input.value,
            condition: written(condition.input.value, labels.condition),
            host: written(host.input.value, labels.host),
            confidence: debatable.checked ? "debatable" : "sure",
          };
          const changed = Object.entries(values).filter(([slot, value]) => fresh || value !== finding[slot]);
          close(Object.fromEntries(changed));
        },
      },
      h("p", { class: "words" }, words),
      cytokine.row,
      directions(finding.direction),
      fluid.row,
      contrast.row,
      comparator.row,
      condition.row,
      host.row,
      h("label", { class: "field check" }, debatable, " debatable: two careful readers could differ"),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, fresh ? "Add finding" : "Save"), h("button", { type: "button", onclick: () => close() }, "Cancel")),
    );
    if (!first) form.querySelector("input[type=radio]").setAttribute("autofocus", "");
    return [modalHead(title, close), form];
  });
}

export function ask({ title, label, value = "", action = "Save", stay = false, rows = 4, hint = "" }) {
  return modal({ class: "ask", "aria-label": title, "data-stay": stay }, (close, dialog) => {
    if (stay) dialog.addEventListener("cancel", (event) => event.preventDefault());
    const input = rows > 1 ? h("textarea", { id: "ask", rows, required: true, maxlength: 4000, autofocus: true }, value) : h("input", { id: "ask", type: "text", value, required: true, maxlength: 60, autocomplete: "off", autofocus: true });
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) close(input.value.trim()); } }, h("div", { class: "field" }, h("label", { for: "ask" }, label), input), hint ? h("p", { class: "hint" }, hint) : null, h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, action), stay ? null : h("button", { type: "button", onclick: () => close() }, "Cancel")));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    return [stay ? h("h2", {}, title) : modalHead(title, close), form];
  });
}

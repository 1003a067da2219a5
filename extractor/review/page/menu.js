// A short list to choose one value from: by number, by arrows, by mouse; a long one is narrowed by typing.

import { h, modal, modalHead } from "./dom.js";
import { plain } from "./findings.js";

export function choose({ title, options, value, other = false }) {
  return modal({ class: "menu", "aria-label": title }, (close) => {
    const list = h("ul", { role: "listbox", id: "menu-list", "aria-label": title, tabindex: "-1" });
    let shown = [];
    let at = Math.max(0, options.indexOf(value));
    const box = other ? h("input", { type: "text", "aria-label": `${title}: type to narrow, or another name`, placeholder: "type to narrow, or another name", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "true", "aria-controls": "menu-list" }) : null;
    const holder = box ?? list;

    const draw = () => {
      const typed = (box?.value ?? "").trim();
      shown = options.filter((option) => plain(option).toLowerCase().includes(typed.toLowerCase()));
      if (typed && !options.some((option) => plain(option).toLowerCase() === typed.toLowerCase())) shown = [...shown, `other:${typed.replace(/^other:/, "").toLowerCase()}`];
      at = Math.min(at, Math.max(0, shown.length - 1));
      list.replaceChildren(
        ...shown.map((option, index) =>
          h(
            "li",
            { role: "option", id: `option-${index}`, "aria-selected": String(index === at), class: option === value ? "now" : null, onclick: () => close(option) },
            h("span", { class: "number", "aria-hidden": "true" }, !other && index < 9 ? String(index + 1) : ""),
            h("span", {}, option.startsWith("other:") && !options.includes(option) ? `another: ${plain(option)}` : plain(option)),
          ),
        ),
      );
      holder.setAttribute("aria-activedescendant", shown.length ? `option-${at}` : "");
      list.children[at]?.scrollIntoView({ block: "nearest" });
    };

    const onkey = (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(1, shown.length);
        draw();
      } else if (event.key === "Enter" && shown.length) close(shown[at]);
      else if (!other && /^[1-9]$/.test(event.key) && shown[event.key - 1]) close(shown[event.key - 1]);
      else if (!other && /^[a-z]$/.test(event.key) && shown.some((option) => option.startsWith(event.key))) {
        at = shown.findIndex((option) => option.startsWith(event.key));
        draw();
      } else return;
      event.preventDefault();
    };
    holder.addEventListener("keydown", onkey);
    box?.addEventListener("input", () => {
      at = 0;
      draw();
    });
    (box ?? list).setAttribute("autofocus", "");
    if (!box) list.tabIndex = 0;
    draw();
    const hint = other ? "arrows and Enter, or type" : "number, letter, or arrows and Enter";
    return [modalHead(title, close), ...(box ? [box] : []), list, h("p", { class: "hint" }, hint)];
  });
}

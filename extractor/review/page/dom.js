// Elements made of text only: nothing that comes from an abstract or a curator is ever read as markup.

export const $ = (id) => document.getElementById(id);

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const kbd = (key) => h("kbd", {}, key);

// A modal dialog that removes itself; resolves with what it was closed with, null when it was dismissed.
export function modal(attributes, build) {
  return new Promise((resolve) => {
    const opener = document.activeElement;
    let answer = null;
    const dialog = h("dialog", attributes);
    const close = (value = null) => {
      answer = value;
      dialog.close();
    };
    dialog.append(...build(close, dialog));
    dialog.addEventListener("close", () => {
      if (answer === null && attributes["data-stay"]) return dialog.showModal();
      dialog.remove();
      if (opener?.isConnected) opener.focus({ preventScroll: true });
      resolve(answer);
    });
    dialog.addEventListener("click", (event) => {
      if (event.target !== dialog) return;
      const box = dialog.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && !attributes["data-stay"]) close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export const modalHead = (title, close) =>
  h("div", { class: "modal-head" }, h("h2", {}, title), h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => close() }, "✕"));

export const isOpen = () => document.querySelector("dialog[open]") !== null;

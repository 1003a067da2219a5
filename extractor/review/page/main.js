// The page: going from article to article, keys, buttons, and the start.

import { act, add, note, send } from "./acts.js";
import { curator, get, post, Refused } from "./api.js";
import { $, isOpen } from "./dom.js";
import { ask } from "./form.js";
import "./mouse.js";
import { agreement, exports, help, list } from "./panels.js";
import { at, enqueue, onStale, say, sheet } from "./session.js";
import { hideSelection, onAct, show, step } from "./view.js";

async function refresh() {
  at.state = await get("/api/state");
  const { total, finished, mine, twice, waiting } = at.state;
  $("progress").max = Math.max(1, total);
  $("progress").value = finished;
  $("progress-text").textContent = `${finished} of ${total}`;
  $("progress-text").title = `${finished} of ${total} articles finished, ${mine} of them by you, ${twice} read twice`;
  for (const tab of document.querySelectorAll("[data-reading]")) {
    tab.querySelector(".count").textContent = waiting[tab.dataset.reading];
    tab.setAttribute("aria-pressed", String(tab.dataset.reading === at.reading));
  }
}

async function next(after = null) {
  const opened = await post("/api/open", { reading: at.reading, after });
  await refresh();
  show(opened);
  scrollTo(0, 0);
  $("article").scrollTo(0, 0);
}

async function finish() {
  const found = sheet();
  if (!found) return next();
  const done = found.finished || !found.editable;
  if (!done) await post("/api/act", { act: "finish", article: found.id, reading: at.reading, version: found.version });
  await next(found.id);
  return say(done ? "" : "Finished and saved.");
}

async function skip() {
  const { id, version } = sheet();
  await post("/api/act", { act: "skip", article: id, reading: at.reading, version });
  await next(id);
  say("Skipped: it comes again at the end.");
}

async function undo() {
  const answer = await post("/api/act", { act: "undo" });
  show(answer.sheet, answer.item || at.active);
  await refresh();
  say(`Taken back: ${answer.undone}.`);
}

async function openList() {
  const title = document.querySelector(`[data-reading="${at.reading}"]`).firstChild.textContent.trim();
  const chosen = await list(`${title}: ${at.state.waiting[at.reading]} waiting`, at.state.queues[at.reading], sheet()?.id);
  if (chosen) show(await post("/api/open", { article: chosen, reading: at.reading }));
}

async function changeReading(name) {
  at.reading = name;
  await next();
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

const onEditable = (work) => sheet()?.editable && enqueue(work);
const acceptRest = () => at.reading !== "adjudication" && onEditable(() => send("accept rest"));

function addSelected() {
  const selected = at.article?.selected() ?? null;
  hideSelection();
  enqueue(() => add(selected));
}

const KEYS = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  a: () => act("accept"),
  r: () => act("reject"),
  d: () => act("direction"),
  f: () => act("fluid"),
  c: () => act("contrast"),
  e: () => act("edit"),
  b: () => act("boundary"),
  q: () => act("debatable"),
  m: () => act("comment"),
  1: () => act("first"),
  2: () => act("second"),
  n: addSelected,
  M: () => onEditable(note),
  A: acceptRest,
  s: () => sheet() && enqueue(skip),
  u: () => enqueue(undo),
  o: () => enqueue(openList),
  g: () => window.open("/guidelines", "_blank", "noopener"),
  "?": help,
  Escape: hideSelection,
};

document.addEventListener("keydown", (event) => {
  if (at.picking || isOpen() || event.defaultPrevented || event.isComposing) return;
  const inField = event.target.closest?.("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !inField) {
    event.preventDefault();
    enqueue(undo);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || inField) return;
  const onControl = event.key === "Enter" && event.target.closest?.("button, a");
  const does = event.key === "Enter" ? () => enqueue(finish) : KEYS[event.key];
  if (!does || onControl) return;
  event.preventDefault();
  does();
});

const BUTTONS = {
  "finish-button": () => enqueue(finish),
  "skip-button": () => enqueue(skip),
  "undo-button": () => enqueue(undo),
  "add-button": () => enqueue(() => add(null)),
  "note-button": () => enqueue(note),
  "rest-button": acceptRest,
  "list-button": () => enqueue(openList),
  "agreement-button": () => enqueue(agreement),
  "export-button": exports,
  "help-button": help,
  "theme-button": switchTheme,
};
for (const [id, does] of Object.entries(BUTTONS)) $(id).addEventListener("click", does);
for (const tab of document.querySelectorAll("[data-reading]")) tab.addEventListener("click", () => enqueue(() => changeReading(tab.dataset.reading)));
onStale(show);
onAct(act, () => enqueue(() => send("take over")));

async function start() {
  if (!curator) {
    const name = await ask({ title: "Who is reading?", label: "Your name, as it shall stand beside your decisions", action: "Start", stay: true, rows: 1 });
    await post("/api/name", { name });
    location.reload();
    return;
  }
  $("curator").textContent = curator;
  at.labels = await get("/api/labels");
  const [asked, name] = location.hash.slice(1).split("/");
  if (["first", "second", "adjudication"].includes(asked)) at.reading = asked;
  await refresh();
  if (name) {
    try {
      show(await post("/api/open", { article: decodeURIComponent(name), reading: at.reading }));
      return;
    } catch (error) {
      if (!(error instanceof Refused) || ![403, 404].includes(error.status)) throw error;
    }
  }
  await next();
}

const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
enqueue(start);

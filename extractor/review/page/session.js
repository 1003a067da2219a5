// What is open, and the one queue in which everything that asks the server is done.

import { post, Refused } from "./api.js";
import { $ } from "./dom.js";

// The reading, the article in front, the id of the active finding; values of the slots; counts and queues.
export const at = { reading: "first", article: null, active: null, labels: null, state: null, picking: false };

export const sheet = () => at.article?.sheet ?? null;
export const items = () => sheet()?.items ?? [];
export const current = () => items().find((item) => item.id === at.active) ?? null;
export const shownFinding = (item) => item && (item.finding ?? item.proposal ?? item.first ?? item.second);

export function say(text, wrong = false) {
  $("status").className = wrong ? "status wrong" : "status";
  $("status").textContent = text;
}

function banner(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

let chain = Promise.resolve();
let shown = () => {};

// Has a function show an article when the server says that the page is out of date.
export const onStale = (show) => {
  shown = show;
};

// One act after the other: a quick second key finds the page as the first has left it.
export function enqueue(work) {
  chain = chain.then(work).then(
    () => banner(""),
    (error) => {
      if (!(error instanceof Refused)) throw error;
      return failed(error);
    },
  );
  return chain;
}

async function failed(error) {
  if (error.status === 0) banner("The server does not answer. What is shown as decided is saved; start the server again and open the link it prints.");
  else if (error.status === 401 || error.message.includes("opened under another name")) banner("The server was started anew, or another name is at work in this browser. Open the link again; what is shown as decided is saved.");
  else {
    if ((error.status === 409 || error.status === 404) && sheet()) await reload();
    say(error.message, true);
  }
}

async function reload() {
  try {
    shown(await post("/api/open", { article: sheet().id, reading: at.reading }), at.active);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

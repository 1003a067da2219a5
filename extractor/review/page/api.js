// Requests. What changes something is answered only after it is in the database.

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
export const curator = meta("curator");
export const exportNames = meta("exports").split(" ");

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answered(response) {
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  let message = text.trim();
  try {
    message = JSON.parse(text).error;
  } catch {
    // a plain line
  }
  throw new Refused(response.status, message || `the server answers ${response.status}`);
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(0, "the server does not answer");
  }
  return answered(response);
}

export const get = (path) => request(path, {});
export const post = (path, body) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": meta("csrf") }, body: JSON.stringify(body) });

// Elements, made one by one: no text is ever read as markup.
const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const PATHS = {
  increased: "M0 -6 L6.5 5.5 L-6.5 5.5 Z",
  decreased: "M0 6 L6.5 -5.5 L-6.5 -5.5 Z",
  unchanged: "M-6 -4.5 H6 V-1.5 H-6 Z M-6 1.5 H6 V4.5 H-6 Z",
  mixed: "M0 -7 L5 -1.5 H-5 Z M0 7 L5 1.5 H-5 Z",
};

// Up, down, an equals sign, and up-and-down: told apart by shape; the size grows with the number of studies.
function glyph(direction, studies = 1) {
  const size = Math.min(20, 11 + 1.5 * studies);
  return draw(
    "svg",
    { viewBox: "-8 -8 16 16", width: size, height: size, "aria-hidden": "true", class: direction },
    draw("path", { d: PATHS[direction], fill: "currentColor" }),
  );
}

function votesOf(count) {
  return ["increased", "unchanged", "mixed", "decreased"]
    .filter((direction) => count[direction])
    .map((direction) => make("span", { class: `vote ${direction}` }, glyph(direction, count[direction]), String(count[direction])));
}

function paperLink(study) {
  if (/^\d{1,9}$/.test(study.pmid || "")) return [`https://pubmed.ncbi.nlm.nih.gov/${study.pmid}/`, `PMID ${study.pmid}`];
  if (/^10\.\d{4,9}\/\S+$/.test(study.doi || "")) return [`https://doi.org/${encodeURI(study.doi)}`, `doi ${study.doi}`];
  return null;
}

function paper(study, ...more) {
  const link = paperLink(study);
  const where = [study.by, study.journal, study.year].filter(Boolean).join(", ");
  return [
    study.title || study.id,
    make("br"),
    make("small", {}, [where, link ? null : study.id].filter(Boolean).join(" · "), where && link ? " · " : "",
      link ? make("a", { href: link[0], rel: "noopener noreferrer", target: "_blank" }, link[1]) : null, ...more),
  ];
}

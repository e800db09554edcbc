// What a reader can take away: the picture as PNG or SVG, and the claims that are shown as CSV.

import { named } from "./data.js";
import { element } from "./dom.js";
import { STYLES, font } from "./fonts.js";

const FORMULA = /^\s*[=+\-@\t\r]/; // what a spreadsheet would run

/** Give a file to the reader. */
function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function savePng(network) {
  const picture = network.picture();
  const paper = element("canvas", {});
  [paper.width, paper.height] = [picture.width, picture.height];
  const context = paper.getContext("2d");
  context.fillStyle = network.style.paper;
  context.fillRect(0, 0, paper.width, paper.height);
  context.drawImage(picture, 0, 0);
  paper.toBlob((blob) => download("rareearth.png", blob), "image/png");
}

export function saveSvg(network, title) {
  download("rareearth.svg", new Blob([svg(network, title)], { type: "image/svg+xml" }));
}

/** The picture as it is on the screen, as SVG. */
export function svg(network, title) {
  const { sigma, graph, names, style } = network;
  const { width, height } = sigma.getDimensions();
  const n = (number) => Number(number.toFixed(1));
  const inSight = ({ x, y, radius = 0 }) => x > -radius && y > -radius && x < width + radius && y < height + radius;
  const areas = names.hulls.areas.map(({ corners }) =>
    `<polygon points="${corners.map((corner) => sigma.graphToViewport(corner)).map(({ x, y }) => `${n(x)},${n(y)}`).join(" ")}"/>`);
  const discs = new Map([...network.shown].map((id) => [id, names.disc(id)]));
  const lines = [];
  graph.forEachEdge((tie, edge, a, b) => {
    const [from, to] = [discs.get(a), discs.get(b)];
    if (edge.hidden || !from || !to || !(inSight(from) || inSight(to))) return;
    const { color, size } = network.drawnEdge(tie, edge);
    const dashes = edge.type === "dashed" ? ' stroke-dasharray="7 5"' : "";
    lines.push(`<path d="M${n(from.x)},${n(from.y)}L${n(to.x)},${n(to.y)}" stroke="${color}" stroke-width="${n(sigma.scaleSize(size))}"${dashes}><title>${escaped(said(network, tie))}</title></path>`);
  });
  const nodes = [...discs.values()].filter(inSight).map((disc) => {
    const { color } = network.drawnNode(disc.id, graph.getNodeAttributes(disc.id));
    return `<circle cx="${n(disc.x)}" cy="${n(disc.y)}" r="${n(disc.radius)}" fill="${color}"><title>${escaped(named(network.data, disc.id))}</title></circle>`;
  });
  const texts = names.written.map(({ text, x, y, style: kind }) =>
    `<text x="${n(x)}" y="${n(y)}" font-size="${STYLES[kind].size}" font-weight="${STYLES[kind].weight}">${escaped(text)}</text>`);
  const relations = names.relations.map(({ text, x, y, ux, uy }) => {
    const angle = (Math.atan2(uy, ux) * 180) / Math.PI;
    const turned = Math.abs(angle) > 90 ? angle + 180 : angle;
    return `<text transform="translate(${n(x)},${n(y)}) rotate(${n(turned)})" dy="4" font-size="${STYLES.tie.size}" fill="${style.faint}">${escaped(text)}</text>`;
  });
  const family = font("plain").replace(/^\S+ \S+ /, "").replaceAll('"', "'");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" font-family="${family}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="${style.paper}"/>`,
    `<g fill="${style.hull}" stroke="${style.edge}" stroke-linejoin="round">`, ...areas, "</g>",
    '<g fill="none">', ...lines, "</g>", "<g>", ...nodes, "</g>",
    `<g text-anchor="middle" fill="${style.ink}" paint-order="stroke" stroke="${style.paper}" stroke-width="4" stroke-linejoin="round">`,
    ...texts, ...relations, "</g>", "</svg>\n",
  ].join("\n");
}

function said(network, tie) {
  return (network.ties.get(tie) ?? [])
    .map((claim) => `${claim.subject.name} ${claim.relation.label} ${claim.object.name}`)
    .filter((text, at, all) => all.indexOf(text) === at)
    .join("; ");
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const COLUMNS = [
  ["claim", (c) => c.id],
  ["subject", (c) => c.subject.name], ["subject id", (c) => c.s],
  ["relation", (c) => c.relation.label], ["relation id", (c) => c.p],
  ["object", (c) => c.object?.name ?? c.words], ["object id", (c) => c.o ?? ""],
  ["details", (c) => (c.details ?? []).join("; ")], ["when", (c) => c.time ?? ""],
  ["kind", (c) => c.kind], ["status", (c) => c.standing], ["stance", (c) => c.stance ?? ""],
  ["by", (c) => (c.by ? named(c.data, c.by) : "")], ["evidence", (c) => c.level ?? ""],
  ["conflict", (c) => c.conflict ?? ""], ["source", (c) => c.source],
  ["publisher", (c) => c.page.publisher ?? ""], ["published", (c) => c.page.published ?? ""],
  ["title", (c) => c.page.title ?? ""], ["address", (c) => c.page.url ?? ""],
];

/** Claims as CSV. A text that a spreadsheet would run as a formula has an apostrophe before it. */
export function csv(claims) {
  const cell = (value) => {
    const safe = FORMULA.test(value) && !Number.isFinite(Number(value)) ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = [COLUMNS.map(([name]) => name), ...claims.map((claim) => COLUMNS.map(([, of]) => String(of(claim))))];
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function saveCsv(claims) {
  // With its mark, Excel reads UTF-8.
  download("rareearth.csv", new Blob(["\ufeff", csv(claims)], { type: "text/csv" }));
}

// The names of relations on the lines of a scene, or of what is chosen, where there is room for them.

import { STYLES, font } from "./fonts.js";

const MOST = 120; // names
const SPARE = 14; // pixels of a line on both sides of its name
const STEP = 12; // pixels between the points at which a name must be free

/** Write the names on bright lines. `boxes` are those of the names of nodes, which they must not cover. */
export function relations(names, boxes) {
  const { network, sigma, context } = names;
  const { graph, scene, chosen, ties } = network;
  if (!(scene.named || chosen.node || chosen.edge) || !ties) return [];
  const written = [];
  for (const [tie, claims] of ties) {
    if (written.length >= MOST) break;
    if (!network.isBright(tie) || (!network.near && !scene.named)) continue;
    const [a, b] = graph.extremities(tie).map((id) => names.disc(id));
    const texts = labels(claims.filter((claim) => !scene.ofStep || scene.ofStep.has(claim)));
    context.font = font("tie");
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const far = Math.hypot(dx, dy);
    const free = far - a.radius - b.radius;
    const text = texts.find((one) => free > names.width(one, "tie") + 2 * SPARE);
    if (!text) continue;
    const wide = names.width(text, "tie");
    const middle = (a.radius + free / 2) / far;
    const spots = [0, 0.12, -0.12, 0.22, -0.22]
      .map((shift) => middle + (Math.abs(shift) * far + wide / 2 < free / 2 ? shift : 0))
      .map((part) => ({ x: a.x + dx * part, y: a.y + dy * part }));
    const found = spots.find((spot) => !covers(spot, dx / far, dy / far, wide, boxes, written));
    if (!found) continue;
    written.push({ ...found, wide, ux: dx / far, uy: dy / far, text, tie });
    write(context, network.style, text, found, Math.atan2(dy, dx));
  }
  return written;
}

/** What a line may say of its claims, the longest first: relations, the share, and what has ended. */
function labels(claims) {
  const names = [...new Set(claims.map((claim) => claim.relation.label))];
  const shares = [...new Set(claims.flatMap((claim) => claim.details ?? []).filter((detail) => detail.startsWith(SHARE)))];
  const over = claims.every((claim) => claim.standing !== "held" && !claim.expected);
  const relation = names.length > 1 ? `${names[0]} +${names.length - 1}` : names[0];
  const share = shares.slice(0, 2).map((one) => one.slice(SHARE.length)).join(" or ");
  const end = over ? ` (${claims[0].standing})` : "";
  return share ? [`${relation} ${share}${end}`, share + end] : [relation + end];
}
const SHARE = "share: ";

function covers({ x, y }, ux, uy, wide, boxes, written) {
  for (let along = -wide / 2; along <= wide / 2; along += STEP) {
    const [px, py] = [x + ux * along, y + uy * along];
    if (boxes.some((box) => px > box[0] - 3 && px < box[2] + 3 && py > box[1] - 3 && py < box[3] + 3)) return true;
    for (const other of written) {
      const part = (px - other.x) * other.ux + (py - other.y) * other.uy;
      const aside = Math.abs((px - other.x) * other.uy - (py - other.y) * other.ux);
      if (Math.abs(part) < other.wide / 2 + 4 && aside < STYLES.tie.size + 2) return true;
    }
  }
  return false;
}

function write(context, style, text, { x, y }, angle) {
  context.save();
  context.translate(x, y);
  context.rotate(Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle); // never upside down
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.strokeStyle = style.paper;
  context.strokeText(text, 0, 0);
  context.fillStyle = style.faint;
  context.fillText(text, 0, 0);
  context.restore();
}

// Colours: of nodes by sphere, kind or measure, and how they pale.

/** A colour on its way to another: 0 is the first, 1 the second. Both as #rrggbb. */
export function mixed(colour, other, part) {
  const name = colour + other + part;
  let found = known.get(name);
  if (!found) {
    const of = (text, at) => parseInt(text.slice(at, at + 2), 16);
    found = `#${[1, 3, 5]
      .map((at) => Math.round(of(colour, at) * (1 - part) + of(other, at) * part).toString(16).padStart(2, "0"))
      .join("")}`;
    known.set(name, found);
  }
  return found;
}
const known = new Map();

const STEPS = 8; // of a measure, so that not every node has a colour of its own

/**
 * How nodes are coloured: `of(entity)` is a colour, `legend(entities)` the rows of the legend as [colour, text, number].
 * `values` are those of the measure, if `by` names one; `style` are the colours of the theme.
 */
export function painter(data, by, values, style) {
  const ramp = (part) => mixed(style.low, style.high, Math.round(part * STEPS) / STEPS);
  if (values) {
    const most = Math.max(...values.values(), 1e-12);
    const of = (entity) => ramp(Math.sqrt((values.get(entity.id) ?? 0) / most));
    const words = (value) => (most >= 10 || !value ? Math.round(value) : value.toPrecision(2));
    return { of, legend: () => [0, 0.25, 0.5, 1].map((part) => [ramp(part), `${words(part * part * most)}${part ? "" : ` ${by}`}`, ""]) };
  }
  if (by === "kind") return { of: (entity) => entity.colour, legend: (entities) => counted(entities, (e) => [e.colour, e.word]) };
  const group = (entity) => [entity.group?.colour ?? data.noColour, entity.group?.text ?? "other"];
  return { of: (entity) => group(entity)[0], legend: (entities) => counted(entities, group).sort((a, b) => (a[1] === "other") - (b[1] === "other")) };
}

/** How many entities have each colour and word, the most frequent first. */
function counted(entities, of) {
  const counts = new Map();
  for (const entity of entities) {
    const [colour, word] = of(entity);
    const row = counts.get(word) ?? [colour, word, 0];
    row[2] += 1;
    counts.set(word, row);
  }
  return [...counts.values()].sort((a, b) => b[2] - a[2]);
}

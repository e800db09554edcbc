// The state of the page as text after the # of its address. What is chosen comes first, bare: li-bo, or li-bo~csre;
// then name=value pairs: what is in focus, the filters, the look.

const LIST = ",";

/** The text of a state: `chosen` ("" for nothing) and [name, value] pairs. */
export function written(chosen, pairs) {
  const quoted = (text) => encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7E", "~");
  return [quoted(chosen), ...pairs.map(([name, value]) => (value === "" ? name : `${name}=${quoted(value)}`))].join("&").replace(/^&/, "");
}

/** The state that a text says: what is chosen, and a map of the rest. Never throws. */
export function understood(text) {
  const decoded = (part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return "";
    }
  };
  const parts = text.replace(/^#/, "").split("&");
  const bare = parts[0].includes("=") || NAMES.has(parts[0]) ? "" : decoded(parts.shift());
  return { chosen: bare, given: new Map(parts.filter(Boolean).map((part) => {
    const [name, ...value] = part.split("=");
    return [name, decoded(value.join("="))];
  })) };
}
const NAMES = new Set(["focus"]); // that may stand without a value

/** Places of nodes as text, rounded to a tenth: id:x:y, … */
export function places(pins) {
  return [...pins].map(([id, { x, y }]) => `${id}:${x.toFixed(1)}:${y.toFixed(1)}`).sort().join(LIST);
}

export function placed(text, known) {
  const found = new Map();
  for (const part of (text ?? "").split(LIST)) {
    const [id, x, y] = part.split(":");
    if (known(id) && Number.isFinite(Number(x)) && Number.isFinite(Number(y)) && y !== undefined) found.set(id, { x: Number(x), y: Number(y) });
  }
  return found;
}

/** A camera as text, and back; "" where the picture is seen whole. */
export function view({ x, y, ratio }) {
  const round = (number) => Number(number.toFixed(3));
  const text = [round(x), round(y), round(ratio)].join(LIST);
  return text === "0.5,0.5,1" ? "" : text;
}

export function viewed(text) {
  const [x, y, ratio] = (text ?? "").split(LIST).map(Number);
  return [x, y, ratio].every(Number.isFinite) && ratio > 0 ? { x, y, ratio, angle: 0 } : null;
}

// Finding by name with the rules of names.py and spelling.py: the page brings every name with its forms, and the tables.

const PUNCTUATION = /[^\p{L}\p{N}\s]+/gu;
const NO_WIDTH = /[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;
const GROUP = /[([]\s*(?:group|holdings?|集团|控股)\s*[)\]]/giu;
const ASIDE = /\s*[(（[][^()（）[\]]*[)）\]]\s*$/u;
const HAN = /[\u3005\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const LONGEST = 500; // characters of a name

// The ways in which a name may match, best first; those after "initials" only list what may be meant.
export const WAYS = [
  "exact", "spelling", "form", "plain", "word order", "short form", "transliteration", "initials",
  "start", "start of a word", "words", "part",
];

/** A name as a key: without case, accents, punctuation. */
export function key(name) {
  const plain = name.normalize("NFKC").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return words(plain.replace(PUNCTUATION, " ")).join(" ");
}

export class Spelling {
  constructor({ characters, letters, legal, before, han }) {
    Object.assign(this, { characters, letters, before, han });
    this.legal = new Set(legal);
  }

  /** The words of a name in lower case, without accents and punctuation; one form per character. */
  fold(name) {
    let text = translated(name.replace(NO_WIDTH, "").normalize("NFKC").toLowerCase(), this.characters);
    text = text.replace(GROUP, " ").replaceAll("&", " and ");
    text = text.replace(/['’ʼ]s(?![\p{L}\p{N}_])/gu, "").replace(/['’‘ʼʹ`´]/gu, "");
    text = text.replace(/(?<![\p{L}\p{N}_])([\p{L}\p{N}_])\.(?=[\p{L}\p{N}_](?![\p{L}\p{N}_]))/gu, "$1");
    text = translated(text.normalize("NFKD").replace(/\p{M}/gu, ""), this.letters);
    return words(text.replace(PUNCTUATION, " ")).join(" ");
  }

  /** A folded name without its article and its legal forms. */
  core(folded) {
    let list = this.withoutArticle(words(folded));
    for (let shorter; (shorter = this.withoutLast(list)).length < list.length; ) list = shorter;
    let name = list.join(" ");
    for (let at = 0; at < this.han.length; at += 1) {
      const form = this.han[at];
      if (name.length <= form.length) continue;
      if (name.endsWith(form)) name = name.slice(0, -form.length).trimEnd();
      else if (form.endsWith("会社") && name.startsWith(form)) name = name.slice(form.length).trimStart();
      else continue;
      at = -1;
    }
    return name;
  }

  /** A folded name without its article. */
  withoutArticle(list) {
    for (let at = 0; at < this.before.length; at += 1) {
      const start = this.before[at].split(" ");
      if (list.length > start.length && start.every((word, n) => list[n] === word)) {
        list = list.slice(start.length);
        at = -1;
      }
    }
    return list;
  }

  /** Words without the last legal form, or all. */
  withoutLast(list) {
    if (list.length > 1 && this.legal.has(list.at(-1))) return list.slice(0, -1);
    if (list.length > 2 && this.legal.has(list.slice(-2).join(" "))) return list.slice(0, -2);
    return list;
  }

  /** A folded name without its article, then also without its last legal form, and so on, while one is left. */
  peeled(folded) {
    const all = words(folded);
    let rest = this.withoutArticle(all);
    const found = rest.length < all.length ? [rest] : [];
    for (let shorter; (shorter = this.withoutLast(rest)).length < rest.length; rest = shorter) {
      if (found.at(-1) !== rest) found.push(rest);
    }
    return found.map((part) => part.join(" "));
  }

  /** What is looked up for a text. */
  sought(text) {
    const folded = this.fold(text);
    const core = this.core(folded);
    const plain = text.replace(ASIDE, "");
    const list = words(core);
    const turned = list.length >= 2 && list.length <= 4
      ? [[list.at(-1), ...list.slice(0, -1)].join(""), [...list.slice(1), list[0]].join("")] : [];
    return {
      text: spaced(text), key: key(text), peeled: this.peeled(folded), core, form: joined(core), words: list, turned,
      plain: plain === text ? "" : joined(this.core(this.fold(plain))),
      latin: /^[\x00-\x7f]*$/.test(text), capitals: /^[\x00-\x7f]*$/.test(text) && /[A-Z]/.test(text) && !/[a-z]/.test(text),
    };
  }
}

/** The way in which a name matches what is sought, as its number; -1 for none. */
function way(name, sought) {
  const { text, form, plain, turned, words: list } = sought;
  if (name.text === text) return 0;
  if (sought.key && name.key === sought.key) return 1;
  const peel = sought.peeled.indexOf(name.key);
  if (peel >= 0) return 1 + (peel + 1) / (sought.peeled.length + 1); // the fewer forms are left out, the better
  if (!form) return -1;
  if (name.form === form) return 2;
  if (plain && name.form === plain) return 3;
  if (turned.includes(name.form)) return 4;
  if (name.short.includes(form)) return 5;
  if (sought.latin && name.latin.some((read) => read === form || turned.includes(read))) return 6;
  if (name.initials.includes(form)) return sought.capitals ? 7 : 9;
  if (name.form.startsWith(form)) return 8;
  if (` ${name.key}`.includes(` ${sought.key}`)) return 9;
  if (list.every((word) => name.key.includes(word))) return 10;
  return form.length > (HAN.test(form) ? 1 : 2) && name.form.includes(form) ? 11 : -1;
}

/** An index of the names of the page's data, in which `find(text)` looks. */
export function index(data) {
  const names = data.forms.map(([id, name, kind, forms, short, latin, initials]) => ({
    id, name, kind, short, latin, initials, text: spaced(name), key: key(name), form: forms[0] ?? "",
  }));
  return { names, spelling: new Spelling(data.spelling) };
}

/** The ids of what a text may name, best first, each with the name that matched and the way (a number of WAYS). */
export function find({ names, spelling }, text) {
  if (!text.trim() || text.length > LONGEST) return [];
  const sought = spelling.sought(text.trim());
  const best = new Map();
  for (const name of names) {
    const found = way(name, sought);
    if (found < 0) continue;
    const known = best.get(name.id);
    if (!known || found < known.way || (found === known.way && name.kind < known.kind)) {
      best.set(name.id, { id: name.id, name: name.name, way: found, kind: name.kind });
    }
  }
  return [...best.values()].sort((a, b) => a.way - b.way || a.kind - b.kind || (a.id < b.id ? -1 : 1));
}

function translated(text, table) {
  let made = "";
  for (const sign of text) made += Object.hasOwn(table, sign) ? table[sign] : sign;
  return made;
}

function words(text) {
  return text.trim().split(/\s+/).filter(Boolean);
}

function spaced(text) {
  return words(text.normalize("NFC")).join(" ");
}

function joined(core) {
  return core.replaceAll(" ", "");
}

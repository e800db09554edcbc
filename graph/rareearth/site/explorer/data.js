// The data of the page, as rareearth/site/explorer/content.py wrote it, with the look-ups that the views share. What the
// first picture does not need is in parts, which are read when somebody asks for them.

const parts = new Map();

/** A part of the data, by its name. */
function part(name) {
  if (!parts.has(name)) parts.set(name, JSON.parse(document.getElementById(`part-${name}`)?.textContent ?? "{}"));
  return parts.get(name);
}

/** A claim: what it ties, and what filters ask of it; the rest comes from its part when it is read. */
class Claim {
  constructor(data, at) {
    const { claims, entities, relations, kinds, statuses, levels, sources } = data;
    this.data = data;
    this.at = at;
    this.subject = entities[claims.s[at]];
    this.object = claims.o[at] < 0 ? undefined : entities[claims.o[at]];
    this.relation = relations[claims.p[at]];
    this.kind = kinds[claims.kind[at]].id;
    this.standing = statuses[claims.standing[at]].id; // the status, with contradicted facts apart
    this.evidence = levels[claims.evidence[at]].id;
    this.source = sources[claims.source[at]];
    this.start = claims.start[at]; // yyyymmdd, 0 if open or unknown
    this.end = claims.end[at];
    this.undated = false;
  }

  get s() { return this.subject.id; }
  get o() { return this.object?.id; }
  get p() { return this.relation.id; }
  get colour() { return this.relation.colour ?? this.data.noColour; }
  get expected() { return this.data.expected.includes(this.standing); } // planned, announced …: not so yet
  get page() { return part("sources")[this.source] ?? {}; }

  get full() {
    const { chunk } = this.data;
    return part(`claims-${Math.floor(this.at / chunk)}`)[this.at % chunk] ?? {};
  }
}
for (const name of [
  "id", "value", "words", "status", "level", "heading", "by", "stance", "when", "since", "until", "because", "time",
  "note", "conflict", "differs", "about", "details", "spans", "readings", "sentences",
]) {
  Object.defineProperty(Claim.prototype, name, { get() { return this.full[name]; } });
}

/** Read the data out of the page. */
export function read() {
  const data = part("data");
  data.byId = new Map(data.entities.map((entity) => [entity.id, entity]));
  data.relationOf = new Map(data.relations.map((relation) => [relation.id, relation]));
  const groups = new Map(data.groups.map((group) => [group.id, group]));
  for (const entity of data.entities) {
    const known = data.classes[entity.kind] ?? {};
    entity.colour = known.colour ?? data.noColour;
    entity.group = groups.get(known.group) ?? null;
    entity.word = known.en ?? entity.kind ?? "";
    entity.layer = known.layer ?? "";
    entity.claims = [];
  }
  const { undated } = data.claims;
  data.claims = data.claims.s.map((_, at) => new Claim(data, at));
  for (const at of undated) data.claims[at].undated = true;
  data.ties = new Map(); // "a~b" -> the claims of a about b
  for (const claim of data.claims) {
    claim.subject.claims.push(claim);
    if (claim.object && claim.object !== claim.subject) claim.object.claims.push(claim);
    if (claim.object) group(data.ties, `${claim.s}~${claim.o}`, claim);
  }
  data.part = part;
  return data;
}

function group(groups, name, item) {
  if (groups.has(name)) groups.get(name).push(item);
  else groups.set(name, [item]);
}

/** The claims between two entities, in both directions. */
export function between(data, a, b) {
  return [...(data.ties.get(`${a}~${b}`) ?? []), ...(a === b ? [] : (data.ties.get(`${b}~${a}`) ?? []))];
}

/** The conflict of a claim, with the claims of its other sides. */
export function conflict(data, claim) {
  const known = part("conflicts")[claim.conflict] ?? { question: claim.conflict, claims: [] };
  return { ...known, rivals: known.claims.map((at) => data.claims[at]).filter((other) => other !== claim) };
}

/** The name of an entity's id, or the id itself where nobody has it. */
export function named(data, id) {
  return data.byId.get(id)?.name ?? id;
}

/** The position of an id in one of the lists of the page. */
export function rank(list, id) {
  return list.findIndex((item) => item.id === id);
}

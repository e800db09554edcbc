// The data of the page, as rareearth/site/explorer/content.py wrote it, with the look-ups that the views share.

/** Read the data out of the page. */
export function read() {
  const data = JSON.parse(document.getElementById("data").textContent);
  data.byId = new Map(data.entities.map((entity) => [entity.id, entity]));
  for (const entity of data.entities) {
    const known = data.classes[entity.kind] ?? {};
    entity.colour = known.colour ?? data.noColour;
    entity.word = known.en ?? entity.kind ?? "";
    entity.claims = [];
  }
  data.ties = new Map(); // "a~b" -> the claims of a about b
  data.conflicting = new Map();
  for (const claim of data.claims) {
    claim.subject = data.byId.get(claim.s);
    claim.object = data.byId.get(claim.o);
    claim.relation = data.relations[claim.p] ?? { label: claim.p };
    claim.page = data.sources[claim.source];
    claim.colour = claim.relation.colour ?? data.noColour;
    claim.subject.claims.push(claim);
    if (claim.object && claim.object !== claim.subject) claim.object.claims.push(claim);
    if (claim.object) group(data.ties, `${claim.s}~${claim.o}`, claim);
    if (claim.conflict) group(data.conflicting, claim.conflict, claim);
  }
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

/** The name of an entity's id, or the id itself where nobody has it. */
export function named(data, id) {
  return data.byId.get(id)?.name ?? id;
}

/** The status of a claim, with facts that another source contradicts apart: they are not among the plain facts. */
export function standing(claim) {
  return claim.standing ?? claim.status;
}

/** The position of an id in one of the lists of the page. */
export function rank(list, id) {
  return list.findIndex((item) => item.id === id);
}

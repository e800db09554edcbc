// Finding entities on the pages of a folder: the names are read when somebody begins to look for one.

import { element } from "./dom.js";
import { search } from "./search.js";

/** Put the search into its place when the names are there, with what has been typed until then. */
function start(place, waiting) {
  const { forms, spelling, entities } = globalThis.rareearthNames;
  const byId = new Map(
    entities.map(([id, name, word, colour, count]) => [id, { id, name, word, colour, claims: { length: count } }]),
  );
  const typed = waiting.value;
  waiting.remove();
  search(place, { byId }, () => ({ forms, spelling }), (id) => {
    location.href = new URL(`entity/${encodeURIComponent(id)}.html`, new URL(place.dataset.home, location.href)).href;
  });
  const input = place.querySelector("input");
  input.value = typed;
  input.focus();
  input.dispatchEvent(new Event("input"));
}

const place = document.getElementById("search");
if (place) {
  const waiting = element("input", { type: "search", placeholder: "Any name, 任何名称", "aria-label": "Find an entity by any of its names" });
  waiting.addEventListener(
    "focus",
    () => document.head.append(element("script", { src: place.dataset.names, onload: () => start(place, waiting) })),
    { once: true },
  );
  place.append(waiting);
}

// Finding an entity by any of its names: a combobox, operated with arrows, Enter and Escape.

import { element, swatch } from "./dom.js";
import { find, index } from "./spelling.js";

const MAX_FOUND = 12; // suggestions

/** The entities of a name, the best match first, each with the name that matched; of equals the one with most claims. */
function entities(indexed, data, text) {
  return find(indexed, text)
    .map(({ id, name, way, kind }) => ({ entity: data.byId.get(id), name, way, kind }))
    .filter(({ entity }) => entity)
    .sort((a, b) => a.way - b.way || a.kind - b.kind || b.entity.claims.length - a.entity.claims.length)
    .slice(0, MAX_FOUND);
}

/**
 * Put the search into its place; `choose(id)` is called with the selected entity. `names()` gives every name in its
 * forms and the rules of spelling, when somebody begins to type.
 */
export function search(place, data, names, choose) {
  let indexed = null;
  let found = [];
  let active = -1;
  const input = element("input", {
    type: "search", id: "find", role: "combobox", autocomplete: "off", spellcheck: "false",
    placeholder: "Find by any name, 中文, acronym …", "aria-label": "Find an entity by any of its names",
    "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list", "aria-keyshortcuts": "/",
  });
  const list = element("ul", { id: "found", role: "listbox", "aria-label": "Found", hidden: true });
  place.append(input, element("kbd", { text: "/", "aria-hidden": "true" }), list);

  function show() {
    list.replaceChildren(
      ...found.map(({ entity, name }, at) =>
        element(
          "li",
          {
            id: `found-${at}`, role: "option", "aria-selected": String(at === active),
            onpointerdown: (event) => { event.preventDefault(); take(at); },
          },
          swatch(entity.colour),
          element("span", { class: "name", text: entity.name }),
          name === entity.name || name === entity.id ? "" : element("span", { class: "alias", text: name }),
          element("span", { class: "word", text: entity.word }),
        ),
      ),
    );
    if (!found.length) list.append(element("li", { class: "none", role: "option", "aria-disabled": "true", text: "no entity of this name" }));
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", `found-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function take(at) {
    const chosen = found[at];
    if (!chosen) return;
    input.value = "";
    found = [];
    close();
    choose(chosen.entity.id);
  }

  input.addEventListener("input", () => {
    indexed ??= index(names());
    found = entities(indexed, data, input.value);
    active = found.length ? 0 : -1;
    show();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!found.length) return;
      active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      show();
    } else if (event.key === "Enter") take(active);
    else if (event.key === "Escape") {
      input.value = "";
      found = [];
      close();
      input.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", close);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  return { clear() { input.value = ""; found = []; close(); } };
}

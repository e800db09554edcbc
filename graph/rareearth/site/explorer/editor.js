// The SPARQL editor of the server: YASGUI with the named questions, completions from what the page brings, and no
// request to anywhere but this server.

import Yasgui from "@zazuko/yasgui";
import { element } from "./dom.js";

const { questions, terms, prefixes, base, endpoint, home } = JSON.parse(document.getElementById("data").textContent);
const { Yasqe, Yasr } = Yasgui;

// ---- the language: SPARQL in which the project's prefixes need not be declared, as the server has it

Yasqe.defineMode("sparql", (config) => {
  const usual = Yasqe.getMode(config, "sparql11");
  return { ...usual, startState: () => ({ ...usual.startState(), prefixes: { ...prefixes } }) };
});

// ---- completions; YASGUI's own would be fetched from elsewhere

const compact = (iri) => {
  const prefix = Object.keys(prefixes).find((name) => iri.startsWith(prefixes[name]));
  return prefix ? `${prefix}:${iri.slice(prefixes[prefix].length)}` : `<${iri}>`;
};

Yasqe.registerAutocompleter({
  ...Yasqe.Autocompleters.prefixes,
  onInitialize: () => {}, // it would declare each prefix as it is typed
  persistenceId: null,
  get: () => Object.entries(prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`),
});

/** Terms whose name starts with what is typed, then those that have it in their name or label. */
function complete(name, known) {
  const texts = known.map((term) => ({ text: compact(term.iri), label: term.label }));
  const labels = new Map(texts.map(({ text, label }) => [text, label]));
  Yasqe.registerAutocompleter({
    name,
    bulk: false,
    isValidCompletionPosition: Yasqe.Autocompleters[name].isValidCompletionPosition,
    get: (_, token) => {
      const typed = token.string.trim().toLowerCase();
      const word = typed.replace(/^.*:/, "");
      const starts = ({ text }) => text.toLowerCase().startsWith(typed);
      const has = ({ text, label }) => word && `${text} ${label}`.toLowerCase().includes(word);
      return [...texts.filter(starts), ...texts.filter((term) => !starts(term) && has(term))].map(({ text }) => text);
    },
    postprocessHints: (_, hints) =>
      hints.map((hint) => ({
        ...hint,
        render: (row) => row.append(hint.text, element("span", { class: "label", text: labels.get(hint.text) })),
      })),
  });
}
complete("class", terms.filter((term) => term.class));
complete("property", terms.filter((term) => term.property));

// ---- what the server refuses is its one line

Yasr.defaults.errorRenderers = [
  async ({ text }) => element("p", { role: "alert", text: /abort/i.test(text) ? "The query was stopped." : text.trim() }),
];

// ---- the editor

const yasgui = new Yasgui(document.getElementById("editor"), {
  requestConfig: { endpoint: new URL(endpoint, location).href, method: "POST" },
  persistenceId: home === "/" ? "rareearth" : `rareearth ${home}`, // its tabs remember the endpoint
  copyEndpointOnNewTab: false,
  endpointCatalogueOptions: { getData: () => [] },
  populateFromUrl: false,
  autoAddOnInit: false,
  yasqe: { mode: "sparql", value: "SELECT * WHERE {\n  ?subject ?relation ?object\n} LIMIT 10\n" },
  yasr: { prefixes },
});
const choice = document.getElementById("questions");
choice.append(new Option("Choose a question …", ""), ...questions.map(({ english, name }) => new Option(english, name)));

/** Open a question in the tab that has it, else in one that still has another as it was, else in a new one. */
function open(name) {
  const question = questions.find((known) => known.name === name);
  if (!question) return false;
  const query = (tab) => tab.getYasqe()?.getValue() ?? tab.getPersistedJson().yasqe.value;
  const has = Object.values(yasgui._tabs).find((tab) => tab.getName() === name && query(tab) === question.text);
  const now = yasgui.getTab();
  if (has) yasgui.selectTabId(has.getId());
  else if (now && !now.hasResults() && questions.some(({ text }) => text === query(now))) now.setQuery(question.text).setName(name);
  else {
    const settings = { selectedPlugin: "table", pluginsConfig: { table: { compact: true, isEllipsed: false } } };
    yasgui.addTab(true, { name, yasqe: { value: question.text }, yasr: { settings } });
  }
  return true;
}

/** Let the choice say which question the tab in front has. */
function refresh() {
  const name = yasgui.getTab()?.getName();
  choice.value = questions.some((known) => known.name === name) ? name : "";
}

function follow() {
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // it is no question's name
  }
  return open(name);
}
choice.addEventListener("change", () => open(choice.value));
addEventListener("hashchange", follow);
for (const event of ["tabSelect", "tabAdd", "tabChange"]) yasgui.on(event, () => setTimeout(refresh));
if (!follow() && !yasgui.getTab()) open(questions[0]?.name);
refresh();

// ---- what a query names and the graph does not have; it finds nothing, which looks like an answer

const hints = document.getElementById("hints");
yasgui.on("query", () => hints.replaceChildren());
yasgui.on("queryResponse", async (_, tab) => {
  const response = await fetch(`${home}hints`, { method: "POST", body: tab.getYasqe().getValue() }).catch(() => null);
  const lines = response?.ok ? await response.json() : [];
  hints.replaceChildren(...lines.map((text) => element("p", { text })));
});

// ---- results name things by their IRI; links lead to where this server has them

function here(iri) {
  const rest = iri.slice(base.length);
  if (rest === "dataset") return home;
  const [path, anchor] = rest.split("#");
  return `${home}${path.split("/").map(encodeURIComponent).join("/")}${anchor ? `#${anchor}` : ""}`;
}
new MutationObserver(() => {
  for (const link of yasgui.rootEl.querySelectorAll(`a.iri[href^="${base}"]`)) {
    link.href = here(link.getAttribute("href"));
    link.target = "_self"; // what was asked and answered is there again on the way back
  }
}).observe(yasgui.rootEl, { childList: true, subtree: true });

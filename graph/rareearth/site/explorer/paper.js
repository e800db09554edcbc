// On paper: everything that is shown, in light colours.

const $ = (id) => document.getElementById(id);
let before = null; // what the screen had

export function toPaper({ theme, legend, table, network }) {
  if (before) return; // some browsers say so twice
  before = { theme: document.documentElement.dataset.theme, legend: legend.open };
  theme("light");
  legend.open = true;
  if (!$("table").hidden) table.all(true);
  else if (network()) $("network").prepend(network().picture());
}

export function toScreen({ theme, legend, table }) {
  if (!before) return;
  document.querySelector(".printed")?.remove();
  if (!$("table").hidden) table.all(false);
  legend.open = before.legend;
  theme(before.theme);
  before = null;
}

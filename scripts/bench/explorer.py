"""The explorer page in a browser, at several sizes: what it weighs, and how long a reader waits.

Prints for each size the entities and claims of the page, the entities of the first picture, the processor time to write
the page, its size, and what Chromium measures: until the first text is painted and until the network is drawn (after
the page was opened), the time of scripts until then, and what it takes to change a filter, to show everything, to point
at a node, and to find the first name. The browser draws without a graphics card, which costs more than with one.

    .venv/bin/python scripts/bench/explorer.py [ENTITIES...]
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import synthetic

from rareearth import checks
from rareearth.site import explorer
from rareearth.store import nquads, oxigraph

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from browsing import Browser

SIZES = (400, 5000, 50_000)
FLAGS = ("use-gl=angle", "use-angle=swiftshader", "enable-unsafe-swiftshader")
SHARE = 1.49  # claims of an entity in the shipped data
_DRAWN = "return performance.getEntriesByName('picture').length > 0"
_COUNTS = """
const { data, shown } = rareearth;
return [data.entities.length, data.claims.length, shown.entities.size];"""
_TIMED = """
const done = arguments[0];
const start = performance.now();
%s;
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));"""
_ACTS = {
    "filter": "document.querySelector('.layers input').click()",
    "all": "rareearth.filters.preset('full'); rareearth.filters.changed(true)",
    "point": "rareearth.network.point([...rareearth.shown.entities][0])",
    "find": "{ const f = document.getElementById('find'); f.value = 'lynas'; f.dispatchEvent(new Event('input')) }",
}


def store(entities: int) -> oxigraph.Oxigraph:
    """A store of about so many entities: random ones, or copies of the shipped data where they are more than it has."""
    if entities < len(checks.load().entities):
        with tempfile.TemporaryDirectory() as folder:
            data = synthetic.folder(Path(folder), claims=3 * entities)
            return oxigraph.memory(nquads.lines(checks.load(data)))
    return oxigraph.memory(synthetic.lines(round(SHARE * entities)))


def measured(browser: Browser, page: Path) -> dict[str, float]:
    """What the browser measures of a page, in milliseconds."""
    driver: Any = browser.driver
    driver.execute_cdp_cmd("Performance.enable", {})
    driver.get("about:blank")
    driver.get(page.as_uri())
    browser.wait(_DRAWN)
    browser.settle()
    metrics = {m["name"]: m["value"] for m in driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    found = {
        "text": browser.js("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"),
        "picture": browser.js("return performance.getEntriesByName('picture')[0].startTime"),
        "script": 1000 * metrics["ScriptDuration"],
    }
    for name, act in _ACTS.items():
        found[name] = driver.execute_async_script(_TIMED % act)
    return found


def main() -> None:
    """Print a line for each size."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    columns = ("text", "picture", "script", *_ACTS)
    head = f"{'entities':>9} {'claims':>8} {'shown':>7} {'write s':>8} {'MB':>6}"
    print(head, *(f"{name + ' ms':>10}" for name in columns))
    for size in sizes:
        made = store(size)
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            page = explorer.write(Path(folder) / "graph.html", made)
            seconds = time.process_time() - start
            browser = Browser(Path(folder) / "profile", *FLAGS)
            try:
                browser.driver.set_script_timeout(300)
                found = measured(browser, page)
                browser.driver.get(page.as_uri())
                browser.wait(_DRAWN)
                counts = browser.js(_COUNTS)
            finally:
                browser.quit()
            head = f"{counts[0]:9,} {counts[1]:8,} {counts[2]:7,} {seconds:8.1f} {page.stat().st_size / 1e6:6.1f}"
            print(head, *(f"{found[name]:10.0f}" for name in columns), flush=True)


if __name__ == "__main__":
    main()

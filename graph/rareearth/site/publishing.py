"""The whole site as a folder of static files, which any web server or file host serves, or none: links are relative.

::

    index.html 404.html graph.html report.html       the start, the explorer, the report of the analysis
    entities.html conflicts.html sources.html …      lists (:mod:`listing`)
    entity/ID.html .ttl .jsonld                      a document for each thing, as the server gives it (:mod:`things`)
    question/NAME.html  guide/NAME.html              answers to the named questions; the guides
    rareearth.trig .graphml .gexf SHA256SUMS         downloads
    static/                                          style, and the search with its names
    sitemap.xml feed.xml                             where the address of the site is known

The same build gives the same bytes.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rareearth import namespaces, paths
from rareearth.errors import FormatError, MissingExtraError
from rareearth.saving import save
from rareearth.site import addresses, explorer, guides, listing, rendering, report, things
from rareearth.site.explorer import content
from rareearth.store import claims, questions, vocabulary
from rareearth.store import folder as folders
from rareearth.views import phrase

if TYPE_CHECKING:
    from rareearth.site.addresses import Site
    from rareearth.store.backend import Backend

FORMS = ("html", "ttl", "jsonld")  # to which the pages link
DOWNLOADS = ("rareearth.trig", "rareearth.graphml", "rareearth.gexf")
_PARTS = 64  # of the things that are written side by side
_MARK = "SHA256SUMS"  # a folder that has it was made here, and may be replaced
_THINGS = """
SELECT DISTINCT ?it {
  { ?it ?property ?value } UNION { ?source ree:story ?it }
  FILTER(STRSTARTS(STR(?it), %s) && !CONTAINS(STR(?it), '#'))
}"""
_MERGED = "SELECT ?it ?merged { ?it owl:sameAs ?merged }"
_SEEN = """
SELECT ?it ?name ?word ?colour {
  ?class rdfs:subClassOf* ree:Entity ; rdfs:label ?word ; ree:colour ?colour FILTER(LANG(?word) = "en")
  ?it a ?class ; rdfs:label ?name FILTER(LANG(?name) = "en")
}"""


def check(folder: Path) -> None:
    """Raise RareEarthError, before any work, if the site cannot be written: for want of a library, or of place."""
    try:
        import jinja2  # noqa: F401 - the templates
        import markdown_it  # noqa: F401 - the guides
    except ImportError as error:
        raise MissingExtraError("site", "a site needs jinja2 and markdown-it-py") from error
    explorer.part("find.js")
    if not folder.parent.is_dir():
        raise FormatError(f"{paths.display(folder)}: cannot be written, there is no folder {folder.parent}")
    if folder.exists() and not folder.is_dir():
        raise FormatError(f"{paths.display(folder)}: is not a folder; choose another place for the site")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise FormatError(f"{paths.display(folder)}: is not empty and no site of ours; choose an empty or a new folder")


def write(
    folder: Path,
    store: Backend,
    build: Path,
    *,
    address: str = "",
    with_report: bool = True,
    tick: Callable[[str], object] = lambda _: None,
) -> int:
    """Write the site of a store, made from the build of a folder, and return the number of its files.

    A site that is there is replaced when the new one is complete. ``address`` is where it will be published, such as
    ``https://example.org/ree``: with it there are a sitemap and a feed. ``tick`` is called with the name of each part
    before it is made. Raises RareEarthError for what :func:`check` finds, and when the disk is full.
    """
    check(folder)
    new = folder.with_name(f".{folder.name}-{secrets.token_hex(8)}")
    try:
        new.mkdir()
        _Writer(new, store, address.rstrip("/"), with_report).write(build, tick)
        count = sum(path.is_file() for path in new.rglob("*"))
        _replace(new, folder)
    except OSError as error:
        raise FormatError(f"{paths.display(folder)}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return count


def _replace(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = folder.with_name(f"{new.name}-old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        with contextlib.suppress(OSError):
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


class _Writer:
    """One writing of a site into an empty folder."""

    def __init__(self, folder: Path, store: Backend, address: str, with_report: bool) -> None:
        self.folder, self.store, self.address, self.with_report = folder, store, address, with_report
        self.known_by = vocabulary.known_by(store)

    def write(self, build: Path, tick: Callable[[str], object]) -> None:
        tick("lists and answers")
        for name in listing.LISTS:
            self._put(f"{name}.html", partial(listing.page, self.store, name))
        for asked in questions.read_all():
            self._put(f"question/{asked.name}.html", partial(listing.question, self.store, asked))
        for name, title, body in guides.pages():
            self._put(f"guide/{name}.html", partial(rendering.render, "guide.html", title=title, body=body))
        self._put("404.html", partial(rendering.error, title="404 Not Found", message="There is no page here."))
        tick("pages of things")
        self._write_things()
        for merged, iri in self._merged():
            self._put(addresses.file(merged), partial(rendering.render, "moved.html", to=iri))
        tick("explorer and search")
        self._save("graph.html", explorer.encode(self.store, dossiers="entity/{}.html", home="index.html"))
        self._save("static/site.css", (rendering.STATIC / "site.css").read_bytes())
        self._save("static/find.js", explorer.part("find.js").encode())
        self._save("static/names.js", self._names())
        if self.with_report:
            tick("report of the analysis")
            report.write(self.folder / "report.html", self.store)
        tick("downloads")
        for name in DOWNLOADS:
            shutil.copyfile(build / name, self.folder / name)
        if self.address:
            self._save("sitemap.xml", self._sitemap())
            self._save("feed.xml", self._feed())
        sums = (f"{folders.digest(self.folder / name)}  {name}\n" for name in sorted(DOWNLOADS))
        self._save(_MARK, "".join(sums).encode())

    def _write_things(self) -> None:
        """The documents of all things, shared among the processors."""
        things.prepare(self.store)
        parts = [self._things()[first::_PARTS] for first in range(_PARTS)]
        if not hasattr(os, "fork"):
            for part in parts:
                self.write_part(part)
            return
        # A fork shares the store in memory; threads would take turns, as the work is Python's.
        with ProcessPoolExecutor(os.cpu_count() or 1, multiprocessing.get_context("fork")) as pool:
            _WRITING.append(self)
            try:
                for _ in pool.map(_write_part, parts):
                    pass
            finally:
                _WRITING.clear()

    def write_part(self, part: Iterable[str]) -> None:
        """Write the documents of some things (IRIs)."""
        for iri in part:
            for form in FORMS:
                self._put(addresses.file(iri, form), partial(things.document, self.store, iri, form))

    def _put(self, file: str, made: Callable[[Site], bytes]) -> None:
        base = self.address or namespaces.BASE.rstrip("/")
        site = addresses.folder(base, file, report=self.with_report)
        self._save(file, made(replace(site, known_by=self.known_by)))

    def _save(self, file: str, body: bytes) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, body)

    def _things(self) -> list[str]:
        from rareearth.store.backend import Literal

        found = {row["it"].value for row in self.store.select(_THINGS % Literal(namespaces.BASE))}
        return sorted(iri for iri in found | {addresses.ONTOLOGY} if addresses.file(iri))

    def _merged(self) -> Iterator[tuple[str, str]]:
        for row in self.store.select(_MERGED):
            if addresses.file(row["merged"].value):
                yield row["merged"].value, row["it"].value

    def _names(self) -> bytes:
        """All names with their forms, the rules of spelling, and what the search shows of each entity."""
        ends = ((claim.subject, claim.object) for claim in claims.read(self.store))
        counts = Counter(end.text for pair in ends for end in pair if end.is_entity)
        entities = sorted(
            [namespaces.local(it.value), name.value, word.value, colour.value, counts[it.value]]
            for it, name, word, colour in self.store.select(_SEEN)
        )
        data = {**content.finding(self.store), "entities": entities}
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"globalThis.rareearthNames = {text};\n".encode()

    def _pages(self) -> list[str]:
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))
        return sorted(name for name in found if name != "404.html")

    def _sitemap(self) -> bytes:
        rows = "".join(f"<url><loc>{escape(f'{self.address}/{_quoted(name)}')}</loc></url>\n" for name in self._pages())
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">\n{rows}</urlset>\n'.encode()

    def _feed(self) -> bytes:
        """The newest claims as Atom; each is dated by its page, as there is no clock here."""
        newest = listing.newest(self.store)
        entries = []
        for claim in newest:
            where = f"{self.address}/{_quoted(addresses.file(claim.iri))}"
            entries.append(
                f"<entry><id>{escape(claim.iri)}</id><title>{escape(phrase.statement(claim))}</title>"
                f'<updated>{_instant(claim.page.published)}</updated><link href="{escape(where)}"/>'
                f"<summary>{escape(phrase.source(claim.page))}</summary></entry>\n"
            )
        updated = _instant(newest[0].page.published if newest else "")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<id>{escape(self.address)}/feed.xml</id><title>rareearth: newest claims</title>"
            f"<updated>{updated}</updated>"
            f"<author><name>{escape(namespaces.CREATOR)}</name></author>"
            f'<link rel="self" href="{escape(self.address)}/feed.xml"/>\n{"".join(entries)}</feed>\n'
        ).encode()


_WRITING: list[_Writer] = []  # the writer whose parts the processes write; nothing of it needs to be copied


def _write_part(part: Iterable[str]) -> None:
    _WRITING[0].write_part(part)


def _quoted(file: str) -> str:
    from urllib.parse import quote

    return quote(file, safe="/")


def _instant(day: str) -> str:
    """The first instant of a date (EDTF), as Atom has it."""
    from rareearth import edtf

    first = edtf.parse(day).first if day else None
    return f"{first.isoformat() if first else '1970-01-01'}T00:00:00Z"

"""What the data says of the article that is read: its source, if it has one, and the publishers it may be from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rareearth import names
from rareearth.dataset import Dataset
from rareearth.models import Source


@dataclass(frozen=True)
class Known:
    """The sources of a dataset by id and by the SHA-256 of their texts, and its publishers by name and by host."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Dataset) -> Known:
        """What a dataset knows. A name or a host that several publishers have is left out."""
        used = sorted({source.publisher for source in dataset.sources.values()} & set(dataset.entities))
        named, hosts = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        for id_ in used:
            entity = dataset.entities[id_]
            for name in filter(None, (id_, entity.name, entity.zh, *entity.aliases, *entity.acronyms)):
                named[names.key(name)].add(dataset.canonical(id_))
        for source in dataset.sources.values():
            if not source.copy_:
                hosts[host(source.url)].add(dataset.canonical(source.publisher))
        return cls(
            dict(sorted(dataset.sources.items())),
            {s.text.sha256: id_ for id_, s in sorted(dataset.sources.items(), reverse=True) if s.text},
            _single(named),
            _single(hosts),
        )

    def publisher(self, name: str | None, url: str | None) -> str | None:
        """The id of a publisher by its name, or else by the host of an address; the name if it is not known."""
        found = self.publishers.get(names.key(name)) if name else None
        return found or (self.hosts.get(host(url)) if url else None) or name


def host(url: str) -> str:
    """The host of an address, without ``www.``.

    >>> host("https://www.example.org/a?b=1")
    'example.org'
    """
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _single(found: Mapping[str, set[str]]) -> dict[str, str]:
    return {key: min(ids) for key, ids in sorted(found.items()) if len(ids) == 1 and key}

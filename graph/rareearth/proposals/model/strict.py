"""JSON as nobody can misread it: no key twice, no NaN, not deep; and the JSON in what a language model says."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

MAX_DEPTH = 12
_MAX_DIGITS = 30
_THOUGHT, _THOUGHT_END = "<think>", "</think>"
_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)\n?\s*```", re.DOTALL)


def loads(text: str) -> Any:
    """The value of a JSON text; numbers with a point are decimal.

    Raises ValueError for a key that is given twice, NaN or Infinity, or more than :data:`MAX_DEPTH` levels.

    >>> loads('{"share": 19.90}')
    {'share': Decimal('19.90')}
    """
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=Decimal, parse_int=_whole)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON from character {error.pos}") from None
    if _depth(value) > MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    return value


def said(text: str) -> Any:
    """The JSON object in what a model says: alone, in fences, after what it thought, or with words around it.

    Raises ValueError if there is none, or more than one.

    >>> said('<think>{}?</think> Here it is: {"claims": []}')
    {'claims': []}
    """
    text = text.rpartition(_THOUGHT_END)[2].strip()
    if text.startswith(_THOUGHT):
        raise ValueError("it has thoughts without an end")
    if fenced := _FENCED.findall(text):
        if len(fenced) > 1:
            raise ValueError("it has several texts in fences")
        text = fenced[0]
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise ValueError("it has no JSON object")
    return loads(text[start : end + 1])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has the key '{twice[:40]}' twice")
    return made


def _whole(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"it has a number of {len(digits)} digits")
    return int(digits)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"it has {name}, which is no number")


def _depth(value: Any) -> int:
    depth, layer = 0, [value]
    while layer and depth <= MAX_DEPTH:
        depth += 1
        layer = [
            part
            for item in layer
            if isinstance(item, dict | list)
            for part in (item.values() if isinstance(item, dict) else item)
        ]
    return depth

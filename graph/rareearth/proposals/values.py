"""Stub until the real one is merged."""
from __future__ import annotations
import re
from typing import NamedTuple
from rareearth.ontology import Ontology, MEASURE, PERCENTAGE, DATE
from rareearth.sentences import Span

class Value(NamedTuple):
    start: int
    end: int
    what: str
    text: str
    range: str
    unit: str = ""
    bound: str = ""
    relative: bool = False
    because: str = ""
    field: str = "when"

_Y = re.compile(r"\b(?:(January|February|March|April|May|June|July|August|September|October|November|December) )?((?:19|20)\d\d)(?!\d)")
_S = re.compile(r"(\d+(?:\.\d+)?) ?(?:per cent|%)")
_M = re.compile(r"(C\$|A\$|US\$|\$|€|£|NOK )(\d+(?:\.\d+)?)(?: (million|billion))?")
_T = re.compile(r"(\d[\d,]*(?:\.\d+)?)( million)? (?:tonnes|t)(?:/yr| a year)?")
_MON = "January|February|March|April|May|June|July|August|September|October|November|December".split("|")
_CUR = {"C$":"CAD","A$":"AUD","US$":"USD","$":"USD","€":"EUR","£":"GBP","NOK ":"NOK"}

def find(text: str, span: Span, language: str, published: str | None, ontology: Ontology) -> list[Value]:
    out = []
    for m in _Y.finditer(text, span.start, span.end):
        t = m[2] + (f"-{_MON.index(m[1])+1:02d}" if m[1] else "")
        before = text[max(0, m.start()-8):m.start()].split()
        field = "since" if before and before[-1].lower()=="since" else "until" if before and before[-1].lower()=="until" else "when"
        out.append(Value(m.start(), m.end(), "time", t, DATE, field=field))
    for m in _S.finditer(text, span.start, span.end): out.append(Value(m.start(), m.end(), "share", m[1], PERCENTAGE))
    for m in _M.finditer(text, span.start, span.end):
        n=float(m[2])*{"million":1e6,"billion":1e9,None:1}[m[3]]
        out.append(Value(m.start(), m.end(), "money", f"{n:.0f} {_CUR[m[1]]}", MEASURE, _CUR[m[1]]))
    for m in _T.finditer(text, span.start, span.end):
        n=float(m[1].replace(",",""))*(1e6 if m[2] else 1); u="t/a" if m[0].endswith(("/yr","a year")) else "t"
        out.append(Value(m.start(), m.end(), "quantity", f"{n:.0f} {u}", MEASURE, u))
    return out

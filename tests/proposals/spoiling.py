"""Ways to spoil a correct claim of a model's reply, each with the reasons for which it must be refused."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rareearth.dataset import Dataset
from rareearth.models import Claim
from rareearth.ontology import MEASURE, Ontology
from rareearth.proposals.checking.reasons import Reason
from rareearth.proposals.inbox import Article

_DIGIT = re.compile(r"[0-9]")
_WORD = re.compile(r"[A-Za-z]{4,}|[\u4e00-\u9fff]{2}")
STRANGER = "apple"  # a record of the data; texts that mention it are left out


@dataclass
class Case:
    """A claim of a reply that may be changed, the gold's claim that it is made of, and what surrounds them.

    Entities that a way needs are appended to ``entities``; others of the same reply are not to be changed.
    """

    said: dict[str, Any]
    claim: Claim
    article: Article
    other: Article
    known: Dataset
    entities: list[dict[str, Any]]
    number: int
    at: str = field(init=False)

    def __post_init__(self) -> None:
        self.said = copy.deepcopy(self.said)
        self.at = "\n".join(self.article.text[one.start : one.end] for one in self.claim.at)

    @property
    def ontology(self) -> Ontology:
        return self.known.ontology

    @property
    def literal(self) -> bool:
        return self.ontology.relations[self.claim.relation].literal

    def entity(self, kind: str, name: str | None, same_as: str | None = None) -> str:
        """The key of an entity that is added."""
        key = f"added-{self.number}-{len(self.entities)}"
        self.entities.append({"key": key, "class": kind, "name": name, "same_as": same_as})
        return key

    @property
    def words(self) -> str:
        """Words of the text that are the name of nothing."""
        line = self.article.text.strip().splitlines()[-1]
        return line[:7] if self.article.language == "zh" else " ".join(line.split()[:4])

    def kind(self, end: str) -> str:
        """The class of an entity of the reply."""
        return str(next(one["class"] for one in self.entities if one["key"] == end))


class Way(NamedTuple):
    """A way to spoil a claim: ``change`` returns whether it can be done; the claim must be refused for a reason."""

    change: Callable[[Case], bool]
    reasons: frozenset[Reason]


WAYS: dict[str, Way] = {}


def way(*reasons: Reason) -> Callable[[Callable[[Case], bool]], Callable[[Case], bool]]:
    def add(change: Callable[[Case], bool]) -> Callable[[Case], bool]:
        WAYS[change.__name__] = Way(change, frozenset(reasons))
        return change

    return add


def other_number(text: str, at: str) -> str | None:
    """The text with one digit changed, so that the number does not stand in the sentences."""
    for match in _DIGIT.finditer(text):
        for step in range(1, 10):
            digit = str((int(match[0]) + step) % 10)
            made = text[: match.start()] + digit + text[match.end() :]
            core = re.sub(r"^0+|0+$|\.", "", re.sub(r"[^0-9.].*", "", made[match.start() :]))
            number = re.sub(r"[^0-9.]", "", made).rstrip("0").strip(".")
            if number and not made.startswith("0") and core and number not in at.replace(",", ""):
                return made
    return None


def set_field(case: Case, name: str, value: Any) -> bool:
    case.said[name] = value
    return True


# ---- quotes -------------------------------------------------------------------------------------------------------


@way(Reason.QUOTE)
def quote_with_a_word_changed(case: Case) -> bool:
    match = _WORD.search(case.said["quote"])
    word = "zircon" if match and match[0].isascii() else "锆石"
    return match is not None and set_field(
        case, "quote", case.said["quote"][: match.start()] + word + case.said["quote"][match.end() :]
    )


@way(Reason.QUOTE)
def quote_with_a_digit_changed(case: Case) -> bool:
    made = other_number(case.said["quote"], case.article.text)
    return made is not None and set_field(case, "quote", made)


@way(Reason.QUOTE)
def quote_with_a_word_left_out(case: Case) -> bool:
    words = case.said["quote"].split(" ")
    return len(words) > 4 and set_field(case, "quote", " ".join(words[:2] + words[3:]))


@way(Reason.QUOTE)
def quote_with_not_put_in(case: Case) -> bool:
    words = case.said["quote"].split(" ")
    return len(words) > 4 and set_field(case, "quote", " ".join([*words[:2], "not", *words[2:]]))


@way(Reason.QUOTE)
def quote_with_two_words_swapped(case: Case) -> bool:
    words = case.said["quote"].split(" ")
    return len(words) > 4 and words[1] != words[2] and set_field(
        case, "quote", " ".join([words[0], words[2], words[1], *words[3:]])
    )  # fmt: skip


@way(Reason.QUOTE)
def quote_invented(case: Case) -> bool:
    return set_field(case, "quote", f"{case.claim.subject} and {case.claim.object} have agreed on everything.")


@way(Reason.QUOTE)
def quote_of_another_article(case: Case) -> bool:
    return set_field(case, "quote", case.other.text.splitlines()[-1])


@way(Reason.QUOTE)
def quote_joined_from_two_places(case: Case) -> bool:
    lines = [line for line in case.article.text.splitlines() if len(line) > 40]
    return len(lines) > 1 and set_field(case, "quote", f"{lines[0][:20]} {lines[-1][-20:]}")


@way(Reason.QUOTE)
def quote_with_dots_in_its_middle(case: Case) -> bool:
    quote = case.said["quote"]
    return len(quote) > 30 and set_field(case, "quote", f"{quote[:12]} … {quote[-12:]}")


@way(Reason.QUOTE)
def quote_in_capitals(case: Case) -> bool:
    quote = case.said["quote"]
    return quote.upper() not in case.article.text and set_field(case, "quote", quote.upper())


@way(Reason.QUOTE)
def further_quote_invented(case: Case) -> bool:
    return set_field(case, "more_quotes", ["And so it was agreed by all of them."])


@way(Reason.QUOTE)
def quote_missing(case: Case) -> bool:
    del case.said["quote"]
    return True


@way(Reason.QUOTE)
def quote_of_spaces(case: Case) -> bool:
    return set_field(case, "quote", " \n\u3000\u200b")


@way(Reason.QUOTE)
def quote_that_is_a_span(case: Case) -> bool:
    return set_field(case, "quote", {"start": case.claim.at[0].start, "end": case.claim.at[0].end})


@way(Reason.PLACES)
def quote_at_several_places(case: Case) -> bool:
    return set_field(case, "quote", "，" if case.article.language == "zh" else "e")


@way(Reason.LONG)
def quote_that_is_the_article(case: Case) -> bool:
    return set_field(case, "quote", case.article.text)


@way(Reason.LONG)
def quotes_too_many(case: Case) -> bool:
    return set_field(case, "more_quotes", [case.said["quote"]] * 4)


# ---- numbers ------------------------------------------------------------------------------------------------------


def _number_changed(case: Case, name: str) -> bool:
    made = other_number(str(case.said.get(name) or ""), case.at)
    return made is not None and set_field(case, name, made)


@way(Reason.NUMBER, Reason.INVALID)
def share_with_a_digit_changed(case: Case) -> bool:
    return _number_changed(case, "share")


@way(Reason.NUMBER)
def amount_with_a_digit_changed(case: Case) -> bool:
    return _number_changed(case, "amount")


@way(Reason.NUMBER)
def value_with_a_digit_changed(case: Case) -> bool:
    measure = case.ontology.relations[case.claim.relation].range == MEASURE
    return measure and _number_changed(case, "object")


def _amount(case: Case) -> str:
    measure = case.ontology.relations[case.claim.relation].range == MEASURE
    return "object" if measure else "amount"


@way(Reason.NUMBER)
def amount_a_thousand_times_as_large(case: Case) -> bool:
    name = _amount(case)
    number, _, unit = str(case.said.get(name) or "").partition(" ")
    return bool(unit) and set_field(case, name, f"{number}000 {unit}" if "." not in number else f"9{number} {unit}")


def _with_unit(case: Case, units: tuple[str, ...]) -> bool:
    name = _amount(case)
    number, _, unit = str(case.said.get(name) or "").partition(" ")
    if unit not in units:
        return False
    return set_field(case, name, f"{number} {next(other for other in reversed(units) if other != unit)}")


@way(Reason.NUMBER)
def amount_in_another_unit(case: Case) -> bool:
    return _with_unit(case, ("t", "t/a", "kg"))


@way(Reason.NUMBER)
def amount_in_another_currency(case: Case) -> bool:
    return _with_unit(case, ("USD", "EUR", "CNY", "AUD", "GBP", "JPY"))


@way(Reason.NUMBER, Reason.INVALID)
def share_invented(case: Case) -> bool:
    return not case.said.get("share") and set_field(case, "share", "73.19")


@way(Reason.NUMBER)
def amount_invented(case: Case) -> bool:
    return not case.said.get("amount") and set_field(case, "amount", "7319 t")


@way(Reason.NUMBER, Reason.INVALID)
def share_of_more_than_all(case: Case) -> bool:
    return bool(case.said.get("share")) and set_field(case, "share", "173")


@way(Reason.NUMBER, Reason.INVALID)
def share_in_words(case: Case) -> bool:
    return bool(case.said.get("share")) and set_field(case, "share", "most of the shares")


@way(Reason.NUMBER)
def role_with_an_invented_number(case: Case) -> bool:
    return not case.said.get("share") and set_field(case, "role", "chair of 7319 boards")


@way(Reason.BOUND)
def bound_that_is_another(case: Case) -> bool:
    other = {"about": "less than", "more than": "at most", "at least": "less than", "up to": "more than"}
    bound = other.get(str(case.said.get("bound") or ""))
    return bound is not None and set_field(case, "bound", bound)


@way(Reason.INVALID)
def bound_that_is_none(case: Case) -> bool:
    return set_field(case, "bound", "nearly")


# ---- times --------------------------------------------------------------------------------------------------------

TIMES = ("when", "since", "until")


def _stated(case: Case) -> tuple[str, str]:
    """The first time of a claim, and the name of its field."""
    return next(((name, case.said[name]) for name in TIMES if case.said[name]), ("", ""))


@way(Reason.TIME)
def year_with_a_digit_changed(case: Case) -> bool:
    name, time = _stated(case)
    if not re.match(r"[0-9]{4}", time):
        return False
    year = next(str(year) for year in range(int(time[:4]) - 10, 1900, -10) if str(year) not in case.at)
    return set_field(case, name, year + time[4:])


@way(Reason.TIME)
def month_changed(case: Case) -> bool:
    name, time = _stated(case)
    match = re.fullmatch(r"([0-9X]{4})-([0-9]{2})(-[0-9]{2})?", time)
    return match is not None and set_field(case, name, f"{match[1]}-{int(match[2]) % 12 + 1:02}{match[3] or ''}")


@way(Reason.TIME)
def month_invented(case: Case) -> bool:
    name, time = _stated(case)
    return bool(re.fullmatch(r"[0-9]{4}", time)) and set_field(case, name, f"{time}-11")


@way(Reason.TIME)
def day_invented(case: Case) -> bool:
    name, time = _stated(case)
    return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}", time)) and set_field(case, name, f"{time}-28")


@way(Reason.TIME)
def year_put_to_a_day_without_one(case: Case) -> bool:
    name, time = _stated(case)
    return time.startswith("XXXX-") and set_field(case, name, time.replace("XXXX", "1997"))


@way(Reason.TIME)
def time_invented(case: Case) -> bool:
    return not _stated(case)[0] and set_field(case, "when", "1987")


@way(Reason.TIME)
def start_invented(case: Case) -> bool:
    return not _stated(case)[0] and set_field(case, "since", "1987-03")


@way(Reason.TIME)
def end_invented(case: Case) -> bool:
    return not _stated(case)[0] and set_field(case, "until", "2098")


@way(Reason.TIME)
def time_inferred_from_nothing(case: Case) -> bool:
    return not case.said["inferred"] and set_field(case, "inferred", "1987")


@way(Reason.TIME)
def time_inferred_wrongly(case: Case) -> bool:
    inferred = case.said["inferred"]
    return bool(inferred) and set_field(case, "inferred", str(int(inferred[:4]) - 3) + inferred[4:])


@way(Reason.SHAPE)
def time_in_words(case: Case) -> bool:
    return set_field(case, "when", "last spring")


@way(Reason.SHAPE)
def time_that_no_calendar_has(case: Case) -> bool:
    return set_field(case, "when", "2026-02-30")

"""Why a proposal is refused, and what a person should look at: few fixed words, so that they can be counted."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a proposal is refused."""

    SHAPE = "not in the form of a claim"
    KIND = "unknown kind"
    STATUS = "unknown status"
    STANCE = "unknown stance"
    RELATION = "unknown relation"
    QUALIFIER = "unknown qualifier"
    ENTITY = "unknown entity"
    KEYS = "key of two entities"
    NAME = "name is not in the text"
    OTHER = "name is of another entity"
    CLASS = "wrong class"
    INVALID = "not as the ontology has it"
    QUOTE = "quote is not in the text"
    PLACES = "quote is at several places"
    LONG = "quote is too long"
    SPAN = "span is not whole sentences of the text"
    ABSENT = "end is not in the text"
    ITSELF = "ties a thing to itself"
    NUMBER = "number is not in the sentence"
    BOUND = "bound of the number is another in the sentence"
    TIME = "time is not in the sentence"
    TEXT = "value is not in the sentence"
    SPEAKER = "speech without a speaker in the text"
    NO_STANCE = "assessment without a stance"
    MACHINE = "sentence speaks to a machine"


class Notice(StrEnum):
    """What a person should look at."""

    REFERRED = "an end is only referred to"
    FAR = "an end is not named near the sentence"
    WORDS = "the role is not in the words of the sentence"
    RATE = "the sentence does not say how long the amount is for"
    BOUND = "the sentence does not say how exact the number is"
    DENIED = "the sentence may deny it"
    RUMOURED = "the sentence may be a rumour"

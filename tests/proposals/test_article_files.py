"""Reading articles: text files in any encoding, HTML pages, PDFs, and what cannot be read."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from article_files import HEADLINE, PARAGRAPHS, page, pdf
from conftest import ROOT, Folder, environment
from hypothesis import given
from hypothesis import strategies as st

from rareearth import characters
from rareearth.errors import ArticleError, RareEarthError
from rareearth.proposals.articles import article, decoding, language
from rareearth.proposals.articles.article import Stated
from rareearth.proposals.articles.known import Known
from rareearth.sentences import sentences

ENGLISH = "The mill’s owner – a firm of Oreville – was paid €5 million, “at last”, and has repaired it.\nIt is open."
CHINESE = "奥尔维尔稀土公司的新厂在今年开工，这是当地最大的项目。公司表示，产品主要用于国内的电机生产。\n"
FRENCH = "La société a annoncé l’ouverture d’une usine pour les aimants dans la ville, et elle est déjà payée."
POLISH = "Spółka poinformowała, że zakład będzie produkował magnesy z ziem rzadkich, a umowę podpisano w środę."
RUSSIAN = "Компания объявила, что завод будет производить редкоземельные металлы в следующем году."
JAPANESE = "同社は来年からレアアースの生産を開始すると発表した。工業は日本の企業である。"
KOREAN = "포스코는 내년부터 희토류 영구자석을 생산한다고 발표했다. 공급 계약을 맺었다."
TRADITIONAL = "公司宣布，將於明年在當地生產稀土永磁材料。這是中國最大的項目之一，預計總投資為五億元。"


@pytest.fixture
def known(folder: Folder) -> Known:
    return Known.of(folder.dataset())


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path | None, stated: Stated = article.NOTHING, known: Known | None = None) -> str:
    """The one line about a file that cannot be read."""
    with pytest.raises(RareEarthError) as caught:
        article.take(path, stated, known)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path.parent}/" if path else "")


# ---- plain texts -------------------------------------------------------------------------------------------------


def test_a_plain_text_stays_as_it_is_but_for_its_line_ends(tmp_path: Path) -> None:
    text = "A mill\r\n\r\nThe mill of  Oreville was sold by the school. \r\nIt is open.\rAnd it is\u2028old.\n"
    taken = article.take(written(tmp_path, "The Mill (2026).txt", text))
    assert (
        taken.article.text == "A mill\n\nThe mill of  Oreville was sold by the school. \nIt is open.\nAnd it is\nold.\n"
    )
    assert (taken.article.id, taken.article.title, taken.article.language) == ("the-mill-2026", "A mill", "en")
    assert (taken.article.published, taken.article.url, taken.article.publisher, taken.notes) == (None, None, None, ())


@pytest.mark.parametrize(
    ("encoding", "text", "note"),
    [
        ("utf-8", ENGLISH, None),
        ("utf-8-sig", ENGLISH, None),
        ("utf-16", ENGLISH, "read as UTF-16"),
        ("utf-16", CHINESE, "read as UTF-16"),
        ("utf-32", CHINESE, "read as UTF-32"),
        ("utf-16-le", ENGLISH, "read as UTF-16, which it does not say"),
        ("utf-16-be", ENGLISH, "read as UTF-16, which it does not say"),
        ("gb18030", CHINESE, "read as GB18030"),
        ("gbk", CHINESE, "read as GB18030"),
        ("gb2312", CHINESE, "read as GB18030"),
        ("cp1252", ENGLISH, "read as Windows-1252"),
        (
            "cp1252",
            "The firm of André Müller in São Paulo is the owner of the café and of the mine.",
            "read as Windows-1252",
        ),
    ],
)
def test_an_encoding_is_recognised_and_noted(tmp_path: Path, encoding: str, text: str, note: str | None) -> None:
    taken = article.take(written(tmp_path, "a.txt", text.encode(encoding)))
    assert taken.article.text == text
    assert taken.notes == ((note,) if note else ())


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", POLISH), ("iso8859-2", POLISH), ("cp1251", RUSSIAN), ("koi8-r", RUSSIAN), ("iso8859-5", RUSSIAN),
        ("shift_jis", JAPANESE), ("euc_jp", JAPANESE), ("iso2022_jp", JAPANESE), ("euc_kr", KOREAN),
        ("big5", TRADITIONAL), ("mac-roman", ENGLISH), ("gbk", ENGLISH.replace("€", "")), ("utf-16-le", CHINESE),
    ],
)  # fmt: skip
def test_another_encoding_is_refused_and_never_mangled(tmp_path: Path, encoding: str, text: str) -> None:
    line = refusal(written(tmp_path, "a.txt", text.encode(encoding)))
    assert "save it as UTF-8" in line or "is a binary file" in line


def test_a_broken_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    raw = f"The first line\n{CHINESE}\n".encode() + b"and \xff\xfe the third\n"
    assert refusal(written(tmp_path, "a.txt", raw)).startswith("a.txt:4: found the byte 0xff, which is not UTF-8")


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_no_text_is_mangled(text: str, encoding: str) -> None:
    """What is read from marked Unicode is what was written, or it is refused."""
    try:
        raw = text.encode(encoding)
        found = decoding.decoded(raw, "a.txt").text
    except (UnicodeEncodeError, ArticleError):
        return
    assert found == text.removeprefix("\ufeff" if encoding == "utf-8" else "") or "\0" in text


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_one_line(raw: bytes) -> None:
    for suffix in (".txt", ".pdf", ""):
        try:
            article.of_bytes(raw, "a", suffix)
        except ArticleError as error:
            assert "\n" not in str(error)  # noqa: PT017 - most bytes are refused, some are not


def test_characters_that_nobody_sees_are_left_out_and_noted(tmp_path: Path) -> None:
    taken = article.take(
        written(tmp_path, "a.txt", "The m\u200bill\x07 of \u202eOreville is\u00ad open, and می\u200cخواهم too.")
    )
    assert taken.article.text == "The mill of Oreville is open, and می\u200cخواهم too."
    assert taken.notes == ("4 characters that nobody sees were left out",)
    assert characters.hidden(taken.article.text) is None


def test_characters_that_were_lost_before_are_noted() -> None:
    assert article.of_text("The mill of Orev\ufffdlle is open.").notes == ("1 characters were lost before (U+FFFD)",)


def test_plain_text_imports_no_library_for_other_formats(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", ENGLISH)
    code = (
        "import sys; from pathlib import Path; from rareearth.proposals.articles import article;"
        f"article.read(Path({str(path)!r})); print({{'trafilatura', 'pypdf', 'lxml'}} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "set()\n"


# ---- language, title, id -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"),
        (CHINESE, "zh"),
        (TRADITIONAL, "zh"),
        ("NdFeB 产能6000吨 项目开工 Ore Works 公司", "zh"),
        ("Ore Works buys mill", "en"),
        (FRENCH, "French"),
        (JAPANESE, "Japanese"),
        (KOREAN, "Korean"),
        (RUSSIAN, "Russian or a related language"),
        (POLISH, "another language in Latin letters"),
        ("12 345 – 67 %", "no language"),
        ("Η εταιρεία ανακοίνωσε ότι", "a language in Greek letters"),
    ],
)
def test_the_language_is_recognised(text: str, expected: str) -> None:
    assert language.of(text) == expected


def test_another_language_is_refused_unless_english_or_chinese_is_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", FRENCH)
    assert refusal(path) == "a.txt: looks like French; expected English or Chinese (state en or zh if it is that)"
    assert article.read(path, language="en").language == "en"
    assert refusal(path, Stated(language="fr")) == "a.txt: found the language 'fr'; expected en or zh"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A mill is sold\n\nThe mill is open.", "A mill is sold"),
        ("\n\n  A   mill\nThe mill is open.", "A mill"),
        ("The mill is open and it is old.\nIt was sold.", None),
        ("The mill is open", None),
        ("The mill " * 30 + "\nis open.", None),
        ("稀土公司的新厂开工\n公司表示，新厂是最大的。", "稀土公司的新厂开工"),
        ("公司表示，新厂是最大的。\n公司表示，新厂是最大的。", None),
    ],
)
def test_a_short_first_line_is_the_title(text: str, title: str | None) -> None:
    assert article.of_text(text).article.title == title


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Ore Works 2026.txt", "ore-works-2026"),
        ("稀土-公司_2026.txt", "xi-tu-gong-si-2026"),
        ("Müller & Söhne.htm.txt", "muller-sohne-htm"),
        ("…" + "very-long " * 20 + ".txt", "-".join(["very-long"] * 8)),
        ("！！！.txt", "article-"),
    ],
)
def test_the_id_is_made_of_the_name_of_the_file(tmp_path: Path, name: str, id_: str) -> None:
    found = article.read(written(tmp_path, name, "The mill is open. It is old.")).id
    assert found.startswith(id_)
    assert len(found) == len(id_) + (8 if id_.endswith("-") else 0)


def test_a_source_of_the_data_is_recognised_by_its_text(folder: Folder, tmp_path: Path) -> None:
    text = "The mill is open. It is old."
    digest = article.of_text(text).article.hash
    head = folder.data.joinpath("sources/daily.yaml").read_text(encoding="utf-8")
    stated = (
        f"  text: {{sha256: {digest.sha256}, chars: {digest.chars}}}\nclaims:\n  - mine-school locatedIn oreville\n"
    )
    folder.write("sources/mill.yaml", head[: head.index("  text:")].replace("day=1", "day=2") + stated)
    known = Known.of(folder.dataset())
    taken = article.take(written(tmp_path, "other name.txt", text), known=known)
    assert (taken.article.id, taken.article.publisher) == ("mill", "daily-ore")
    assert taken.article.url == folder.dataset().sources["mill"].url
    assert taken.notes == ("is the source mill of the data",)
    assert article.read(written(tmp_path, "daily.txt", "The mill is shut."), known=known).id == "daily-2"
    line = refusal(tmp_path / "daily.txt", Stated(id="daily"), known)
    assert line == "daily.txt: the source daily of the data has another text; give another id"
    assert article.read(tmp_path / "other name.txt", id="another", known=known).id == "another"


def test_the_publisher_is_found_by_name_or_by_the_host_of_the_address(known: Known) -> None:
    def publisher(**stated: str) -> str | None:
        return article.of_text("The mill is open.", stated=Stated(**stated), known=known).article.publisher

    address = next(iter(known.sources.values())).url
    assert publisher(publisher="THE DAILY ORE") in ("daily-ore", "THE DAILY ORE")
    assert publisher(publisher="Daily  Ore") == "daily-ore"
    assert publisher(url=address) == "daily-ore"
    assert publisher(publisher="Weekly Ore") == "Weekly Ore"
    assert publisher(url="https://weekly.example.net/a") is None


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (Stated(id="No Id"), "id: found 'No Id'; expected an id"),
        (Stated(url="ftp://example.org"), "url: found 'ftp://example.org'; expected an address"),
        (Stated(published="last year"), "published: 'last year' is not a date"),
        (Stated(kind="gossip"), "kind: found 'gossip'; expected 'news'"),
        (Stated(title="two\nlines"), "title: found U+000A"),
    ],
)
def test_what_is_stated_wrongly_is_refused(tmp_path: Path, stated: Stated, found: str) -> None:
    assert refusal(written(tmp_path, "a.txt", ENGLISH), stated).startswith(f"a.txt: {found}")


# ---- HTML pages --------------------------------------------------------------------------------------------------

HEAD = (
    '<meta charset="utf-8"><meta property="og:site_name" content="Daily Ore">'
    '<link rel="canonical" href="https://ore.example.org/mill">'
)
DATE = '<meta property="article:published_time" content="2026-03-04T23:30:00+08:00">'


def test_a_page_gives_its_article_and_what_its_head_states(tmp_path: Path, known: Known) -> None:
    found = article.read(written(tmp_path, "mill.html", page(HEAD + DATE)), known=known)
    assert found.text == "\n".join((HEADLINE, *PARAGRAPHS))
    assert (found.id, found.title, found.publisher) == ("mill", HEADLINE, "daily-ore")
    assert (found.published, found.url) == ("2026-03-04", "https://ore.example.org/mill")
    assert len(sentences(found.text)) == 4


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("", None),
        ("<p>Published on 2026-03-04</p>", None),
        ('<meta property="article:modified_time" content="2026-03-04">', None),
        ('<meta name="date" content="2026-03-04">', "2026-03-04"),
        ('<meta itemprop="datePublished" content="2026/03/04 10:00">', "2026-03-04"),
        ('<meta name="date" content="2026-13-44">', None),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-03-04"}</script>',
            "2026-03-04",
        ),
        ('<script type="application/ld+json">{"@graph": [{"datePublished": "2026-03-04"}]}</script>', "2026-03-04"),
        (
            '<script type="application/ld+json">[{"datePublished": "2026-03-04"}, {"datePublished": "2020"}]</script>',
            None,
        ),
        ('<script type="application/ld+json">{"datePub</script>', None),
    ],
)
def test_the_day_is_what_the_page_states_as_its_publication(tmp_path: Path, head: str, day: str | None) -> None:
    body = [f"{PARAGRAPHS[0]} It was on 2025-01-01.", *PARAGRAPHS[1:]]
    path = written(tmp_path, "2024-05-06-mill.html", page(head, body))
    assert article.read(path).published == day
    assert article.read(path, published="2026-05").published == "2026-05"


@pytest.mark.parametrize(
    ("encoding", "head", "note"),
    [
        ("utf-8", '<meta charset="utf-8">', ()),
        ("utf-8", "", ()),
        ("utf-8", '<meta charset="gb2312">', ("read as UTF-8, though the page says gb18030",)),
        ("gb18030", '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', ("read as gb18030",)),
        ("gb18030", '<meta charset="GBK">', ("read as gb18030",)),
        ("utf-16", "", ()),
    ],
)
def test_the_encoding_of_a_page_is_what_it_states(
    tmp_path: Path, encoding: str, head: str, note: tuple[str, ...]
) -> None:
    text = page(head, [CHINESE.strip()] * 4, "新厂开工")
    taken = article.take(written(tmp_path, "a.html", text.encode(encoding)))
    assert taken.article.text.startswith("新厂开工\n奥尔维尔稀土公司")
    assert (taken.article.language, taken.notes) == ("zh", note)


def test_no_publisher_is_made_of_an_address(tmp_path: Path) -> None:
    text = page('<link rel="canonical" href="https://ore.example.org/mill">')
    assert article.read(written(tmp_path, "a.html", text)).publisher is None


def test_the_title_of_a_page_is_its_first_line_also_where_it_is_only_in_the_head(tmp_path: Path) -> None:
    text = page(HEAD).replace(f"<h1>{HEADLINE}</h1>", "")
    assert article.read(written(tmp_path, "a.html", text)).text == "\n".join((HEADLINE, *PARAGRAPHS))


def test_a_page_without_a_suffix_is_a_page_and_a_wrong_address_is_left_out(tmp_path: Path) -> None:
    taken = article.take(written(tmp_path, "mill.txt", page('<meta property="og:url" content="https://exa mple/">')))
    assert taken.article.text.endswith(PARAGRAPHS[-1])
    assert taken.article.url is None
    assert taken.notes[0].startswith("the page's url was left out: found 'https://exa mple/'")


# ---- PDFs --------------------------------------------------------------------------------------------------------


def lines_of(number: int, body: list[str]) -> list[str]:
    return ["Daily Ore 4 March 2026", *body, f"Page {number} of 2"]


def test_the_lines_of_a_pdf_are_paragraphs_again(tmp_path: Path) -> None:
    first = [
        "Ore Works buys the mill",
        "Ore Works has bought the mill of Oreville from the Mine School, the rare-",
        "earth company said in a statement on Monday. The pro-",
        "duction of rare-earth metals is planned for next year, and the money",
    ]
    second = [
        "will be used for a new laboratory.",
        "Ann Lee, who leads the school, said that the town was glad to hear of the",
        "sale.",
    ]
    taken = article.take(written(tmp_path, "a.pdf", pdf([lines_of(1, first), lines_of(2, second)])))
    assert taken.article.text.split("\n") == [
        "Ore Works buys the mill",
        "Ore Works has bought the mill of Oreville from the Mine School, the rare-earth company said in a statement on "
        "Monday. The production of rare-earth metals is planned for next year, and the money will be used for a new "
        "laboratory.",
        "Ann Lee, who leads the school, said that the town was glad to hear of the sale.",
    ]
    assert (taken.article.title, taken.article.published) == ("Ore Works buys the mill", None)
    assert taken.notes == ("lines of the PDF were joined into paragraphs",)


def test_a_hyphen_at_the_end_of_a_line_stays_where_the_text_has_both_words(tmp_path: Path) -> None:
    lines = [
        "The price of the permanent magnet rose by a tenth this week, as the buyers of a permanent-",
        "magnet motor were in a hurry. The mill is open again, and its laboratory of met-",
        "allurgy is to be sold to the school of the town in the next year.",
    ]
    text = article.read(written(tmp_path, "a.pdf", pdf([lines]))).text
    assert "permanent-magnet motor" in text
    assert "laboratory of metallurgy is" in text


def test_pages_of_a_pdf_without_text_are_noted(tmp_path: Path) -> None:
    taken = article.take(written(tmp_path, "a.pdf", pdf([list(PARAGRAPHS), []])))
    assert "1 of 2 pages have no text and were left out" in taken.notes


def encrypted() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([list(PARAGRAPHS)])))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


# ---- what cannot be read -----------------------------------------------------------------------------------------

MENUS = page(paragraphs=["Home", "News", "All rights reserved"], headline="Ore")
BAD = {
    "empty.txt": (b"", "is empty"),
    "mark.txt": (b"\xef\xbb\xbf", "is empty"),
    "spaces.txt": (b" \n\t \r\n", "is empty"),
    "wide.txt": ("\u3000\u200b\n".encode(), "has only spaces and line ends"),
    "zeros.txt": (bytes(5000), "is empty"),
    "binary.txt": (bytes(range(256)) * 20, "is a binary file"),
    "word.txt": (b"PK\x03\x04" + bytes(99), "is a Word file or another archive"),
    "picture.html": (b"\x89PNG\r\n" + bytes(99), "is a picture"),
    "pictures.pdf": (pdf([[], []]), "has no text, its 2 pages are pictures"),
    "secret.pdf": (encrypted(), "is protected by a password"),
    "cut.pdf": (pdf([list(PARAGRAPHS)])[:150], "is a damaged PDF"),
    "none.pdf": (b"%PDF-1.4\nnothing", "is a damaged PDF"),
    "no.pdf": (ENGLISH.encode(), "is no PDF"),
    "menus.html": (MENUS.encode(), "has no article, only menus and links"),
    "nothing.html": (b"<html></html>", "has no article"),
    "script.html": (page(paragraphs=["You need to enable JavaScript to run this app."]).encode(), "has no article"),
    "tags.html": (b"<html>" + b"<a>Mill</a> " * 60_000, "has 120,001 tags"),
    "archive.html": (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.org\r\n\r\n" + MENUS.encode(),
        "is a web archive",
    ),
    "latin.html": (page().replace("Monday", "Mönday").encode("latin-1"), "states no encoding and is not UTF-8"),
    "long.txt": (b"The mill is open. " * 60_000, "has 1,080,000 characters"),
    "large.txt": (b"The mill is open. " * 1_200_000, "has 21,600,000 bytes; expected at most 16,777,216"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_article_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    content, message = BAD[name]
    assert refusal(written(tmp_path, name, content)).startswith(f"{name}: {message}")


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    assert refusal(tmp_path / "folder.txt") == "folder.txt: is a folder; expected a file"
    assert refusal(tmp_path / "missing.txt") == "missing.txt: cannot be read (No such file or directory)"


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"A mill is sold\nThe mill is open.")))
    assert article.read(None).id == "a-mill-is-sold"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert refusal(None) == "standard input: is empty"

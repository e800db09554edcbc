"""Files of articles that tests make: PDFs and HTML pages, written by hand. All texts are invented."""

from __future__ import annotations

from collections.abc import Sequence

PARAGRAPHS = (
    "Ore Works has bought the mill of Oreville from the Mine School, the company said in a statement on Monday.",
    "Ann Lee, who leads the school, said that the money would be used for a new laboratory in the town.",
    "The mill has been idle for three years and will be repaired before it is opened again, she added.",
)
HEADLINE = "Ore Works buys the mill of Oreville"


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF with a line of text for each text of a page; a page without texts has only a drawing."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        drawn = [b"0 0 m 100 100 l S"]
        for number, line in enumerate(lines):
            text = line.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            drawn.append(b"BT /F1 11 Tf 72 %d Td (%s) Tj ET" % (760 - 14 * number, text))
        stream = b"\n".join(drawn)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    made, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def page(head: str = "", paragraphs: Sequence[str] = PARAGRAPHS, headline: str = HEADLINE) -> str:
    """An HTML page with an article between menus."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in ("Home", "News", "Markets", "Contact", "Login"))
    return (
        f"<!DOCTYPE html><html><head><title>{headline}</title>{head}</head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>{headline}</h1>{body}</article><footer><ul>{menu}</ul></footer></body></html>"
    )

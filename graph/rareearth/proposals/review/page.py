"""The article as a page: its text with mentions marked, and beside each paragraph what is proposed of its sentences."""

from __future__ import annotations

import html
from collections.abc import Iterator

from rareearth import sentences
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import SHOWN, Proposal, Proposals
from rareearth.sentences import Span

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --known: #3b76af44; --new: #e07b3966; --reference: #8883 }
body { font: 16px/1.6 system-ui, sans-serif; margin: 2rem auto; max-width: 74rem; padding: 0 1rem }
h1 { font-size: 1.4rem; margin: 0 }
.about, .score, .details { color: color-mix(in srgb, CanvasText 72%, Canvas); font-size: .85rem }
section { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 2rem }
section { border-top: 1px solid var(--line); padding: .8rem 0 }
p { margin: 0; overflow-wrap: anywhere }
ul { list-style: none; margin: 0; padding: 0 } li { margin-bottom: .4rem; overflow-wrap: anywhere }
mark { background: var(--known); color: inherit; border-radius: .2em; padding: 0 .1em }
mark.new { background: var(--new); border-bottom: 2px solid }
.said { text-decoration: underline dotted; text-underline-offset: .3em }
mark.reference { background: var(--reference) }
span:target { outline: 2px solid Highlight } a { color: inherit }
@media (max-width: 45rem) { section { grid-template-columns: minmax(0, 1fr) } ul { margin-top: .6rem } }
"""


def page(proposals: Proposals, ontology: Ontology) -> str:
    """The page as HTML: one file, no script, nothing that it loads. All text of the article is escaped."""
    return "\n".join(_lines(proposals, ontology)) + "\n"


def _lines(proposals: Proposals, ontology: Ontology) -> Iterator[str]:
    article = proposals.article
    title = html.escape(article.title or article.id)
    yield '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n<main>"
    language = html.escape(article.language)
    yield f'<h1 lang="{language}">{title}</h1>'
    numbers = {
        "mention": len(proposals.mentions), "new name": len(proposals.new), "proposal": len(proposals.proposals),
    }  # fmt: skip
    found = ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in numbers.items())
    counts = f"{found}; the likeliest {SHOWN} for 100 words are shown"
    yield f'<p class="about">{html.escape(article.id)}: {counts}. <mark>known</mark> <mark class="new">new</mark> '
    yield '<mark class="reference">refers to somebody</mark> '
    yield '<span class="said">says a claim</span></p>'
    shown = proposals.proposals[: max(SHOWN, SHOWN * article.words // 100)]
    of_span: dict[int, list[Proposal]] = {}
    for proposal in shown:
        of_span.setdefault(proposal.claim.at[0].start, []).append(proposal)
    for paragraph in _paragraphs(article.text):
        spans, listed = [], []
        for span in paragraph:
            said = ' class="said"' if span.start in of_span else ""
            spans.append(f'<span id="s{span.start}"{said}>{_marked(proposals, span)}</span>')
            listed += [_item(proposal, ontology) for proposal in of_span.get(span.start, [])]
        claims = f'<ul aria-label="Claims of this paragraph">{"".join(listed)}</ul>' if listed else ""
        yield f'<section><p lang="{language}">{" ".join(spans)}</p>{claims}</section>'
    yield "</main>"


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """The sentences, line by line."""
    lines: dict[int, list[Span]] = {}
    for span in sentences.sentences(text):
        lines.setdefault(text.count("\n", 0, span.start), []).append(span)
    yield from lines.values()


def _marked(proposals: Proposals, span: Span) -> str:
    text, parts, at = proposals.article.text, [], span.start
    for mention in proposals.mentions:
        if at <= mention.start and mention.end <= span.end:
            parts.append(html.escape(text[at : mention.start]))
            kind = f' class="{mention.how}"' if mention.how in ("new", "reference") else ""
            words = html.escape(text[mention.start : mention.end])
            parts.append(f'<mark{kind} title="{html.escape(mention.entity)}">{words}</mark>')
            at = mention.end
    return "".join([*parts, html.escape(text[at : span.end])])


def _item(proposal: Proposal, ontology: Ontology) -> str:
    claim = proposal.claim
    relation = ontology.relations.get(claim.relation)
    label = relation.label if relation else claim.relation
    given = [f"{name} {value}" for name, value in claim.qualifiers]
    given += [
        f"{name} {value}"
        for name, value in (("when", claim.when), ("since", claim.since), ("until", claim.until))
        if value
    ]
    given += [word for word in (claim.status, claim.kind) if word not in ("held", "fact")]
    others = ", ".join(other.relation for other in proposal.others)
    said = html.escape(f"{claim.subject} {label} {claim.object}")
    more = html.escape("; ".join([", ".join(given), f"or {others}" if others else ""]).strip("; "))
    score = f'<span class="score">score {proposal.score:.2f}</span>'
    details = f'<br><span class="details">{more}</span>' if more else ""
    return f'<li><a href="#s{claim.at[0].start}">{said}</a> {score}{details}</li>'

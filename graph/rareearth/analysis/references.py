"""The literature that the methods are taken from: every work once, by a key such as ``newman2003``.

Docstrings and the ``method`` of a finding cite a work by its key in square brackets, ``[newman2003]``, or several as
``[freeman1977; brandes2001]``. A DOI is given where the work has one that was checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_CITED = re.compile(r"\[([a-z]+\d{4}(?:; [a-z]+\d{4})*)\]")


@dataclass(frozen=True)
class Reference:
    """One work. ``authors`` are "Family, Initials"; ``venue`` is journal, volume and pages, or the publisher."""

    key: str
    authors: tuple[str, ...]
    year: int
    title: str
    venue: str
    doi: str = ""

    def __str__(self) -> str:
        names = " and ".join(filter(None, (", ".join(self.authors[:-1]), self.authors[-1])))
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{names} ({self.year}). {self.title}. {self.venue}.{doi}"

    @property
    def short(self) -> str:
        """The citation in a text: ``Maslov and Sneppen 2002``, ``Holme et al. 2002``."""
        families = [author.partition(",")[0] for author in self.authors]
        names = f"{families[0]} et al." if len(families) > 2 else " and ".join(families)
        return f"{names} {self.year}"


def _reference(key: str, authors: str, title: str, venue: str, doi: str = "") -> Reference:
    return Reference(key, tuple(authors.split("; ")), int(key[-4:]), title, venue, doi)


REFERENCES = {
    reference.key: reference
    for reference in (
        _reference(
            "albert2000", "Albert, R.; Jeong, H.; Barabási, A.-L.", "Error and attack tolerance of complex networks",
            "Nature 406, 378–382", "10.1038/35019019",
        ),
        _reference(
            "blondel2008", "Blondel, V. D.; Guillaume, J.-L.; Lambiotte, R.; Lefebvre, E.",
            "Fast unfolding of communities in large networks", "Journal of Statistical Mechanics, P10008",
            "10.1088/1742-5468/2008/10/P10008",
        ),
        _reference(
            "borgatti1997", "Borgatti, S. P.", "Structural holes: unpacking Burt's redundancy measures",
            "Connections 20, 35–38",
        ),
        _reference(
            "brandes2001", "Brandes, U.", "A faster algorithm for betweenness centrality",
            "Journal of Mathematical Sociology 25, 163–177", "10.1080/0022250X.2001.9990249",
        ),
        _reference(
            "brandes2008", "Brandes, U.",
            "On variants of shortest-path betweenness centrality and their generic computation",
            "Social Networks 30, 136–145", "10.1016/j.socnet.2007.11.001",
        ),
        _reference(
            "breiger1975", "Breiger, R. L.; Boorman, S. A.; Arabie, P.",
            "An algorithm for clustering relational data with applications to social network analysis and comparison "
            "with multidimensional scaling", "Journal of Mathematical Psychology 12, 328–383",
            "10.1016/0022-2496(75)90028-0",
        ),
        _reference(
            "brin1998", "Brin, S.; Page, L.", "The anatomy of a large-scale hypertextual Web search engine",
            "Computer Networks and ISDN Systems 30, 107–117", "10.1016/S0169-7552(98)00110-X",
        ),
        _reference(
            "brioschi1989", "Brioschi, F.; Buzzacchi, L.; Colombo, M. G.",
            "Risk capital financing and the separation of ownership and control in business groups",
            "Journal of Banking and Finance 13, 747–772",
        ),
        _reference("burt1976", "Burt, R. S.", "Positions in networks", "Social Forces 55, 93–122"),
        _reference(
            "burt1992", "Burt, R. S.", "Structural holes: the social structure of competition",
            "Harvard University Press",
        ),
        _reference(
            "chapelle2005", "Chapelle, A.; Szafarz, A.", "Controlling firms through the majority voting rule",
            "Physica A 355, 509–529",
        ),
        _reference(
            "cliff1993", "Cliff, N.", "Dominance statistics: ordinal analyses to answer ordinal questions",
            "Psychological Bulletin 114, 494–509", "10.1037/0033-2909.114.3.494",
        ),
        _reference(
            "cochran1954", "Cochran, W. G.", "Some methods for strengthening the common χ² tests",
            "Biometrics 10, 417–451", "10.2307/3001616",
        ),
        _reference(
            "csardi2006", "Csárdi, G.; Nepusz, T.", "The igraph software package for complex network research",
            "InterJournal Complex Systems 1695",
        ),
        _reference(
            "danon2005", "Danon, L.; Díaz-Guilera, A.; Duch, J.; Arenas, A.",
            "Comparing community structure identification", "Journal of Statistical Mechanics, P09008",
            "10.1088/1742-5468/2005/09/P09008",
        ),
        _reference(
            "efron1993", "Efron, B.; Tibshirani, R. J.", "An introduction to the bootstrap", "Chapman & Hall",
        ),
        _reference(
            "fortunato2007", "Fortunato, S.; Barthélemy, M.", "Resolution limit in community detection",
            "Proceedings of the National Academy of Sciences 104, 36–41", "10.1073/pnas.0605965104",
        ),
        _reference(
            "fosdick2018", "Fosdick, B. K.; Larremore, D. B.; Nishimura, J.; Ugander, J.",
            "Configuring random graph models with fixed degree sequences", "SIAM Review 60, 315–355",
            "10.1137/16M1087175",
        ),
        _reference(
            "freeman1977", "Freeman, L. C.", "A set of measures of centrality based on betweenness",
            "Sociometry 40, 35–41", "10.2307/3033543",
        ),
        _reference(
            "freeman1978", "Freeman, L. C.", "Centrality in social networks: conceptual clarification",
            "Social Networks 1, 215–239", "10.1016/0378-8733(78)90021-7",
        ),
        _reference(
            "goldberg2003", "Goldberg, D. S.; Roth, F. P.",
            "Assessing experimentally derived interactions in a small world",
            "Proceedings of the National Academy of Sciences 100, 4372–4376", "10.1073/pnas.0735871100",
        ),
        _reference(
            "goldstein1996", "Goldstein, H.; Spiegelhalter, D. J.",
            "League tables and their limitations: statistical issues in comparisons of institutional performance",
            "Journal of the Royal Statistical Society A 159, 385–443", "10.2307/2983325",
        ),
        _reference(
            "good2010", "Good, B. H.; de Montjoye, Y.-A.; Clauset, A.",
            "Performance of modularity maximization in practical contexts", "Physical Review E 81, 046106",
            "10.1103/PhysRevE.81.046106",
        ),
        _reference(
            "goring2000", "Göring, F.", "Short proof of Menger's theorem", "Discrete Mathematics 219, 295–296",
            "10.1016/S0012-365X(00)00088-1",
        ),
        _reference(
            "gould1989", "Gould, R. V.; Fernandez, R. M.",
            "Structures of mediation: a formal approach to brokerage in transaction networks",
            "Sociological Methodology 19, 89–126", "10.2307/270949",
        ),
        _reference(
            "guimera2004", "Guimerà, R.; Sales-Pardo, M.; Amaral, L. A. N.",
            "Modularity from fluctuations in random graphs and complex networks", "Physical Review E 70, 025101",
            "10.1103/PhysRevE.70.025101",
        ),
        _reference(
            "hedges1981", "Hedges, L. V.", "Distribution theory for Glass's estimator of effect size and related "
            "estimators", "Journal of Educational Statistics 6, 107–128", "10.3102/10769986006002107",
        ),
        _reference(
            "hirschman1964", "Hirschman, A. O.", "The paternity of an index", "American Economic Review 54, 761–762",
            "10.2307/1818582",
        ),
        _reference(
            "holm1979", "Holm, S.", "A simple sequentially rejective multiple test procedure",
            "Scandinavian Journal of Statistics 6, 65–70",
        ),
        _reference(
            "holme2002", "Holme, P.; Kim, B. J.; Yoon, C. N.; Han, S. K.", "Attack vulnerability of complex networks",
            "Physical Review E 65, 056109", "10.1103/PhysRevE.65.056109",
        ),
        _reference(
            "hopcroft1973", "Hopcroft, J.; Tarjan, R.", "Algorithm 447: efficient algorithms for graph manipulation",
            "Communications of the ACM 16, 372–378", "10.1145/362248.362272",
        ),
        _reference(
            "hubert1985", "Hubert, L.; Arabie, P.", "Comparing partitions", "Journal of Classification 2, 193–218",
            "10.1007/BF01908075",
        ),
        _reference(
            "jaccard1912", "Jaccard, P.", "The distribution of the flora in the alpine zone",
            "New Phytologist 11, 37–50", "10.1111/j.1469-8137.1912.tb05611.x",
        ),
        _reference(
            "jacomy2014", "Jacomy, M.; Venturini, T.; Heymann, S.; Bastian, M.",
            "ForceAtlas2, a continuous graph layout algorithm for handy network visualization designed for the Gephi "
            "software", "PLoS ONE 9, e98679", "10.1371/journal.pone.0098679",
        ),
        _reference(
            "krackhardt1988", "Krackhardt, D.; Stern, R. N.",
            "Informal networks and organizational crises: an experimental simulation",
            "Social Psychology Quarterly 51, 123–140", "10.2307/2786835",
        ),
        _reference(
            "latora2001", "Latora, V.; Marchiori, M.", "Efficient behavior of small-world networks",
            "Physical Review Letters 87, 198701", "10.1103/PhysRevLett.87.198701",
        ),
        _reference(
            "lorrain1971", "Lorrain, F.; White, H. C.", "Structural equivalence of individuals in social networks",
            "Journal of Mathematical Sociology 1, 49–80", "10.1080/0022250X.1971.9989788",
        ),
        _reference(
            "maslov2002", "Maslov, S.; Sneppen, K.", "Specificity and stability in topology of protein networks",
            "Science 296, 910–913", "10.1126/science.1065103",
        ),
        _reference(
            "mcpherson2001", "McPherson, M.; Smith-Lovin, L.; Cook, J. M.",
            "Birds of a feather: homophily in social networks", "Annual Review of Sociology 27, 415–444",
            "10.1146/annurev.soc.27.1.415",
        ),
        _reference(
            "menger1927", "Menger, K.", "Zur allgemeinen Kurventheorie", "Fundamenta Mathematicae 10, 96–115",
            "10.4064/fm-10-1-96-115",
        ),
        _reference(
            "newman2003", "Newman, M. E. J.", "Mixing patterns in networks", "Physical Review E 67, 026126",
            "10.1103/PhysRevE.67.026126",
        ),
        _reference(
            "newman2004", "Newman, M. E. J.; Girvan, M.", "Finding and evaluating community structure in networks",
            "Physical Review E 69, 026113", "10.1103/PhysRevE.69.026113",
        ),
        _reference("newman2010", "Newman, M. E. J.", "Networks: an introduction", "Oxford University Press"),
        _reference(
            "papagelis2011", "Papagelis, M.; Bonchi, F.; Gionis, A.", "Suggesting ghost edges for a smaller world",
            "Proceedings of CIKM 2011, 2305–2308",
        ),
        _reference(
            "phipson2010", "Phipson, B.; Smyth, G. K.",
            "Permutation p-values should never be zero: calculating exact p-values when permutations are randomly "
            "drawn", "Statistical Applications in Genetics and Molecular Biology 9, 39", "10.2202/1544-6115.1585",
        ),
        _reference(
            "pitman1937", "Pitman, E. J. G.", "Significance tests which may be applied to samples from any populations",
            "Supplement to the Journal of the Royal Statistical Society 4, 119–130", "10.2307/2984124",
        ),
        _reference(
            "seidman1983", "Seidman, S. B.", "Network structure and minimum degree", "Social Networks 5, 269–287",
            "10.1016/0378-8733(83)90028-X",
        ),
        _reference(
            "traag2019", "Traag, V. A.; Waltman, L.; van Eck, N. J.",
            "From Louvain to Leiden: guaranteeing well-connected communities", "Scientific Reports 9, 5233",
            "10.1038/s41598-019-41695-z",
        ),
        _reference(
            "tukey1958", "Tukey, J. W.", "Bias and confidence in not quite large samples",
            "Annals of Mathematical Statistics 29, 614", "10.1214/aoms/1177706647",
        ),
    )
}  # fmt: skip


def cite(key: str) -> str:
    """The citation of a work in a text. Raises KeyError for an unknown key.

    >>> cite("maslov2002")
    'Maslov and Sneppen 2002'
    """
    return REFERENCES[key].short


def keys(texts: Iterable[str]) -> Iterator[str]:
    """The keys that texts cite, each once, in the order of their first use.

    >>> list(keys(["E-I index [krackhardt1988].", "Betweenness [freeman1977; brandes2001]."]))
    ['krackhardt1988', 'freeman1977', 'brandes2001']
    """
    yield from dict.fromkeys(key for text in texts for found in _CITED.findall(text) for key in found.split("; "))


def expand(text: str) -> str:
    """A text with citations in place of keys. Raises KeyError for an unknown key.

    >>> expand("Betweenness [freeman1977; brandes2001].")
    'Betweenness (Freeman 1977; Brandes 2001).'
    """
    return _CITED.sub(lambda found: f"({'; '.join(map(cite, found[1].split('; ')))})", text)

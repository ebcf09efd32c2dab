"""What the catalogue of sites is narrowed to, in words."""

from typing import Final

from dashboard.question.catalogue import Badge, Catalogue, Genes
from dashboard.question.filters import Filters
from dashboard.words import filters as filter_words
from dashboard.words import quantities

_GENES: Final = {
    Genes.TOUCHED: "that touch a gene",
    Genes.CODING: "that take coding sequence",
    Genes.NONE: "that touch no gene",
}
_BADGES: Final = {
    "few_bins": "of two bins or fewer",
    "multi_allelic": "badged multi-allelic",
    "problem": "half or more of which lies in a problem region",
}
GENE_WORDS: Final = {
    Genes.ANY: "any or none",
    Genes.TOUCHED: "touches a gene",
    Genes.CODING: "takes coding sequence",
    Genes.NONE: "touches none",
}
BADGE_WORDS: Final = {Badge.INCLUDE: "with", Badge.EXCLUDE: "without", Badge.ONLY: "alone"}


def carriers(least: int) -> str:
    """The people that a site has at least: “two carriers or more”."""
    if least <= 1:
        return "a carrier or more"
    return f"{'two' if least == 2 else quantities.count(least)} carriers or more"


def left_out(number: int, least: int) -> str:
    """How many sites have fewer carriers than are asked for: “144,785 singletons, with one carrier”."""
    sites = f"{quantities.count(number)} {'site' if number == 1 else 'sites'}"
    return f"{sites} with one carrier" if least == 2 else f"{sites} with fewer carriers"


def narrowing(filters: Filters, catalogue: Catalogue) -> list[str]:
    """What a site has to be beside its carriers, a phrase each, after “sites”."""
    phrases = [_GENES[catalogue.genes]] if catalogue.genes in _GENES else []
    if limits := filter_words.filter_limits(filters):
        phrases.append(limits)
    phrases += _bounds("in", catalogue.min_frequency, catalogue.max_frequency, "of people")
    phrases += [
        f"with {name} of {value:g} or {side}"
        for name, value, side in (
            ("F_ST", catalogue.min_fst, "more"),
            ("V_ST", catalogue.min_vst, "more"),
            ("q", catalogue.max_q, "less"),
        )
        if value is not None
    ]
    for name, words in _BADGES.items():
        choice = getattr(catalogue, name)
        if choice is not Badge.INCLUDE:
            phrases.append(f"{'none' if choice is Badge.EXCLUDE else 'only those'} {words}")
    if catalogue.min_trios is not None:
        phrases.append(f"with {quantities.count(catalogue.min_trios)} informative trios or more")
    phrases += _bounds("transmitted in", catalogue.min_transmission, catalogue.max_transmission, "of trios")
    return phrases


def _bounds(before: str, least: float | None, most: float | None, of: str) -> list[str]:
    shown = [f"{value * 100:g} % or {side}" for value, side in ((least, "more"), (most, "less")) if value is not None]
    return [f"{before} {' and '.join(shown)} {of}"] if shown else []

"""What a download or a picture is asked for: its subject and filters, read from an address, or the reason to refuse.

A value that cannot be used is an error here and not a default: nobody reads a notice in a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dashboard.door.lookup import Found, Nothing, Place, Several, Unplaced, look_up, look_up_region
from dashboard.question import query
from dashboard.question.filters import CALLSET, Filters, Overlap, parse
from dashboard.question.locus import cut
from dashboard.question.subject import SITE, Kind, Subject
from dashboard.question.target import Target, region_target, site_target
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, gene_target
from dashboard.store.sites import site_named
from dashboard.words import wording

IDS_SHOWN: Final = 4
"""Ids in the sentence about a name that several genes bear."""


class RefusedError(Exception):
    """The request cannot be answered: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """A place under filters. `subject` bears the name that is its own, whatever the address called it."""

    database: Generation
    subject: Subject
    target: Target
    gene: Gene | None
    filters: Filters

    @property
    def title(self) -> str:
        """Its short name: the symbol, or the region."""
        return self.gene.symbol if self.gene else self.subject.name

    @property
    def place(self) -> str:
        """What it is called in words: the gene with its interval, or the region."""
        interval = str(self.target.interval)
        return f"{self.gene.symbol} ({self.gene.gene_id}), {interval}" if self.gene else interval


def asked(published: Generation, given: Mapping[str, str], default_overlap: Overlap | None = None) -> Asked:
    """What an address asks for, or `RefusedError`. `default_overlap` is the rule where the address names none, if it is
    not that of the gene or region asked for."""
    kind = _kind(given)
    database = published.of(given.get(CALLSET, ""))
    filters, problems = parse(
        given, group_codes(database), default_overlap or kind.default_overlap, tuple(published.callsets)
    )
    if faults := problems + query.unused(given, *Kind, SITE):
        raise RefusedError(400, faults[0].sentence)
    text = given[kind]
    match look_up(database, text) if kind is Kind.GENE else look_up_region(database, text):
        case Found(gene):
            subject, target = _narrowed(database, Subject(kind, gene.name), gene_target(database, gene), given)
            return Asked(database, subject, target, gene, filters)
        case Place(_, name, interval) if kind is Kind.REGION:
            subject, target = _narrowed(database, Subject(kind, name), region_target(interval), given)
            return Asked(database, subject, target, None, filters)
        case Several(_, genes):
            raise RefusedError(400, _which(genes))
        case Unplaced(unplaced):
            raise RefusedError(404, unplaced.reason)
        case Place(_, name):
            raise RefusedError(400, f"{name} is a region and not a gene: ask for region={name}.")
        case Nothing(sentence, alike):
            close = f" Close names: {', '.join(gene.name for gene in alike)}." if alike else ""
            raise RefusedError(404, sentence + close)


def _which(genes: Sequence[Gene]) -> str:
    """Asks which gene of a shared name is meant; of hundreds (Y_RNA) it names a few and says how many there are."""
    ids = [gene.gene_id for gene in genes[:IDS_SHOWN]]
    symbol, more = genes[0].symbol, len(genes) - len(ids)
    if not more:
        return f"Several genes are called {symbol}: ask for gene={wording.joined(ids, 'or')}."
    return (
        f"{wording.count(len(genes))} genes are called {symbol}: ask for one by its id, such as gene={wording.joined(ids, 'or')}; "
        "the page of the name lists all."
    )


def _narrowed(
    database: Generation, subject: Subject, target: Target, given: Mapping[str, str]
) -> tuple[Subject, Target]:
    """Subject and target narrowed to the site that the address names, if it names one."""
    name = given.get(SITE, "")
    if not name:
        return subject, target
    site = site_named(database, name)
    if site is None or not site.interval.overlap(target.interval):
        if "," in name:
            raise RefusedError(400, f"{SITE} takes one site, and “{cut(name, 60)}” are several: ask for one at a time.")
        raise RefusedError(404, f"There is no site “{cut(name, 60)}” at {target.interval}.")
    return replace(subject, site=site.name), site_target(site.interval, site.site_id, site.direction)


def _kind(given: Mapping[str, str]) -> Kind:
    """Whether a gene or a region is asked for."""
    match [kind for kind in Kind if given.get(kind)]:
        case [kind]:
            return kind
        case []:
            raise RefusedError(
                400, "Say which gene or region: add gene=GSTM1 or region=chr1:109687570-109697444 to the address."
            )
        case _:
            raise RefusedError(400, "Ask for a gene or for a region, not for both.")

"""The genes of a place, each counted as its own page counts it: carriers of losses and of gains under one set of filters.

The events are fetched once for a run of neighbouring genes and the decision over them is the pages' own, taken gene by
gene: a chromosome of thousands of genes costs a few dozen queries and holds one run at a time.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.overlap import at_level, carriers, meets_class, meets_limits
from dashboard.operating.cells import NOTE, Row, choose_cells
from dashboard.question.filters import CODING_RULES, Filters, Rule
from dashboard.question.target import Pieces, Target, region_target
from dashboard.store.callability import callabilities
from dashboard.store.carriers.touching import Touching, read_events
from dashboard.store.database import Generation
from dashboard.store.genes import Exon, Gene, target_of
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows, relatives_counted
from dashboard.store.statistics import over_people_seen, with_frequency
from dashboard.words.seen import note
from data_prep.domain.arrays import Numbers
from data_prep.domain.copy_number import CLASSES, DIRECTIONS, MEMBERS, TALLIES, CallClass, Direction
from data_prep.domain.intervals import Interval

AT_ONCE: Final = 200
"""Genes of a run."""


def gene_counts(
    database: Generation, place: Interval, filters: Filters, gene: Gene | None = None
) -> Iterator[pl.DataFrame]:
    """The genes that touch `place`, or `gene` alone, by position, in frames of at most `AT_ONCE` rows.

    Columns as `landmarks.GENES` says, 0-based and half-open, and `length`; `rule`, the overlap rule in force for the gene
    (R7); `assessable`, `seen` and `note` (R5); `samples`; and of each direction `carriers_loss`, `frequency_loss`, `ci_low_loss`,
    `ci_high_loss`, with the carriers by class. They and `samples` are null where the gene is not assessable, and of a
    direction that is not asked for; shares and bounds where it is paralogous. The bound of no carriers is over the people seen, where those are not nearly all.
    """
    genes_at = landmarks(database).genes.touching(place).sort("start", "end", "gene_id")
    if gene is not None:
        genes_at = genes_at.filter(pl.col("gene_id") == gene.gene_id)
    for run in genes_at.iter_slices(AT_ONCE):
        yield _counted(database, run, filters)


def counts_of(database: Generation, genes: Sequence[Gene], filters: Filters) -> Iterator[pl.DataFrame]:
    """The same of these genes, wherever they lie, a frame of one row each in the order given."""
    for gene in genes:
        yield from gene_counts(database, gene.interval, filters, gene)


def _counted(database: Generation, genes: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """A run of genes of one chromosome with their counts."""
    places = [Interval(*row) for row in genes.select("chrom", "start", "end").iter_rows()]
    chrom = places[0].chrom
    reach = Interval(chrom, min(place.start for place in places), max(place.end for place in places))
    targets = _targets(database, genes["transcript_id"], places, reach)
    who = counted_rows(database, chrom, filters)
    touching = read_events(database, region_target(reach))
    touching = touching.where(
        who[touching.sample] & meets_limits(touching.events, filters) & at_level(touching.events, filters.level)
    )
    by_class = np.stack([_by_class(touching, target, filters) for target in targets])
    seen = callabilities(database, targets, filters)
    related = relatives_counted(database, chrom, filters)
    counted_genes = genes.with_columns(
        pl.Series("rule", [_rule(target, filters) for target in targets], pl.String),
        pl.Series("assessable", [view.assessable for view in seen], pl.Boolean),
        pl.Series("seen", [view.seen for view in seen], pl.Float64),
        pl.Series("people_seen", [view.people_seen if view.partly_seen else None for view in seen], pl.Int32),
        pl.Series(
            "note",
            [note(view.seen, blind=view.is_blind, relatives=related, no_share=view.paralogous) for view in seen],
            pl.String,
        ),
        pl.Series("paralogous", [view.is_paralogous for view in seen], pl.Boolean),
        length=pl.col("end") - pl.col("start"),
        samples=pl.lit(int(who.sum()), pl.Int32),
    )
    counts = [_of_direction(direction, by_class, counted_genes, filters) for direction in DIRECTIONS]
    shown = counted_genes.with_columns(samples=pl.when("assessable").then("samples")).drop("people_seen", "paralogous")
    return pl.concat([shown, *counts], how="horizontal")


def _targets(database: Generation, transcripts: pl.Series, places: Sequence[Interval], reach: Interval) -> list[Target]:
    """The places of genes with the bases of their transcripts that count."""
    exons = landmarks(database).exons.touching(reach)
    rows: dict[str, list[Exon]] = {}
    for transcript, *exon in exons.select("transcript_id", "start", "end", "coding_start", "coding_end").iter_rows():
        rows.setdefault(transcript, []).append(tuple(exon))
    return [target_of(gene, rows.get(name, [])) for gene, name in zip(places, transcripts, strict=True)]


def _by_class(touching: Touching, target: Target, filters: Filters) -> Numbers:
    """Carriers of each of `CLASSES` at a gene."""
    events = touching.events
    touches = (events.start < target.interval.end) & (events.end > target.interval.start)
    near, calls = events.where(touches), touching.calls.where(touches)
    every = np.ones(len(near.start), np.bool_)
    carriers_ = carriers(near, calls, every, target, target.rule_in_force(filters.overlap))
    wanted = meets_class(carriers_.carrier_class, carriers_.copy_number, filters)
    return np.bincount(carriers_.carrier_class[wanted], minlength=len(CLASSES))


def _rule(target: Target, filters: Filters) -> str:
    """The rule in force as an address says it; `exon` and `exon-touch` for those of coding sequence where there is none."""
    rule = target.rule_in_force(filters.overlap)
    if rule.rule not in CODING_RULES or target.kind is not Pieces.EXONS:
        return str(rule)
    return "exon" if rule.rule is Rule.CODING else "exon-touch"


def _of_direction(direction: Direction, by_class: Numbers, genes: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """The counts of a direction, a row a gene."""
    own_classes = MEMBERS[CallClass(direction.value)]
    # the classes without a number are not one direction's alone
    tallies = {column: classes for column, classes in TALLIES.items() if set(classes) <= set(own_classes)}
    counts = pl.DataFrame(
        {
            "carriers": _sum(by_class, own_classes),
            "samples": genes["samples"],
            "people_seen": genes["people_seen"],
            **{column: _sum(by_class, classes) for column, classes in tallies.items()},
        }
    )
    shown = genes["assessable"] & (direction in filters.directions)
    shares = ("frequency", "ci_low", "ci_high")
    named = {name: f"{name}_{direction.value}" for name in ("carriers", *shares)}
    bounded = over_people_seen(with_frequency(counts)).drop("samples", "people_seen")
    bounded = bounded.with_columns(pl.when(~genes["paralogous"]).then(pl.col(shares)))
    return bounded.rename(named).with_columns(pl.when(shown).then(pl.all()))


def without_small_genes(genes: pl.DataFrame, least: int) -> pl.DataFrame:
    """The same with numbers of fewer than `least` people null, and those that would give one away; the note says so."""
    if not least:
        return genes
    withheld = np.zeros(genes.height, np.bool_)
    changed = []
    samples = genes["samples"].fill_null(0).to_list()
    for direction in DIRECTIONS:
        name = direction.value
        own_classes = MEMBERS[CallClass(name)]
        tallies = [column for column, classes in TALLIES.items() if set(classes) <= set(own_classes)]
        carriers = genes[f"carriers_{name}"].fill_null(0).to_list()
        parts = genes.select(pl.col(tallies).fill_null(0)).rows()
        numbers_shown = [
            choose_cells(Row(count, people, classes), {}, least)
            for count, people, classes in zip(carriers, samples, parts, strict=True)
        ]
        numbers = [f"carriers_{name}", *(f"{share}_{name}" for share in ("frequency", "ci_low", "ci_high"))]
        of_total, of_parts = (
            pl.Series([shown.total for shown in numbers_shown]),
            pl.Series([shown.parts for shown in numbers_shown]),
        )
        changed += [genes[column].set(~of_total, None) for column in numbers]
        changed += [genes[column].set(~of_parts, None) for column in tallies]
        withheld |= ~of_parts.to_numpy()
    note = pl.concat_str("note", pl.lit(NOTE.format(least)), separator="; ").str.strip_chars_start("; ")
    return genes.with_columns(*changed, note=pl.when(pl.Series(withheld)).then(note).otherwise("note"))


def _sum(by_class: Numbers, classes: Sequence[CallClass]) -> Numbers:
    """Carriers of some of the classes, a row a gene."""
    carriers: Numbers = by_class[:, [CLASSES.index(name) for name in classes]].sum(axis=1)
    return carriers

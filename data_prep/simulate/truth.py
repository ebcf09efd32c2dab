"""truth.tsv: every simulated event of every person, what is true of it and what a reader of the VCFs must make of it.

One row per event by rule R3 (a copy-number step with solid sides makes two of one simulated event), and one per event
that the caller did not report, with the reason. Columns, tab-separated, empty where they do not apply:

event                 name of the simulated event; a site's name, or one that holds the person in whom it arose
kind                  common-deletion, multi-allelic, rare, private, de-novo, recurrent, large, artefact, immune, noise,
                      cell-line
artefact              yes where nothing is off the expected copies, in the genome or the cell line (artefact, noise); no
rate_raised           yes for a recurrent CNV drawn more often than published, so that somebody carries it; else empty
sample                the carrier
chrom, start, end     the true interval, 0-based half-open, on the bins
direction             loss or gain
true_copy_number      copies in the genome; for artefacts and noise the expected ones, since there is nothing
expected_copy_number  copies that are normal there in that person (R2)
called                yes; missed-heterozygote, missed-homozygote, missed-gain (too few bins); masked (a larger or truer
                      call covers the place); not-above-threshold (a change in too few cells)
called_start, called_end   the interval that the records make up together, likewise 0-based half-open
called_copy_number    that of the part with most bins (tie: farther from the expected)
bins                  of all parts together; of the true interval where nothing is called
parts                 records of the event
quality               best QUAL of its parts
copy_ratio            mean of its parts' SM, weighted by bins
filters               filters of its parts, less those that the whole event no longer earns (R4); PASS if none
level                 narrowest level it comes out at (R4): pass, credible, sensitive (one bin), all
"""

from typing import Final

import numpy as np
import polars as pl

from data_prep.domain.chromosomes import CHROMOSOMES
from data_prep.simulate.caller import (
    FILTER_NAMES,
    LENGTH_FILTER,
    QUALITY_FILTER,
    RATIO_FILTER,
    Records,
)
from data_prep.simulate.genome import Grid, Ints
from data_prep.simulate.large_events import is_raised, recurrent_cnvs
from data_prep.simulate.panel import SimulatedPeople, sample_name
from data_prep.simulate.parts import CELL_LINE, KINDS, NOISE, OUTCOMES, RECURRENT, YES, Parts
from data_prep.simulate.sites import ARTEFACT_KIND, SimulatedSites

COLUMNS: Final = (
    "event", "kind", "artefact", "rate_raised", "sample", "chrom", "start", "end", "direction", "true_copy_number", "expected_copy_number", "called",
    "called_start", "called_end", "called_copy_number", "bins", "parts", "quality", "copy_ratio", "filters", "level",
)  # fmt: skip

_SOLID: Final = 3
_FEWEST_CREDIBLE: Final = 2
"""Bins (R4)."""
_PLACE: Final = 1 << 32

FILTER_TEXT: Final = tuple(
    ";".join(name for bit, name in enumerate(FILTER_NAMES) if bits >> bit & 1) or "PASS"
    for bits in range(1 << len(FILTER_NAMES))
)
"""The FILTER column for each set of bits, all of them joined."""


def truth_rows(
    who: SimulatedPeople, grid: Grid, sites: SimulatedSites, records: Records, written: Ints, parts: Parts
) -> pl.DataFrame:
    """The rows of these people, sorted by person and place; `written` are the filters as the file gives them.

    `parts` are all parts; those with an outcome other than YES become the rows of what was missed.
    """
    missed = parts.take((parts.outcome != YES) & ~np.isin(parts.kind, (NOISE, ARTEFACT_KIND)))
    frame = pl.concat([_called(records, written, grid), _missed(missed, grid)])
    names = pl.Series("names", sites.identifier)
    samples = pl.Series("samples", [sample_name(n) for n in who.number.tolist()])
    owners = frame.get_column("owner").unique()
    owner_names = pl.DataFrame({"owner": owners, "owner_name": [sample_name(n) if n else "" for n in owners.to_list()]})
    kinds = pl.Series("kinds", list(KINDS))
    frame = frame.with_row_index("row").join(owner_names, on="owner", how="left", maintain_order="left")
    source, kind = frame.get_column("source"), frame.get_column("kind")
    is_site = kind.to_numpy() < 5
    site_name = names.gather(np.where(is_site, source.to_numpy(), 0))
    chrom_name = pl.Series("chrom", CHROMOSOMES).gather(frame.get_column("chrom"))
    kind_name = kinds.gather(kind)
    frame = frame.with_columns(
        kind_name=kind_name,
        site_name=site_name,
        chrom_name=chrom_name,
        sample=samples.gather(frame.get_column("person")),
    )
    # a source that is no recurrent CNV's number is looked up as the first one's, and not used
    cnvs = recurrent_cnvs()
    number = np.where(kind.to_numpy() == RECURRENT, source.to_numpy(), 0)
    frame = frame.with_columns(
        title=pl.Series("titles", [cnv.title.replace(" ", "-") for cnv in cnvs]).gather(number),
        raised=pl.Series("raised", [is_raised(cnv) for cnv in cnvs]).gather(number) & (kind == RECURRENT),
    )
    detail = (
        pl.when(pl.col("kind") == CELL_LINE)
        .then(pl.col("chrom_name"))
        .when(pl.col("kind") == RECURRENT)
        .then(pl.col("title"))
        .otherwise(pl.col("source").cast(pl.String))
    )
    frame = frame.with_columns(
        event=pl.when(pl.col("kind") < 5)
        .then(pl.col("site_name"))
        .otherwise(pl.concat_str(pl.col("kind_name"), pl.col("owner_name"), detail, separator="-")),
        called=pl.Series(list(OUTCOMES)).gather(frame.get_column("outcome")),
        artefact=pl.when(pl.col("kind").is_in([NOISE, ARTEFACT_KIND])).then(pl.lit("yes")).otherwise(pl.lit("no")),
        rate_raised=pl.when(pl.col("raised")).then(pl.lit("yes")),
    )
    return (
        frame.sort("person", "chrom", "start", "end", "row")
        .with_columns(kind=pl.col("kind_name"), chrom=pl.col("chrom_name"))
        .select(COLUMNS)
    )


def _called(records: Records, written: Ints, grid: Grid) -> pl.DataFrame:
    """One row per event made of the records by R3."""
    part = records.part
    gain = records.copies > part.expected
    new = np.ones(part.size, dtype=np.bool_)
    same_run = (
        (part.person[1:] == part.person[:-1])
        & (records.chrom[1:] == records.chrom[:-1])
        & (records.start[1:] == records.end[:-1])
        & (gain[1:] == gain[:-1])
    )
    solid = (records.bins[1:] >= _SOLID) & (records.bins[:-1] >= _SOLID) & (records.copies[1:] != records.copies[:-1])
    new[1:] = ~same_run | solid
    first = np.flatnonzero(new)
    event = np.cumsum(new) - 1
    order = np.lexsort((-np.abs(records.copies - part.expected), -records.bins, event))
    main = order[np.searchsorted(event[order], np.arange(first.size))]
    parts = np.diff(np.append(first, part.size))
    last = first + parts - 1
    bins = np.add.reduceat(records.bins, first)
    quality = np.maximum.reduceat(records.quality, first)
    ratio = np.add.reduceat(records.ratio * records.bins, first) / bins
    start, end = records.start[first], records.end[last]
    left = np.bitwise_or.reduceat(written, first)
    left = np.where(end - start >= 10_000, left & ~LENGTH_FILTER, left)
    left = np.where(quality >= 10, left & ~QUALITY_FILTER, left)
    far = np.abs(ratio - 1) >= 0.2
    left = np.where(far, left & ~RATIO_FILTER, left)
    sensitive = (left & ~LENGTH_FILTER == 0) & (quality >= 10) & far
    credible = np.where(bins >= _FEWEST_CREDIBLE, np.where(left == 0, 0, 1), 2)
    level = np.where(sensitive, credible, 3)
    true_begin = np.minimum.reduceat(part.true_begin, first)
    true_end = np.maximum.reduceat(part.true_end, first)
    return pl.DataFrame(
        {
            "person": part.person[main],
            "owner": part.owner[main],
            "kind": part.kind[main],
            "source": part.source[main],
            "outcome": part.outcome[main],
            "chrom": records.chrom[main],
            "start": grid.start[true_begin],
            "end": grid.end[true_end - 1],
            "direction": pl.Series(["loss", "gain"]).gather(gain[main].astype(np.int64)),
            "true_copy_number": part.true_copies[main],
            "expected_copy_number": part.expected[main],
            "called_start": start,
            "called_end": end,
            "called_copy_number": records.copies[main],
            "bins": bins,
            "parts": parts,
            "quality": quality,
            "copy_ratio": ratio,
            "filters": pl.Series(list(FILTER_TEXT)).gather(left),
            "level": pl.Series(["pass", "credible", "sensitive", "all"]).gather(level),
        }
    )


def _missed(part: Parts, grid: Grid) -> pl.DataFrame:
    """One row per part that the caller did not report."""
    empty = pl.lit(None)
    return pl.DataFrame(
        {
            "person": part.person,
            "owner": part.owner,
            "kind": part.kind,
            "source": part.source,
            "outcome": part.outcome,
            "chrom": grid.chrom[part.true_begin],
            "start": grid.start[part.true_begin],
            "end": grid.end[part.true_end - 1],
            "direction": pl.Series(["loss", "gain"]).gather((part.true_copies > part.expected).astype(np.int64)),
            "true_copy_number": part.true_copies,
            "expected_copy_number": part.expected,
            "bins": part.true_end - part.true_begin,
        }
    ).select(
        "person", "owner", "kind", "source", "outcome", "chrom", "start", "end", "direction", "true_copy_number",
        "expected_copy_number",
        empty.cast(pl.Int64).alias("called_start"),
        empty.cast(pl.Int64).alias("called_end"),
        empty.cast(pl.Int64).alias("called_copy_number"),
        "bins",
        empty.cast(pl.Int64).alias("parts"),
        empty.cast(pl.Int64).alias("quality"),
        empty.cast(pl.Float64).alias("copy_ratio"),
        empty.cast(pl.String).alias("filters"),
        empty.cast(pl.String).alias("level"),
    )  # fmt: skip

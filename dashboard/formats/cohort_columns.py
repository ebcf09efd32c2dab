"""The columns of the downloads that are of the whole cohort, of a person, or of all sites: names, types and meaning (R13)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import polars as pl

from dashboard.formats.columns import Column, Table, Type
from data_prep.domain.assembly import ASSEMBLY


def _columns(kind: Type, meanings: dict[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, kind, meaning) for name, meaning in meanings.items())


_PLACE: Final = (
    Column("chrom", pl.String, f"Chromosome of {ASSEMBLY.name}"),
    *_columns(pl.Int32, {"start": "First base", "end": "Last base", "length": "Bases"}),
)
_SHARE: Final = _columns(
    pl.Float64,
    {
        "frequency": "Carriers as a share of samples, 0 to 1; null where none can be told",
        "ci_low": "Lower end of its 95 % Wilson interval",
        "ci_high": "Upper end of its 95 % Wilson interval",
    },
)

CATALOGUE: Final = Table(
    "catalogue",
    "a site: events of one direction of many people that are taken as one variant",
    (
        Column("site", pl.String, "Id: founding interval, 1-based and inclusive, and direction"),
        *_PLACE,
        Column("direction", pl.String, "loss or gain"),
        *_columns(pl.Int32, {"carriers": "People counted who carry it", "samples": "People counted"}),
        *_SHARE,
        Column("allele_frequency", pl.Float64, "Share of alleles lost in all unrelated people, a lower bound, where alleles have a meaning"),
        *_columns(
            pl.Int32,
            {
                "start_min": "First base of the event that begins first",
                "start_max": "First base of the event that begins last",
                "end_min": "Last base of the event that ends first",
                "end_max": "Last base of the event that ends last",
            },
        ),
        *_columns(pl.Int32, {"events": "Credible events of the site, in everyone who is not left out", "intervals": "Distinct exact intervals among them"}),
        Column("median_bins", pl.Float64, "Median read-depth bins"),
        Column("few_bins", pl.Boolean, "That median is two or fewer: the least certain kind"),
        Column("multi_allelic", pl.Boolean, "Losses and gains, or four or more copy numbers, occur here"),
        Column("problem", pl.String, "Kinds of problem region that each cover half of it or more, joined by commas"),
        Column("genes", pl.String, "Genes that it touches"),
        Column("coding", pl.String, "Genes whose coding sequence it takes"),
        *_columns(
            pl.Float64,
            {
                "fst": "F_ST over five super-populations, Hudson's estimator, where sites are compared",
                "vst": "V_ST likewise",
                "q": "Benjamini-Hochberg q of carriers over super-populations, likewise",
            },
        ),
        Column("transmission_parents", pl.Int32, "Trios that tell of transmission at credible"),
        *_columns(
            pl.Float64,
            {
                "transmission": "Share of them whose child has it: half is expected; null below ten",
                "transmission_ci_low": "Lower end of its 95 % Wilson interval",
                "transmission_ci_high": "Upper end of its 95 % Wilson interval",
            },
        ),
        Column("seen", pl.Float64, "Share of these people in whom the caller saw half or more of the site, where files tell"),
        Column("note", pl.String, "What limits the numbers: lower bounds, relatives counted; or why there are none"),
    ),
)  # fmt: skip


def with_groups(table: Table, superpopulations: Iterable[str]) -> Table:
    """The table with carriers and people of each of these super-populations."""
    groups = [
        column
        for code in superpopulations
        for column in (
            Column(f"carriers_{code}", pl.Int32, f"Carriers of {code}, unrelated, at credible, whoever is counted"),
            Column(f"samples_{code}", pl.Int32, f"Unrelated people counted of {code}"),
        )
    ]
    return replace(table, columns=(*table.columns, *groups)) if groups else table


_EVENT: Final = (
    Column("sample", pl.String, "Name of the sample"),
    *_PLACE,
    Column("class", pl.String, "Copy number against the expected one"),
    Column("copy_number", pl.Int32, "Copy number that the caller gives"),
    Column("expected_copy_number", pl.UInt8, "Copies expected there in this person"),
    Column("quality", pl.Float32, "QUAL, or what the caller gives in its place; Phred-scaled"),
    Column("bins", pl.Int32, "Read-depth bins"),
    Column("level", pl.String, "Strictest filter level that it meets: pass, credible, sensitive or all"),
    Column("event", pl.Int64, "Number of the event"),
)
TRIO: Final = Table(
    "trio",
    "a loss or gain of a child, with what its parents have of it",
    (
        *_EVENT,
        *_columns(
            pl.String,
            {
                "father": "carries (credible events cover half of it), below-filter, none; not-asked where a child has none of him; not-known where he was not read",
                "mother": "The same of the mother",
                "inheritance": "both, father, mother, below-filter, or neither (apparent de novo); null where a parent is not known",
            },
        ),
        Column("inconsistent", pl.Boolean, "No copy in the child of which one parent alone carries, where both give one"),
    ),
)  # fmt: skip

_RATES: Final = {
    "transmission": "Transmission rate: transmitted of parents",
    "consistency": "Mendelian consistency: consistent of children",
    "de_novo": "Apparent de novo rate: neither of children",
    "untransmitted_nulls": "Untransmitted of null_parents",
}
TRIOS: Final = Table(
    "trios",
    "a direction, filter level, class of length and class of bins, each by itself and all together",
    (
        Column("direction", pl.String, "loss or gain"),
        Column("level", pl.String, "Filter level: of the child's event, of the carrier parent's for transmission"),
        Column("length_class", pl.String, "Class of the event's length; all for every one"),
        Column("bin_class", pl.String, "Class of the event's bins; all for every one"),
        *_columns(
            pl.Int32,
            {
                "children": "Events of children whose parents were both read",
                "from_both": "Those that both parents carry",
                "from_father": "Those that the father alone carries",
                "from_mother": "Those that the mother alone carries",
                "below_filter": "Those that a parent has below the filter level credible alone",
                "neither": "Those that no parent has: apparent de novo",
                "inconsistent": "Those of a child without a copy of which one parent alone carries",
                "consistent": "Children less neither and inconsistent",
                "parents": "Trios and sites with one parent of one copy more or fewer and nothing in the other",
                "transmitted": "Those of them whose child has it",
                "null_parents": "Events of parents without a copy of which the child has a share",
                "untransmitted": "Those of them of which the child carries nothing",
            },
        ),
        *(
            Column(f"{name}{suffix}", pl.Float64, f"{end}{meaning}{' (95 % Wilson interval)' if suffix else ''}; null below ten")
            for name, meaning in _RATES.items()
            for suffix, end in (("", ""), ("_ci_low", "Lower end of "), ("_ci_high", "Upper end of "))
        ),
    ),
)  # fmt: skip
DIFFERENCES: Final = Table(
    "differences",
    "a pair of populations or of super-populations, over autosomal sites with ten carriers outside problem regions",
    (
        *_columns(pl.String, {"grouped_by": "population or superpopulation", "first": "Code of a group", "second": "Code of the other"}),
        Column("fst", pl.Float64, "F_ST: sum of Hudson's numerators over the sum of denominators"),
        Column("fst_sites", pl.Int32, "Sites in it"),
        Column("vst", pl.Float64, "V_ST: sum of V_T - V_S over the sum of V_T"),
        Column("vst_sites", pl.Int32, "Sites in it"),
    ),
)  # fmt: skip
SPECTRUM: Final = Table(
    "spectrum",
    "a group, class and number of carriers",
    (
        Column("superpopulation", pl.String, "Whose carriers are counted, or all"),
        Column("class", pl.String, "Which are counted: loss and gain whatever the copy number, else one class alone"),
        *_columns(pl.Int32, {"carriers": "Carriers at a site", "sites": "Sites with so many", "samples": "People of the group on autosomes"}),
    ),
)  # fmt: skip
POPULATIONS: Final = Table(
    "populations",
    "a population with people in it",
    (
        *_columns(
            pl.String,
            {
                "population": "Code, such as GBR",
                "population_name": "Name and place in words",
                "superpopulation": "Code of its super-population",
                "superpopulation_name": "Its name",
                "place": "Where its people were sampled",
            },
        ),
        *_columns(pl.Float64, {"latitude": "Degrees north of that place", "longitude": "Degrees east"}),
        *_columns(pl.Int32, {"people": "People whose file was read", "unrelated": "Unrelated ones of them", "xx": "XX", "xy": "XY"}),
        *_columns(
            pl.Float64,
            {
                "median_events_loss": "Median losses of an unrelated person, at credible, marked chromosomes left out",
                "median_events_gain": "Median gains likewise",
                "median_bases_loss": "Median bases of losses likewise",
                "median_bases_gain": "Median bases of gains likewise",
                "mean_fst": "Mean F_ST to each of the other populations",
            },
        ),
    ),
)  # fmt: skip

_OF_GROUP: Final = Column("superpopulation", pl.String, "Super-population, or all")
_SPREAD: Final = tuple(
    Column(name, pl.Float64, meaning)
    for name, meaning in (
        ("min", "Least of a person"),
        ("q05", "5 % of people have less, between two people by linear interpolation"),
        ("q25", "25 % of people have less"),
        ("median", "Half of the people have less"),
        ("q75", "75 % of people have less"),
        ("q95", "95 % of people have less"),
        ("max", "Most of a person"),
        ("mean", "Mean of people"),
    )
)

BINS: Final = Table(
    "bins",
    "a bin of the genome and direction, of one group of people",
    (
        _OF_GROUP,
        *_PLACE,
        Column("direction", pl.String, "loss or gain"),
        Column(
            "callable",
            pl.Int32,
            "Bases of the bin that count: calls can be made, and the caller saw them in half of the samples",
        ),
        Column("samples", pl.Int32, "People counted on the chromosome"),
        Column("mean", pl.Float64, "Mean share of people with an event over the bases that count; empty in a gap"),
        Column("maximum", pl.Float64, "The largest share of people at one base; empty in a gap"),
    ),
)
CARRIED: Final = Table(
    "carried",
    "a group of people and what is counted of each of them",
    (
        Column("grouped_by", pl.String, "all, superpopulation, population or sex"),
        Column("group", pl.String, "The group"),
        Column(
            "quantity",
            pl.String,
            "events or bases, of losses, gains or one class; bases are the sum of the lengths of events",
        ),
        Column("samples", pl.Int32, "People counted"),
        *_SPREAD,
    ),
)

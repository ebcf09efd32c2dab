"""The columns of every table that can be downloaded, with their types and meaning: one name means one thing (R13).

The same definitions head a TSV, describe the fields of a Parquet file and stand in the JSON, so a file explains itself
wherever its format has a place for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl

from data_prep.domain.assembly import ASSEMBLY

Type = type[pl.DataType]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `meaning` is one sentence, without a full stop."""

    name: str
    type: Type
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `row` says what one row is. Frames handed to a format hold at least these columns.

    A table that has `start` and `end` is given 0-based and half-open; each format writes them as its standard says (R1).
    """

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def schema(self) -> dict[str, Type]:
        """Types by name, in order."""
        return {column.name: column.type for column in self.columns}

    @property
    def placed(self) -> bool:
        """Its rows are intervals."""
        return {"chrom", "start", "end"} <= set(self.names)

    def fitted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns of this table, in order and type."""
        return frame.select(pl.col(column.name).cast(column.type) for column in self.columns)

    def one_based(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns of this table with intervals 1-based and inclusive, so the start moves by one and the end stays."""
        fitted = self.fitted(frame)
        return one_based(fitted) if self.placed else fitted


def one_based(frame: pl.DataFrame) -> pl.DataFrame:
    """Intervals as people read them, 1-based and inclusive (R1)."""
    return frame.with_columns(pl.col("start") + 1)


_PERSON: Final = (
    Column("sample", pl.String, "Name of the sample"),
    Column("superpopulation", pl.String, "Super-population: AFR, AMR, EAS, EUR, SAS"),
    Column("population", pl.String, "Population, such as GBR"),
    Column("sex", pl.String, "Karyotype sex, XX or XY"),
)
_PLACE: Final = (
    Column("chrom", pl.String, f"Chromosome of {ASSEMBLY.name}"),
    Column("start", pl.Int32, "First base"),
    Column("end", pl.Int32, "Last base"),
    Column("length", pl.Int32, "Bases"),
)
_NUMBERS: Final = (
    Column("class", pl.String, "Copy number against the expected one"),
    Column("copy_number", pl.Int32, "Copy number that the caller gives"),
    Column("expected_copy_number", pl.UInt8, "Copies expected there in this person"),
    Column("copy_ratio", pl.Float32, "Linear copy ratio; 1 is the expected copy number"),
    Column("quality", pl.Float32, "QUAL, or what the caller gives in its place; Phred-scaled"),
    Column("bins", pl.Int32, "Read-depth bins"),
    Column("filters", pl.String, "FILTER; PASS, or codes joined by a semicolon"),
)
_EVENT: Final = Column(
    "event", pl.Int64, "Number of the event: a call, or abutting ones of one person and direction, joined"
)
_SITE_OF: Final = Column("site", pl.String, "Site of the event, where it belongs to one")
_PROBLEM: Final = Column(
    "problem", pl.String, "Kinds of problem region that each cover half of it or more, joined by commas"
)
_OVERLAP: Final = Column("overlap", pl.Float64, "Share of the gene or region that lies within it, 0 to 1")

CARRIERS: Final = Table(
    "carriers",
    "an event of a carrier: one that passes the filters and touches the place",
    (
        *_PERSON,
        *_PLACE,
        Column(
            "class", pl.String, "Class of the carrier at the gene or region, by the calls there, under the overlap rule"
        ),
        Column("copy_number", pl.Int32, "Copies of the carrier there, likewise"),
        _NUMBERS[2],
        *_NUMBERS[3:],
        Column("genotype", pl.String, "GT of the event's calls as written, joined by a semicolon"),
        _EVENT,
        _SITE_OF,
        _OVERLAP,
        _PROBLEM,
    ),
)

CALLS: Final = Table(
    "calls",
    "a call, as the caller wrote it, of an event that makes somebody a carrier",
    (
        *_PERSON,
        *_PLACE,
        *_NUMBERS,
        Column("genotype", pl.String, "GT as written"),
        _EVENT,
        _SITE_OF,
        _OVERLAP,
        _PROBLEM,
    ),
)

_LIMITS: Final = (
    Column(
        "seen",
        pl.Float64,
        "Share of these people in whom the caller saw half or more of the place, where files tell",
    ),
    Column("note", pl.String, "What limits the numbers: lower bounds, relatives counted; or why there are none"),
)
FREQUENCIES: Final = Table(
    "frequencies",
    "a group of people and a direction",
    (
        Column("grouped_by", pl.String, "What the group is: all, superpopulation, population or sex"),
        Column("group", pl.String, "The group"),
        Column("direction", pl.String, "loss or gain"),
        Column("carriers", pl.Int32, "People with at least one event that meets filters and overlap rule"),
        Column("samples", pl.Int32, "People counted"),
        Column("frequency", pl.Float64, "Carriers as a share of samples, 0 to 1"),
        Column("ci_low", pl.Float64, "Lower end of its 95 % Wilson interval"),
        Column("ci_high", pl.Float64, "Upper end of its 95 % Wilson interval"),
        Column("complete_losses", pl.Int32, "Carriers without a copy"),
        Column("partial_losses", pl.Int32, "Carriers with fewer copies than expected"),
        Column("low_gains", pl.Int32, "Carriers with more copies than expected"),
        Column("high_gains", pl.Int32, "Carriers with 2.5 times the expected copies or more"),
        Column("without_copy_number", pl.Int32, "Carriers whose caller gives no copy number"),
        Column("pass_carriers", pl.Int32, "What carriers would be at the level pass"),
        Column("pass_frequency", pl.Float64, "What frequency would be at the level pass"),
        *_LIMITS,
        Column("superpopulation", pl.String, "Super-population of a population; null of other groups"),
        Column("label", pl.String, "Name of a super-population or population in words; null of other groups"),
    ),
)


def _carriers_of(direction: str, *by_class: Column) -> tuple[Column, ...]:
    return (
        Column(f"carriers_{direction}", pl.Int32, f"People with a {direction} that meets filters and overlap rule"),
        Column(f"frequency_{direction}", pl.Float64, "They as a share of samples, 0 to 1"),
        Column(f"ci_low_{direction}", pl.Float64, "Lower end of its 95 % Wilson interval"),
        Column(f"ci_high_{direction}", pl.Float64, "Upper end of its 95 % Wilson interval"),
        *by_class,
    )


GENES: Final = Table(
    "genes",
    "a gene, counted as its own page counts it",
    (
        Column("symbol", pl.String, "Symbol of the gene; its id where there is none"),
        Column("gene_id", pl.String, "Ensembl id"),
        Column("description", pl.String, "Name in words"),
        Column("biotype", pl.String, "protein_coding, lncRNA, a kind of pseudogene and so on"),
        Column("chrom", pl.String, f"Chromosome of {ASSEMBLY.name}"),
        Column("start", pl.Int32, "First base of the representative transcript, else of the gene"),
        Column("end", pl.Int32, "Last base, likewise"),
        Column("length", pl.Int32, "Bases"),
        Column("strand", pl.String, "+ or -"),
        Column("transcript_id", pl.String, "Representative transcript"),
        Column("transcript_name", pl.String, "Its name"),
        Column("chosen_as", pl.String, "Why this transcript"),
        Column("coding_bases", pl.Int32, "Its bases of coding sequence, stop codon included"),
        Column(
            "rule",
            pl.String,
            "Overlap rule in force: for coding and coding-touch, exon and exon-touch of a gene without coding sequence, any of "
            "one without a transcript",
        ),
        Column("samples", pl.Int32, "People counted"),
        *_carriers_of(
            "loss",
            Column("complete_losses", pl.Int32, "Carriers of a loss without a copy"),
            Column("partial_losses", pl.Int32, "Carriers of a loss with fewer copies than expected"),
        ),
        *_carriers_of(
            "gain",
            Column("low_gains", pl.Int32, "Carriers of a gain with more copies than expected"),
            Column("high_gains", pl.Int32, "Carriers of a gain with 2.5 times the expected copies or more"),
        ),
        *_LIMITS,
    ),
)


def sites(superpopulations: Iterable[str]) -> Table:
    """The table of sites, with carriers and samples of each of these super-populations."""
    groups = [
        column
        for code in superpopulations
        for column in (
            Column(f"carriers_{code}", pl.Int32, f"Carriers of {code}"),
            Column(f"samples_{code}", pl.Int32, f"People counted of {code}"),
        )
    ]
    return Table(
        "sites", "a site: events of one direction of many people that are taken as one variant", (*_SITE, *groups)
    )


_SITE: Final = (
    Column("site", pl.String, "Id: founding interval, 1-based and inclusive, and direction"),
    *_PLACE,
    Column("direction", pl.String, "loss or gain"),
    *FREQUENCIES.columns[3:13],
    Column("allele_count", pl.Int32, "Copies lost, where alleles have a meaning"),
    Column("allele_number", pl.Int32, "Copies expected in all people counted, where alleles have a meaning"),
    Column(
        "allele_frequency",
        pl.Float64,
        "allele_count as a share of allele_number, a lower bound: heterozygotes are missed",
    ),
    Column("af_ci_low", pl.Float64, "Lower end of its 95 % Wilson interval, which is approximate"),
    Column("af_ci_high", pl.Float64, "Upper end of its 95 % Wilson interval, which is approximate"),
    Column(
        "hwe_p",
        pl.Float64,
        "Hardy-Weinberg proportion of the people counted of whom two copies are expected, exact: a check of the calls",
    ),
    Column("events", pl.Int32, "Credible events of the site, in everyone who is not left out"),
    Column("intervals", pl.Int32, "Distinct exact intervals among them"),
    Column("median_bins", pl.Float64, "Median read-depth bins"),
    Column("few_bins", pl.Boolean, "That median is two or fewer: the least certain kind"),
    Column("multi_allelic", pl.Boolean, "Losses and gains, or four or more copy numbers, occur here"),
    _PROBLEM,
    Column("genes", pl.String, "Genes that it touches"),
    Column("coding", pl.String, "Genes whose coding sequence it takes"),
    *_LIMITS,
)


_SITE_CARRIERS: Final = tuple(
    column
    for suffix, words in (
        ("", "unrelated people"),
        ("_superpopulation", "unrelated people of the person's super-population"),
        ("_population", "unrelated people of the person's population"),
    )
    for column in (
        Column(
            f"carriers{suffix}",
            pl.Int32,
            f"Carriers of the site among {words}; null without a site, and where not assessable",
        ),
        Column(f"samples{suffix}", pl.Int32, f"How many {words} are counted on the chromosome"),
        Column(f"frequency{suffix}", pl.Float64, "They as a share, 0 to 1; null where no share is told"),
    )
)
_EVENT_OF_PERSON: Final = (
    *_PERSON,
    *_PLACE,
    Column("class", pl.String, "Class of the event, by its copy number against the expected one"),
    Column("copy_number", pl.Int32, "Copies of the event as a whole"),
    _NUMBERS[2],
    _NUMBERS[4],
    _NUMBERS[5],
    Column("level", pl.String, "The strictest filter level that it meets: pass, credible, sensitive or all"),
    _EVENT,
    Column("site", pl.String, "Site of the event; null where it belongs to none, as on a marked chromosome"),
    *_SITE_CARRIERS,
    Column("note", pl.String, "What limits the frequencies: lower bounds; or why there are none"),
    Column("marked", pl.Boolean, "The chromosome is marked in this person: the event is in no frequency"),
    Column("large", pl.Boolean, "Over 3 Mb and not marked"),
    _PROBLEM,
)
_STATE: Final = (
    "carries: credible events of the direction cover half of it; below-filter: only with those that are not credible; none: no call; "
    "not-asked: the child cannot have it from there; not-known: no file was read; null: no such parent is named"
)

EVENTS: Final = Table(
    "events",
    "a loss or gain of one person, joined from its calls",
    (
        *_EVENT_OF_PERSON,
        Column("father", pl.String, f"What the father has of it: {_STATE}"),
        Column("mother", pl.String, "What the mother has of it, likewise"),
        Column(
            "inheritance",
            pl.String,
            "both, father, mother, below-filter (a parent has it below the filter) or neither (apparent de novo); null where a parent of "
            "whom it could be is not known",
        ),
        Column("inconsistent", pl.Boolean, "No copy in the child though one parent alone carries and both give one"),
    ),
)

CHILDREN: Final = Table(
    "children",
    "a loss or gain of one person and a child: what the child has of it",
    (
        *_EVENT_OF_PERSON,
        Column("child", pl.String, "Name of the child's sample"),
        Column(
            "state",
            pl.String,
            "carries: the child's credible events of the direction cover half of it; below-filter: only with those that are not credible; "
            "none: no call; not-asked: the child cannot have it from this parent; not-known: no file of the child was read",
        ),
    ),
)

PARENTS: Final = Table(
    "parents",
    "an event of a parent, at any filter level and of either direction, that touches an event of the person",
    (
        Column("of_event", pl.String, "The event of the person: chromosome, first base, last base, direction"),
        Column("role", pl.String, "father or mother"),
        Column("sample", pl.String, "Name of the parent's sample"),
        *_PLACE,
        Column("class", pl.String, "Class of the parent's event"),
        Column("copy_number", pl.Int32, "Its copies"),
        _NUMBERS[2],
        _NUMBERS[4],
        _NUMBERS[5],
        Column("level", pl.String, "The strictest filter level that it meets: pass, credible, sensitive or all"),
        Column("overlap", pl.Float64, "Share of the person's event that it covers, 0 to 1"),
    ),
)

STANDING: Final = Table(
    "standing",
    "a quantity that a person carries, beside the unrelated people of the same population",
    (
        Column("sample", pl.String, "Name of the sample"),
        Column("population", pl.String, "The population that it is compared with"),
        Column(
            "quantity",
            pl.String,
            "events or bases, the sum of their lengths, of losses, of gains, or of a class, on chromosomes that are not marked",
        ),
        Column("value", pl.Int64, "The person's"),
        Column("samples", pl.Int32, "Unrelated people of the population"),
        *(
            Column(name, pl.Float64, f"{words} of them, by linear interpolation")
            for name, words in (
                ("q05", "5th percentile"),
                ("q25", "Lower quartile"),
                ("median", "Median"),
                ("q75", "Upper quartile"),
                ("q95", "95th percentile"),
            )
        ),
        Column("below", pl.Float64, "Share of them with less than this person, 0 to 1"),
    ),
)

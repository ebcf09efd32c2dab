"""Parsed records to calls: expected copy number, direction and class (rules R1, R2), or the reason to leave one out.

Every record has exactly one outcome, so that records = calls + reference rows + skipped always adds up (R12).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import polars as pl

from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import (
    CHROMOSOMES,
    LENGTHS,
    SEX_CHROMOSOMES,
    accession_of_other_build,
    chromosome,
    is_mitochondrion,
)
from data_prep.domain.copy_number import (
    CLASSES,
    CallClass,
    Direction,
    class_expression,
    expected_expression,
    pseudo_autosomal_bases_expression,
)
from data_prep.reading.dialects.records import KIND, MOST_COPIES, Ploidy, RecordKind
from data_prep.reading.sex import COPY_OF_Y, DIPLOID_X, HAPLOID_X

CHROM: Final = pl.Enum(CHROMOSOMES)
DIRECTION: Final = pl.Enum([d.value for d in Direction])
CLASS: Final = pl.Enum([name.value for name in CLASSES])


class Skip(StrEnum):
    """Why a record is neither a call nor a reference row; in words, since the reports show them."""

    MALFORMED = "malformed: a column is missing, or the position is no number"
    OTHER_BUILD = f"on an accession of another genome build than {ASSEMBLY.name}"
    MITOCHONDRION = "on the mitochondrial genome, whose copies are not counted"
    CHROMOSOME = "not on chromosomes 1 to 22, X or Y"
    NOT_CNV = "no copy number variant, or not supported by read depth"
    NO_CALLER = "the file holds records of several callers, and nothing in this one names its own"
    NO_END = "no END, SVLEN or REFLEN"
    ORDER = "END is not after the start"
    BEYOND = "beyond the end of the chromosome"
    NOT_CARRIED = "the sample's genotype does not carry the variant"
    BALANCED = "a loss on one haplotype and a gain on the other: the copy number is the expected one"
    EXPECTED = "the copy number is the expected one"
    NO_DIRECTION = "neither copy number nor ALT nor ID tells loss from gain"
    NO_GENOTYPE = "neither genotype nor copy number: the caller could not tell"
    DUPLICATE = "the same record twice in one file"


UNREADABLE: Final = (
    Skip.MALFORMED,
    Skip.NO_END,
    Skip.ORDER,
    Skip.BEYOND,
    Skip.NOT_CNV,
    Skip.NO_CALLER,
    Skip.CHROMOSOME,
    Skip.MITOCHONDRION,
    Skip.OTHER_BUILD,
)
"""Reasons that leave unknown what a record says of copy numbers, or where: a file of nothing else is no file of CNV calls."""


@dataclass(frozen=True, slots=True)
class RecordPartition:
    """The records of a batch by their outcome."""

    calls: pl.DataFrame
    """entry_source, chrom (CHROM), start, end, direction, class, copy_number, expected_copy_number, copy_ratio, quality, bins,
    filters, genotype, par_border, inward_start, inward_end, unreadable, alleles, joins; sorted by file, chrom, start, end.
    Coordinates 0-based half-open; inward bounds in bases, as in `dialects.records.RECORD`; `unreadable`: a value of the
    record is no number; `alleles`: how many chromosome copies the genotype names, null where the caller's genotypes do not
    tell; `joins` as in `RECORD`."""
    reference: pl.DataFrame
    """entry_source, chrom, start, end, bins of the reference rows."""
    skipped: pl.DataFrame
    """entry_source, row (position in the batch), reason."""
    remarks: pl.DataFrame
    """entry_source, row, remark, example: what records say against themselves, and values that cannot be read."""
    signs: pl.DataFrame
    """What records that are no calls say of the sex: columns `sex.SIGN`."""


_DIRECTED: Final = {kind.value: kind.value for kind in (RecordKind.LOSS, RecordKind.GAIN)}
_NO_CALL: Final = [
    k.value
    for k in (RecordKind.REFERENCE, RecordKind.OTHER, RecordKind.ABSENT, RecordKind.BALANCED, RecordKind.UNNAMED)
]


def partition_records(records: pl.DataFrame, sexes: pl.DataFrame) -> RecordPartition:
    """Parts records as dialects parse them (`dialects.records.RECORD`) into calls, reference rows and skipped ones.

    `sexes`: entry_source (UInt32) and sex (`XX`, `XY` or null), the karyotype sex whose expected copy number holds in that file:
    the caller's own, else the sample table's (R2).
    """
    return _partition(classify_records(records, sexes))


def classify_records(records: pl.DataFrame, sexes: pl.DataFrame, joint: bool = False) -> pl.DataFrame:
    """The records with `row`, their position, all that a call needs, and `skip`: the reason to leave one out, or null.

    A genotype that names no other allele than the reference's is no call unless the copy number says one; and one that names
    none at all, without a copy number, is neither call nor reference row. A record without a place for a genotype is its
    sample's in a file of one; in a `joint` file, where it stands in every sample, nobody knows whose it is. There a copy number
    that equals the alleles of a reference genotype says nothing either, since merges fill both in; of any other the number
    holds, and `contrary` tells so.
    What is no copy number variant is left out as such before its end is looked at: insertions and breakends have none.
    """
    table = records.with_row_index("row").join(sexes, on="entry_source", how="left", maintain_order="left")
    table = table.with_columns(
        _by_value("chrom", chromosome, pl.String).cast(CHROM),
        _by_value("chrom", _reason_off_chromosomes, pl.String).fill_null(Skip.CHROMOSOME.value).alias("elsewhere"),
    ).with_columns(
        pl.when(pl.col("ploidy") == Ploidy.GENOTYPE.value)
        .then(_by_value("genotype", _alleles, pl.Int32))
        .alias("alleles"),
        pl.col("chrom").replace_strict(LENGTHS, return_dtype=pl.Int64).alias("chrom_length"),
    )
    on_xy = pl.col("chrom").is_in(SEX_CHROMOSOMES)
    place = pl.col("chrom"), pl.col("start"), pl.col("end")
    sex_rows = table.filter(on_xy & pl.col("start").is_not_null() & pl.col("end").is_not_null())
    by_sex = sex_rows.with_columns(pseudo_autosomal_bases_expression(*place).alias("par_bases")).select(
        "row",
        "par_bases",
        expected_expression(place[0], place[2] - place[1], pl.col("par_bases"), pl.col("sex")).alias("by_sex"),
    )
    table = table.join(by_sex, on="row", how="left", maintain_order="left").with_columns(
        _expected_copies().alias("expected_copy_number")
    )
    cn, expected, kind = pl.col("copy_number"), pl.col("expected_copy_number"), pl.col("kind")
    is_female_y = (pl.col("chrom") == "chrY") & (pl.col("sex") == "XX")
    whole = cn.round().cast(pl.Int32)
    table = table.with_columns(whole.alias("copy_number"), whole.alias("given"))
    table = table.with_columns(_numbers_that_hold(is_female_y) if joint else [pl.lit(False).alias("contrary")])
    table = _resolve_ploidy(table, joint)
    table = table.with_columns(_lacks_variation(table, is_female_y, joint)).with_columns(
        pl.when(kind.is_in(_NO_CALL) | pl.col("quiet"))
        .then(None)
        .when(is_female_y)
        .then(pl.lit(CallClass.UNEXPECTED.value))
        .when(cn.is_not_null() & expected.is_not_null() & (cn != expected))
        .then(class_expression(cn, expected))
        .when(kind == RecordKind.LOH.value)
        .then(pl.lit(CallClass.LOH.value))
        .when(cn.is_null() | expected.is_null())
        .then(kind.cast(pl.String).replace_strict(_DIRECTED, default=None, return_dtype=pl.String))
        .cast(CLASS)
        .alias("class")
    )
    start, end = pl.col("start"), pl.col("end")
    return table.with_columns(
        pl.when(start.is_null() | pl.col("malformed"))
        .then(pl.lit(Skip.MALFORMED.value))
        .when(pl.col("chrom").is_null())
        .then("elsewhere")
        .when(kind == RecordKind.OTHER.value)
        .then(pl.lit(Skip.NOT_CNV.value))
        .when(kind == RecordKind.UNNAMED.value)
        .then(pl.lit(Skip.NO_CALLER.value))
        .when(end.is_null())
        .then(pl.lit(Skip.NO_END.value))
        .when((start < 0) | (end <= start))
        .then(pl.lit(Skip.ORDER.value))
        .when(end > pl.col("chrom_length"))
        .then(pl.lit(Skip.BEYOND.value))
        .when(pl.col("open"))
        .then(pl.lit(Skip.NO_GENOTYPE.value))
        .when(kind == RecordKind.ABSENT.value)
        .then(pl.lit(Skip.NOT_CARRIED.value))
        .when(kind == RecordKind.BALANCED.value)
        .then(pl.lit(Skip.BALANCED.value))
        .when(pl.col("class").is_not_null() | (kind == RecordKind.REFERENCE.value))
        .then(None)
        .when(pl.col("quiet") | (cn.is_not_null() & expected.is_not_null()))
        .then(pl.lit(Skip.EXPECTED.value))
        .otherwise(pl.lit(Skip.NO_DIRECTION.value))
        .alias("skip")
    )


def _resolve_ploidy(table: pl.DataFrame, joint: bool) -> pl.DataFrame:
    """Copy numbers and reference rows as they hold for callers whose genotypes do not tell the ploidy."""
    cn, expected, ploidy = pl.col("copy_number"), pl.col("expected_copy_number"), pl.col("ploidy")
    ploidies = set(table.get_column("ploidy").unique())
    if {Ploidy.DEPTH.value, Ploidy.DEPTH_OF_ANOTHER.value} & ploidies:
        if joint:
            own = ploidy != Ploidy.DEPTH_OF_ANOTHER.value
            table = table.with_columns(pl.when(own).then("copy_ratio").alias("copy_ratio"))
        by_depth = ploidy.is_in([Ploidy.DEPTH.value, Ploidy.DEPTH_OF_ANOTHER.value])
        table = table.with_columns(pl.when(by_depth).then(_copies_by_depth()).otherwise(cn).alias("copy_number"))
    if Ploidy.TWO.value in ploidies:
        holds = (ploidy != Ploidy.TWO.value) | (expected == 2) | (cn == 0)
        table = table.with_columns(pl.when(holds.fill_null(False)).then(cn).alias("copy_number"))
    # what is a reference row by the caller's own ploidy, and by the sex is not, is a call: its number holds
    by_number = (pl.col("kind") == RecordKind.REFERENCE.value) & (ploidy == Ploidy.SEX.value) & (cn != expected)
    if joint:
        contrary = (pl.col("contrary") | pl.col("numbered")) & pl.col("kind").is_in(
            [RecordKind.REFERENCE.value, RecordKind.ABSENT.value]
        )
    elif Ploidy.SEX.value in ploidies:
        contrary = by_number
    else:
        return table
    kind = (
        pl.when(contrary.fill_null(False))
        .then(pl.lit(RecordKind.VARIABLE.value))
        .otherwise(pl.col("kind").cast(pl.String))
    )
    return table.with_columns(kind.cast(KIND).alias("kind"))


CONTRARY: Final = "a sample's genotype names the reference alone and its CN another number of copies, and CN holds"
"""What the report of a joint file says of records in which that is so."""


def _numbers_that_hold(is_female_y: pl.Expr) -> list[pl.Expr]:
    """Of entries of joint files whose copy number holds whatever their genotype: `contrary` where that names reference alleles
    alone and the number is neither theirs nor the expected, `numbered` where it is missing and the number is not the expected."""
    given = pl.col("given")
    # of a Y that is not there no copy is expected
    expected = pl.when(is_female_y.fill_null(False)).then(pl.lit(0)).otherwise(pl.col("expected_copy_number"))
    usual = (given == expected).fill_null(False) | ((pl.col("ploidy") == Ploidy.TWO.value) & (given == 2)).fill_null(
        False
    )
    alleles = _by_value("genotype", _reference_alleles, pl.Int32)
    missing = ~_by_value("genotype", _names_an_allele, pl.Boolean).fill_null(False)
    # DRAGEN's `./.` is its genotype of two reference alleles
    stated = (given == pl.col("alleles")).fill_null(False)
    return [
        (alleles.is_not_null() & given.is_not_null() & (given != alleles) & ~usual).fill_null(False).alias("contrary"),
        (missing & given.is_not_null() & ~usual & ~stated).alias("numbered"),
    ]


def _copies_by_depth() -> pl.Expr:
    """Copies, Int32, of a record whose copy ratio is the depth that its caller normalises to 1 (`Ploidy.DEPTH`).

    That is the depth of two copies, and of one on all of X and Y of men, the pseudo-autosomal regions included. The copies are
    the depth times that number, rounded, but never against ALT: a deletion leaves at least one copy fewer than expected, a
    duplication one more, and of a depth on the other side of 1 no number is known. In the pseudo-autosomal regions of men ALT
    compares with one copy where two are expected, so there the depth alone tells; without a sex nothing does on X and Y.
    """
    on_xy = pl.col("chrom").is_in(SEX_CHROMOSOMES)
    man = on_xy & (pl.col("sex") == "XY").fill_null(False)
    ratio, expected = pl.col("copy_ratio"), pl.col("expected_copy_number").cast(pl.Int32)
    normal = pl.when(man).then(1).when(~on_xy | pl.col("sex").is_not_null()).then(2)
    copies = (normal * ratio + 0.5).floor().clip(upper_bound=MOST_COPIES).cast(pl.Int32)
    loss, gain = pl.col("kind") == RecordKind.LOSS.value, pl.col("kind") == RecordKind.GAIN.value
    other_side = (loss & (ratio >= 1)) | (gain & (ratio <= 1))
    bound = (
        pl.when(expected.is_null())
        .then(copies)
        .when(loss)
        .then(pl.when(copies < expected).then(copies).otherwise(expected - 1))
        .when(gain)
        .then(pl.when(copies > expected).then(copies).otherwise(expected + 1))
        .otherwise(copies)
    )
    return (
        pl.when(normal.is_null() | copies.is_null())
        .then(None)
        .when(man & (expected == 2))
        .then(copies)
        .when(~other_side.fill_null(False))
        .then(bound)
    )


def calls_of(records: pl.DataFrame) -> pl.DataFrame:
    """The calls among classified records, with `row` and the columns of `RecordPartition.calls`, in the order given."""
    directions = {name.value: name.direction.value for name in CLASSES}
    return records.filter(pl.col("skip").is_null() & (pl.col("kind") != RecordKind.REFERENCE.value)).select(
        "row",
        "entry_source",
        "chrom",
        pl.col("start").cast(pl.Int32),
        pl.col("end").cast(pl.Int32),
        pl.col("class").replace_strict(directions, return_dtype=DIRECTION).alias("direction"),
        "class",
        "copy_number",
        pl.col("expected_copy_number").cast(pl.UInt8),
        pl.col("copy_ratio").cast(pl.Float32),
        pl.col("quality").cast(pl.Float32),
        "bins",
        "filters",
        pl.when(pl.col("genotype") != ".").then("genotype").alias("genotype"),
        ((pl.col("par_bases") > 0) & (pl.col("par_bases") < pl.col("end") - pl.col("start")))
        .fill_null(False)
        .alias("par_border"),
        "inward_start",
        "inward_end",
        "joins",
        pl.col("unreadable").is_not_null().alias("unreadable"),
        "alleles",
    )


def reference_rows_of(records: pl.DataFrame) -> pl.DataFrame:
    """The reference rows among classified records: the columns of `RecordPartition.reference`."""
    return records.filter(pl.col("skip").is_null() & (pl.col("kind") == RecordKind.REFERENCE.value)).select(
        "entry_source", "chrom", pl.col("start").cast(pl.Int32), pl.col("end").cast(pl.Int32), "bins"
    )


def _partition(table: pl.DataFrame) -> RecordPartition:
    calls, twice = split_repeats(calls_of(table))
    skipped = pl.concat(
        [
            table.filter(pl.col("skip").is_not_null()).select("entry_source", "row", pl.col("skip").alias("reason")),
            twice.select("entry_source", "row", pl.lit(Skip.DUPLICATE.value).alias("reason")),
        ]
    )
    return RecordPartition(calls.drop("row"), reference_rows_of(table), skipped, remarks_of(table), signs_of(table))


UNREADABLE_VALUE: Final = "{} is no number, so the record stands at the level all alone"
AGAINST_ALT: Final = "the copy number says otherwise than ALT, and the number holds"
AGAINST_DEPTH: Final = "the copy number says otherwise than the copy ratio, and the number holds"
AGAINST_GENOTYPE: Final = "the copy number says otherwise than the genotype, and the number holds"


def remarks_of(records: pl.DataFrame) -> pl.DataFrame:
    """What the report of a file says of its records: file, row, remark (words that follow "3 records: "), example or null.

    A value that is no number, fields that a dialect finds at odds, and a copy number that contradicts ALT, copy ratio or genotype.
    """
    text: Any = {"remark": pl.String, "example": pl.String}
    parts = [
        pl.DataFrame(schema={"entry_source": records.schema["entry_source"], "row": records.schema["row"], **text})
    ]
    place = ("entry_source", "row")
    none = pl.lit(None, pl.String).alias("example")
    if records.get_column("unreadable").null_count() < records.height:
        lines = records.filter(pl.col("unreadable").is_not_null()).select(
            *place, pl.col("unreadable").str.split("\n").alias("line")
        )
        field = pl.col("line").str.split_exact(" ", 1).struct
        parts.append(
            lines.explode("line").select(
                *place,
                pl.format(UNREADABLE_VALUE, field.field("field_0")).alias("remark"),
                pl.col("line").str.slice(pl.col("line").str.find(" ", literal=True) + 1).alias("example"),
            )
        )
    if records.get_column("warning").null_count() < records.height:
        warned = records.filter(pl.col("warning").is_not_null())
        parts.append(warned.select(*place, pl.col("warning").alias("remark"), none))
    for remark, contradiction in (
        {CONTRARY: pl.col("contrary") & pl.col("skip").is_null()} | _contradictions()
    ).items():
        contradictory = records.filter(contradiction.fill_null(False))
        if contradictory.height:
            parts.append(contradictory.select(*place, pl.lit(remark).alias("remark"), none))
    return pl.concat(parts)


def _contradictions() -> dict[str, pl.Expr]:
    """Expressions for fields of a classified record that contradict each other, by the remark; for callers that give each on its own."""
    given, expected = pl.col("given"), pl.col("expected_copy_number")
    placed = (pl.col("skip").is_null() | (pl.col("skip") == Skip.EXPECTED.value)) & ~pl.col("ploidy").is_in(
        [Ploidy.TWO.value, Ploidy.DEPTH.value, Ploidy.DEPTH_OF_ANOTHER.value]
    )
    # of a sample that does not carry a row ALT says nothing; where FORMAT has no genotype the row is its sample's
    placed &= ~pl.col("quiet") & pl.col("genotype").str.contains("[1-9]").fill_null(value=True)
    loss, gain = pl.col("kind") == RecordKind.LOSS.value, pl.col("kind") == RecordKind.GAIN.value
    ratio = pl.col("copy_ratio")
    left = pl.col("genotype").str.count_matches(r"\b0+\b")
    whole = pl.col("genotype").str.contains(r"^\d+(?:[/|]\d+)*$")
    return {
        AGAINST_ALT: placed & ((loss & (given >= expected)) | (gain & (given <= expected))),
        AGAINST_DEPTH: placed & (((given < expected) & (ratio > 1)) | ((given > expected) & (ratio < 1))),
        AGAINST_GENOTYPE: placed
        & pl.col("alleles").is_not_null()
        & loss
        & whole
        & (given < expected)
        & (left != given),
    }


def report_lines(remarks: pl.DataFrame) -> dict[int, list[str]]:
    """The remarks of each file as its report has them: how many records, what, and a first example."""
    lines: dict[int, list[str]] = {}
    counted = (
        remarks.group_by("entry_source", "remark", maintain_order=True)
        .agg(pl.col("row").n_unique().alias("records"), pl.col("example").drop_nulls().first())
        .sort("entry_source", "remark")
    )
    for file, remark, records, example in counted.iter_rows():
        lines.setdefault(file, []).append(remark_line(remark, records, example))
    return lines


def remark_line(remark: str, records: int, example: str | None) -> str:
    """One remark as a report has it."""
    return f"{records:,} record{'' if records == 1 else 's'}: {remark}" + (
        "" if example is None else f" (such as {example!r})"
    )


_UNVARIED: Final = (Skip.EXPECTED.value, Skip.NOT_CARRIED.value, Skip.BALANCED.value)


def signs_of(records: pl.DataFrame, joint: bool = False) -> pl.DataFrame:
    """What classified records on X and Y that are no calls say of the sex (R2): `row` and the columns `sex.SIGN`.

    A genotype speaks for its ploidy where the caller's genotypes state one; a merge that leaves genotype and number open says
    nothing. On Y a reference row speaks that has a copy; in a joint file, where a merge writes two copies into everybody, one
    copy alone and of one allele.
    """
    is_reference = pl.col("skip").is_null() & (pl.col("kind") == RecordKind.REFERENCE.value)
    rows = records.filter(pl.col("chrom").is_in(SEX_CHROMOSOMES) & (is_reference | pl.col("skip").is_in(_UNVARIED)))
    stated = _by_value("genotype", _names_an_allele, pl.Boolean) | pl.col("given").is_not_null()
    single = (pl.col("given") == 1) & (_by_value("genotype", _reference_alleles, pl.Int32) == 1)
    copy = single if joint else single | (is_reference & (pl.col("given") >= 1)).fill_null(False)
    on_x = pl.col("chrom") == "chrX"
    sign = (
        pl.when(on_x & stated & (pl.col("alleles") == 1))
        .then(HAPLOID_X)
        .when(on_x & stated & (pl.col("alleles") > 1))
        .then(DIPLOID_X)
        .when(~on_x & copy)
        .then(COPY_OF_Y)
    )
    return rows.select(
        "row",
        "entry_source",
        pl.col("start").cast(pl.Int32),
        pl.col("end").cast(pl.Int32),
        sign.cast(pl.UInt8).alias("sign"),
    ).drop_nulls("sign")


def split_repeats(calls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls with `row`, sorted by file, chrom, start, end and row; and apart the exact repeats, of which the first stays."""
    place = (
        pl.col("entry_source").cast(pl.Int64) * (1 << 34)
        + pl.col("chrom").to_physical().cast(pl.Int64) * (1 << 28)
        + pl.col("start")
    )
    if not calls.select((place.diff() > 0).all()).item():
        calls = calls.sort("entry_source", "chrom", "start", "end", "row")
    return _without_duplicates(calls)


def _without_duplicates(calls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Takes exact repeats out of calls sorted by place: the first stays."""
    place = ("entry_source", "chrom", "start", "end")
    repeated = pl.all_horizontal(pl.col(c) == pl.col(c).shift(1) for c in place).fill_null(False)
    if not calls.select(repeated.any()).item():
        return calls, calls.clear()
    first = calls.select(pl.struct(pl.exclude("row")).is_first_distinct()).to_series()
    return calls.filter(first), calls.filter(~first)


def _by_value(column: str, function: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Expr:
    """Applies a function to the few distinct values of a text column."""
    return pl.col(column).map_batches(
        lambda s: s.replace_strict(
            (values := s.unique().drop_nulls()),
            pl.Series([function(v) for v in values], dtype=dtype),
            default=None,
            return_dtype=dtype,
        ),
        return_dtype=dtype(),
    )


def _reason_off_chromosomes(name: str) -> str | None:
    """Why records on a sequence that is none of the chromosomes are left out, where more is known of it than that."""
    if is_mitochondrion(name):
        return Skip.MITOCHONDRION.value
    return Skip.OTHER_BUILD.value if accession_of_other_build(name) else None


_ALLELES: Final = re.compile(r"[0-9.]+(?:[/|][0-9.]+)*")


def _alleles(genotype: str) -> int | None:
    """How many alleles a GT names: 2 for `0/1` and `./1`, 1 for `1`; None for a lone dot or what is no GT."""
    if genotype == "." or not _ALLELES.fullmatch(genotype):
        return None
    return 1 + genotype.count("/") + genotype.count("|")


def _reference_alleles(genotype: str) -> int | None:
    """How many alleles a GT names that names the reference's and no other: 2 for `0/0`, 1 for `0`; None for other GTs."""
    return _alleles(genotype) if set(genotype) <= set("0./|") and "0" in genotype else None


def _names_an_allele(genotype: str) -> bool:
    """Whether a GT names any allele, be it the reference's: not `.` or `./.`."""
    return any(character.isdigit() for character in genotype)


def _lacks_variation(table: pl.DataFrame, is_female_y: pl.Expr, joint: bool) -> list[pl.Expr]:
    """`quiet`: neither GT nor CN of a record says that anything is other than expected; `open`: they say nothing at all."""
    cn = pl.col("copy_number")
    doubtful = cn.is_null() | (pl.col("kind") == RecordKind.LOH.value) | is_female_y.fill_null(False)
    if not joint and not table.select(doubtful.any()).item():
        # every record has a number, and of a record like that the number tells
        return [pl.lit(False).alias("quiet"), pl.lit(False).alias("open")]
    kind, given = pl.col("kind"), pl.col("given")
    two = pl.col("ploidy") == Ploidy.TWO.value
    no_other = _by_value("genotype", lambda genotype: set(genotype) <= set("0./|"), pl.Boolean).fill_null(joint)
    none = ~_by_value("genotype", _names_an_allele, pl.Boolean).fill_null(not joint)
    # of a Y that is not there no copy is expected, or what a caller writes that gives everyone the same ploidy
    absent = (cn == 0) | (cn == pl.col("alleles"))
    expected = pl.when(is_female_y.fill_null(False)).then(absent).otherwise(cn == pl.col("expected_copy_number"))
    same = expected.fill_null(False) | (two & (given == 2)).fill_null(False)
    empty = none & given.is_null()
    if joint:
        same = pl.when(none).then(same).otherwise(~pl.col("contrary"))
    if not joint:
        # a file of one has its reference rows, and losses of heterozygosity that have no genotype, for its sample alone
        same &= ~(none & two & (kind == RecordKind.LOH.value))
        empty_is_open = ~kind.is_in([RecordKind.REFERENCE.value, RecordKind.LOH.value])
    else:
        empty_is_open = pl.lit(True)
    return [
        (no_other & ((given.is_null() & ~none) | same)).alias("quiet"),
        (empty & empty_is_open & ~pl.col("has_support")).alias("open"),
    ]


def _expected_copies() -> pl.Expr:
    """Copies expected of a record (R2): as ECN states them, else by its genotype's alleles, else by sex and place."""
    by_place = pl.when(pl.col("par_bases").is_null()).then(2).otherwise("by_sex")
    is_female_y = (pl.col("chrom") == "chrY") & (pl.col("sex") == "XX")
    return pl.when(~is_female_y.fill_null(False)).then(pl.coalesce("ecn", "alleles", by_place))

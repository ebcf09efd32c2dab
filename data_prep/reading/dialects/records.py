"""The form in which every dialect hands over its records, and the reading of VCF fields that they share.

What callers disagree on is said record by record: what kind it is, and what its genotype tells of the copies expected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from data_prep.reading.vcf import Header


class RecordKind(StrEnum):
    """What the caller's own words (ALT, SVTYPE, ID) say of a record."""

    LOSS = "loss"
    GAIN = "gain"
    LOH = "loh"
    REFERENCE = "reference"
    VARIABLE = "variable"
    """A CNV whose direction only the copy number tells."""
    OTHER = "other"
    """No copy number variant: inversion, translocation and so on."""
    ABSENT = "absent"
    """A variant of other people: this sample's genotype does not carry it."""
    BALANCED = "balanced"
    """A loss on one haplotype and a gain on the other, of as many copies as are expected."""
    UNNAMED = "unnamed"
    """In a file of several callers, a record that does not say whose it is: its fields have no certain meaning."""


class Ploidy(StrEnum):
    """What a record's genotype and copy number say of the number of copies expected (R2)."""

    GENOTYPE = "genotype"
    """As many copies are expected as GT names alleles; without GT, by sex and place."""
    SEX = "sex"
    """GT names no chromosome copies: expected is by sex and place. CN counts the copies that are there."""
    TWO = "two"
    """The caller takes every chromosome for one of two copies: expected is by sex and place, and where that is not two,
    its copy number holds only if it is zero."""
    DEPTH = "depth"
    """Expected is by sex and place. The copies follow from the copy ratio, the depth that the caller normalises to 1: at two
    copies, on X and Y of men at one copy."""
    DEPTH_OF_ANOTHER = "depth-of-another"
    """As DEPTH in a file of one person. In a joint file, whose records carry one depth for all, it is not this sample's: the
    genotype contradicts it, so there is neither ratio nor number."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Which entries of a dialect's joint files plainly say nothing, so that one of a line stands for all that are alike.

    What becomes of two entries of one line may then hang on nothing but their GT and the keys `copies`.
    """

    copies: tuple[str, ...] = ("CN",)
    """FORMAT keys that are read as copy numbers."""
    by_genotype: bool = False
    """The copies expected are always those that GT names (`Ploidy.GENOTYPE`), whatever the sex."""
    untyped: bool = True
    """Neither genotype nor copy number says nothing; false where other fields can tell of a variant."""


class Ends(StrEnum):
    """Where a caller places the ends of its events, and so how far they may lie further in (R7)."""

    BINS = "bins"
    """On the borders of read-depth bins: half a mean bin."""
    EXACT = "exact"
    """By split reads or assembly: as far as a record's own confidence interval says."""
    UNSAID = "unsaid"
    """Nobody knows: `UNCERTAIN_BASES`."""


UNCERTAIN_BASES: Final = 500
"""By how much an end may lie further in where neither bins nor a confidence interval tell (R7)."""

KIND: Final = pl.Enum([k.value for k in RecordKind])
PLOIDY: Final = pl.Enum([p.value for p in Ploidy])

RECORD: Final[dict[str, type[pl.DataType] | pl.DataType]] = {
    "entry_source": pl.UInt32,
    "chrom": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "kind": KIND,
    "copy_number": pl.Float64,
    "copy_ratio": pl.Float64,
    "quality": pl.Float64,
    "bins": pl.Int32,
    "filters": pl.String,
    "genotype": pl.String,
    "malformed": pl.Boolean,
    "ploidy": PLOIDY,
    "has_support": pl.Boolean,
    "inward_start": pl.Int32,
    "inward_end": pl.Int32,
    "warning": pl.String,
    "unreadable": pl.String,
    "ecn": pl.Int32,
    "joins": pl.Boolean,
}
"""Columns of parsed records: `chrom` as written; `[start, end)` 0-based, null where the record does not tell;
`genotype` a single dot where FORMAT has a GT and the sample none, null where FORMAT has none; `malformed` for a line without
all ten columns or without a position; `has_support` where other fields than genotype and copy number say that the sample has the
variant; `inward_start`, `inward_end`: bases by which an end may lie further in, where the record itself says so: the inward
bound of CIPOS and CIEND, else `UNCERTAIN_BASES` for one that a breakpoint caller takes from read depth alone, else null;
`warning`: what in the record contradicts itself, in words that follow "3 records: ", null where nothing does; `unreadable`:
fields with values that are no numbers, as `QUAL abc`, in lines of their own, null where every value can be read; `ecn`: the copies expected, where FORMAT ECN states them (R2); `joins`:
false for a record that is a whole event although its dialect has others that are cut into pieces (R3), else null."""


def complete_columns(table: pl.DataFrame, ploidy: Ploidy) -> pl.DataFrame:
    """The columns of `RECORD` from those of the text and what a dialect has worked out.

    `table` has the text columns, `start`, `end` and `kind`; of the others those that the dialect knows. Left out, quality is
    QUAL, filters are FILTER, ends are uncertain as CIPOS and CIEND say, and what a caller does not give is null. A column `ploidy` holds before the argument.
    """
    table = table.with_columns(
        pl.lit(value).alias(name)
        for name, value in (("GT", None), ("FT", None), ("ploidy", ploidy.value), ("has_support", False))
        if name not in table.columns
    )
    if "unreadable" not in table.columns:
        table = table.with_columns(unreadable_fields(table))
    genotype = pl.col("GT")
    if table.get_column("GT").null_count():
        genotype = pl.coalesce("GT", pl.when(has_genotype()).then(pl.lit(".")))
    table = table.with_columns(_inward(table))
    defaults = {
        "quality": number(pl.col("qual")),
        "filters": pl.col("filter").fill_null("."),
        "genotype": genotype,
        "malformed": pl.col("values").is_null() | position().is_null(),
    }
    records = table.select(
        (pl.col(name) if name in table.columns else defaults.get(name, pl.lit(None))).cast(dtype).alias(name)
        for name, dtype in RECORD.items()
    )
    return records.with_columns(_filter_sets(records.get_column("filters")))


def _filter_sets(filters: pl.Series) -> pl.Series:
    """Filters as sets (R4): each name once, in the order of its first place; FILTER and FT may both hold one."""
    texts = filters.unique().drop_nulls()
    sets = [";".join(dict.fromkeys(name for name in text.split(";") if name)) or "." for text in texts]
    if sets == texts.to_list():
        return filters
    return filters.replace_strict(texts, pl.Series(sets, dtype=pl.String), default=None, return_dtype=pl.String)


def by_depth_alone(depth: pl.Expr) -> list[pl.Expr]:
    """`inward_start` and `inward_end` of records that a breakpoint caller may take from read depth alone, as `depth` says."""
    bases = pl.when(depth.fill_null(False)).then(pl.lit(UNCERTAIN_BASES, pl.Int32))
    return [bases.alias("inward_start"), bases.alias("inward_end")]


def _inward(table: pl.DataFrame) -> list[pl.Expr]:
    """The inward bounds of CIPOS and CIEND; where the record has none, what the dialect says, else null."""
    info = pl.col("info")
    bounds = []
    for name, key, bound in (
        ("inward_start", "CIPOS", r"-?\d+,(-?\d+)"),
        ("inward_end", "CIEND", r"(-?\d+),-?\d+"),
    ):
        otherwise = pl.col(name) if name in table.columns else pl.lit(None)
        # few callers write them: a plain search tells faster than a pattern
        if not table.select(info.str.contains(f"{key}=", literal=True).any()).item():
            bounds.append(otherwise.cast(pl.Int32).alias(name))
            continue
        bases = info.str.extract(rf"(?:^|;){key}={bound}(?:;|$)").cast(pl.Int32, strict=False)
        inward = (bases if name == "inward_start" else -bases).clip(lower_bound=0)
        bounds.append(pl.coalesce(inward, otherwise).cast(pl.Int32).alias(name))
    return bounds


def source(header: Header, name: str) -> str | None:
    """What follows the caller's name in its `##source` line, without regard to case; None where no line begins with it.

    Other programs that a file went through may have lines of their own.
    """
    for line in header.meta.get("source", ()):
        if line.lower().startswith(name.lower()):
            return line[len(name) :].strip(" _v")
    return None


def position() -> pl.Expr:
    """POS as a whole number, Int64; null where it is none, a sign before the digits included."""
    position = pl.col("pos").cast(pl.Int64, strict=False)
    return pl.when(~pl.col("pos").cast(pl.String).str.starts_with("+")).then(position)


def kinds(table: pl.DataFrame, kind_of: Callable[[str], RecordKind]) -> pl.Series:
    """The kinds that ALT tells, worked out once for each distinct ALT."""
    alts = table.get_column("alt")
    distinct = alts.unique().drop_nulls()
    names = pl.Series([kind_of(alt).value for alt in distinct], dtype=pl.String)
    return alts.replace_strict(distinct, names, default=RecordKind.OTHER.value, return_dtype=pl.String).alias("kind")


_SYMBOL_KIND: Final = {
    "DEL": RecordKind.LOSS,
    "DUP": RecordKind.GAIN,
    "CNV": RecordKind.VARIABLE,
    "LOH": RecordKind.LOH,
}


def symbol_kind(alt: str) -> RecordKind:
    """The kind that a symbolic ALT tells by its first word, so that `<DUP:TANDEM>` is a gain and `<DEL:ME:ALU>` a loss.

    Tandem repeats (`<CNV:TR>`) are no CNVs here. Several symbols that differ are variable: genotype or number must tell.
    """
    if alt == ".":
        return RecordKind.REFERENCE
    kinds_ = {
        _SYMBOL_KIND.get(symbol[1:-1].split(":")[0], RecordKind.OTHER)
        if symbol.startswith("<") and symbol.endswith(">") and not symbol.startswith("<CNV:TR")
        else RecordKind.OTHER
        for symbol in alt.split(",")
    }
    if len(kinds_) == 1:
        return kinds_.pop()
    return RecordKind.OTHER if RecordKind.OTHER in kinds_ else RecordKind.VARIABLE


def has_genotype() -> pl.Expr:
    """Whether the record's FORMAT has a GT."""
    return pl.col("format").str.contains(r"(?:^|:)GT(?::|$)").fill_null(False)


def carries_variant() -> pl.Expr:
    """Whether a genotype names an allele that is not the reference's; false where it is missing."""
    return pl.col("GT").str.contains(r"(?:^|[/|])0*[1-9]").fill_null(False)


def alleles_left() -> pl.Expr:
    """Copies that a deletion leaves: the alleles 0 of its genotype, Float64; null where an allele is missing."""
    whole = pl.col("GT").str.contains(r"^\d+(?:[/|]\d+)*$")
    return pl.when(whole).then(pl.col("GT").str.count_matches(r"\b0+\b").cast(pl.Float64))


def format_values(text: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The values of the FORMAT keys `keys` as text, one column each, in the order of `text`.

    Read by key for each distinct FORMAT, since their order differs between releases; a key that the FORMAT lacks, a
    trailing field that the record leaves out, and a single dot are null.
    """
    parts = []
    for (form,), rows in (
        text.select("format", "values").with_row_index("row").partition_by("format", as_dict=True).items()
    ):
        names = [] if form is None else str(form).split(":")
        wanted = {key: names.index(key) for key in keys if key in names}
        fields = rows.select(
            "row",
            pl.col("values")
            .str.split_exact(":", max(len(names) - 1, 1))
            .struct.rename_fields([f"f{i}" for i in range(max(len(names), 2))]),
        ).unnest("values")
        parts.append(
            fields.select(
                "row",
                *((pl.col(f"f{wanted[key]}") if key in wanted else pl.lit(None, pl.String)).alias(key) for key in keys),
            )
        )
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(keys, pl.String))
    whole = pl.concat(parts) if len(parts) > 1 else parts[0]
    whole = whole.sort("row") if len(parts) > 1 else whole
    return whole.select(pl.when(pl.col(key) != ".").then(pl.col(key)).alias(key) for key in keys)


def info_text(key: str) -> pl.Expr:
    """The value of INFO key `key` as text; null where there is none."""
    return pl.col("info").str.extract(rf"(?:^|;){key}=([^;]+)")


def info_number(key: str) -> pl.Expr:
    """The whole number of INFO key `key`, of several the first, Int64; null where there is none or other text follows the digits."""
    return pl.col("info").str.extract(rf"(?:^|;){key}=(-?\d+)(?:[,;]|$)").cast(pl.Int64, strict=False)


_MOST: Final = 3.4e38
"""The database keeps decimals in 32 bits, in which larger ones are infinite."""


def number(column: pl.Expr) -> pl.Expr:
    """A decimal number from text, Float64; null for a dot, for nonsense, and for values that are not finite in 32 bits."""
    value = column.cast(pl.Float64, strict=False)
    return pl.when(value.is_between(-_MOST, _MOST)).then(value)


MOST_COPIES: Final = 1_000_000
"""A copy number beyond this is a damaged field: the highest seen in a real file is 182."""


def copy_number(column: pl.Expr) -> pl.Expr:
    """A copy number from text, Float64; null for nonsense, for one below zero and for one beyond all sense."""
    value = number(column)
    return pl.when(value.is_between(0, MOST_COPIES)).then(value)


_DECIMALS: Final = ("SM", "QS")
_COUNTS: Final = ("BC", "NP")
_COPIES: Final = ("CN", "RDCN", "ECN")
"""FORMAT keys by what their values are."""
_INFO_NUMBERS: Final = "END|SVLEN|REFLEN|CNVLEN"
_NO_WHOLE_NUMBER: Final = rf"(?:^|;)((?:{_INFO_NUMBERS})=(?:[^;]*[^-0-9,.;][^;]*|[^;]*\d\.[^;]*|[^;]*\.\d[^;]*))(?:;|$)"


def unreadable_fields(
    table: pl.DataFrame, depth: str | None = None, parsed: Mapping[str, str] | None = None, places: bool = True
) -> pl.Series:
    """The column `unreadable` of `RECORD`, from text columns and the FORMAT values that a dialect has read (R4).

    A dot and a key that is left out are "not given"; any other text that is no number in its field is damage, and no reason
    to believe a call. An empty QUAL column is such a text, a record cut short before it is not (it is `malformed`).
    `depth`: the INFO key of a normalised depth, where the dialect reads one. What a dialect has parsed need not be parsed again:
    `parsed` names the columns of `table` with the numbers of FORMAT keys, and without `places` the lengths of INFO are known to be
    whole numbers.
    """
    parsed = parsed or {}

    def unread(text: pl.Expr, value: pl.Expr) -> pl.Expr:
        return text.is_not_null() & value.is_null()

    quality = pl.when(pl.col("values").is_not_null()).then(pl.col("qual").fill_null(""))
    fields: dict[str, tuple[pl.Expr, pl.Expr]] = {
        "QUAL": (quality, unread(quality, number(quality)) & (quality != "."))
    }
    for keys, parse in ((_DECIMALS, number), (_COUNTS, _count), (_COPIES, copy_number)):
        for key in keys:
            if key in table.columns:
                value = pl.col(parsed[key]) if key in parsed else parse(pl.col(key))
                fields[key] = (pl.col(key), unread(pl.col(key), value))
    if depth is not None:
        text = info_text(depth)
        fields[depth] = (text, unread(text, number(text)) & (text != "."))
    damaged_places = pl.col("info").str.contains(_NO_WHOLE_NUMBER).any() if places else pl.lit(False)
    has_unreadable = table.select(
        *(unreadable.any().alias(name) for name, (_, unreadable) in fields.items()), damaged_places.alias("places")
    ).row(0, named=True)
    if not any(has_unreadable.values()):
        return pl.repeat(None, table.height, dtype=pl.String, eager=True).alias("unreadable")
    parts: list[pl.Expr] = [
        pl.when(unreadable).then(pl.format(f"{name} {{}}", text.str.slice(0, _SHOWN)))
        for name, (text, unreadable) in fields.items()
        if has_unreadable[name]
    ]
    place = pl.col("info").str.extract(_NO_WHOLE_NUMBER)
    parts.append(place.str.replace("=", " ", literal=True).str.slice(0, _SHOWN))
    lines = pl.concat_str(parts, separator="\n", ignore_nulls=True)
    return table.select(pl.when(lines != "").then(lines).alias("unreadable")).to_series()


_SHOWN: Final = 40
"""Characters of a value that stand in a report as an example."""


def _count(column: pl.Expr) -> pl.Expr:
    """A count from text, decimals rounded, Float64; null for nonsense and for one below zero."""
    value = number(column)
    return pl.when(value.is_between(0, 1 << 30)).then(value)


def bin_count(column: pl.Expr) -> pl.Expr:
    """A count of bins from text, Int32, decimals rounded; null for nonsense and for one below zero."""
    return _count(column).round().cast(pl.Int32)

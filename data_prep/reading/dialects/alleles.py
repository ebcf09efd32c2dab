"""What the alleles of a record say of copies: one haplotype's copies for each ALT, and their sum over a genotype.

A deletion is `<DEL>`, `<CN0>`, or letters where REF is longer than ALT; a row may hold several alleles of several kinds.
What a person carries decides and not the row: of `<CN0>,<INV>` the first is a loss, the second none of our business.
"""

import re
from functools import lru_cache
from typing import Final

import polars as pl

from data_prep.reading.dialects.records import KIND, RecordKind, info_number, info_text

SHORTEST: Final = 50
"""Bases from which an indel in letters counts as a structural variant where no SVTYPE says so (VCF 4.4, section 3)."""

_SYMBOL: Final = re.compile(r"<CN([0-9]{1,3})>|<([A-Z]+)(?::[^>]*)?>")
_GAINS: Final = frozenset({"DUP", "TDUP", "IDUP", "INVDUP"})
_INDEX: Final = re.compile(r"[0-9]{1,3}")
_LETTERS: Final = r"^[ACGTNacgtn]+$"

LOSS: Final = "<DEL>"
GAIN: Final = "<DUP>"
NEITHER: Final = "<NEITHER>"
"""Symbols that stand for alleles in letters once these have been looked at."""


def symbols(table: pl.DataFrame) -> pl.Series:
    """ALT with the alleles in letters replaced by `LOSS`, `GAIN` or `NEITHER`, so that few distinct texts are left.

    `table` has the text columns `ref`, `alt` and `info`. SVTYPE tells a deletion (`DEL`, `DEL_ALU`, `CNV`) from letters that
    say the same of an insertion or a breakend; without SVTYPE the lengths do, from `SHORTEST` bases on.
    """
    alt, ref = pl.col("alt"), pl.col("ref")
    svtype = info_text("SVTYPE")
    shorter = ref.str.len_bytes().cast(pl.Int64) - alt.str.len_bytes().cast(pl.Int64)
    spelt = alt.str.contains(_LETTERS).fill_null(False)
    deleted = (shorter > 0) & pl.coalesce(svtype.str.contains("^(?:DEL|CNV)"), shorter >= SHORTEST)
    duplicated = svtype.str.contains("DUP").fill_null(False)
    single = (
        pl.when(~spelt)
        .then(alt)
        .when(deleted.fill_null(False))
        .then(pl.lit(LOSS))
        .when(duplicated.fill_null(False))
        .then(pl.lit(GAIN))
        .otherwise(pl.lit(NEITHER))
    )
    # the mates of breakends are as many texts as there are breakends
    single = pl.when(alt.str.contains(r"[\[\]]").fill_null(False)).then(pl.lit(NEITHER)).otherwise(single)
    parsed = table.select(
        single.alias("symbols"), several=alt.str.contains(",", literal=True) & alt.str.contains("(?:^|,)[^<,]")
    )
    several = parsed.get_column("several").fill_null(False)
    if not several.any():
        return parsed.get_column("symbols")
    rows = table.select("ref", "alt", svtype.alias("svtype")).filter(several)
    texts = iter([_each_symbol(*row) for row in rows.iter_rows()])
    whole = [next(texts) if mixed else text for mixed, text in zip(several, parsed.get_column("symbols"), strict=True)]
    return pl.Series("symbols", whole, dtype=pl.String)


def _each_symbol(ref: str | None, alts: str, svtype: str | None) -> str:
    """The symbols of a row of several alleles, of which at least one is in letters."""

    def symbol(alt: str) -> str:
        if not re.fullmatch(_LETTERS, alt):
            return alt
        shorter = len(ref or "") - len(alt)
        if shorter > 0 and (svtype.startswith(("DEL", "CNV")) if svtype else shorter >= SHORTEST):
            return LOSS
        return GAIN if "DUP" in (svtype or "") else NEITHER

    return ",".join(symbol(alt) for alt in alts.split(","))


def meanings(table: pl.DataFrame, symbol_column: str = "symbols") -> pl.DataFrame:
    """Kind and copy number that alleles and genotype of each row say, in the order of `table`: columns

    `variant` (KIND): what the row is in whoever carries it; `kind` (KIND): what it is in this sample, `ABSENT` without an
    allele of copy number; `copies` (Float64): the sum over the haplotypes, null where one is not known; `carried_allele`
    (Int64): the index into ALT, from 0, of the one allele that is carried, null for none and for several.
    Without a genotype (GT null) `kind` is `variant`.
    """
    distinct = table.select(pl.col(symbol_column).alias("symbols"), "GT").unique()
    schema: dict[str, type[pl.DataType] | pl.DataType] = {
        "symbols": pl.String,
        "GT": pl.String,
        "variant": KIND,
        "kind": KIND,
        "copies": pl.Float64,
        "carried_allele": pl.Int64,
    }
    known = pl.DataFrame([(*row, *meaning(*row)) for row in distinct.iter_rows()], schema=schema, orient="row")
    wanted = table.select(pl.col(symbol_column).alias("symbols"), "GT")
    return wanted.join(known, on=["symbols", "GT"], how="left", nulls_equal=True, maintain_order="left").drop(
        "symbols", "GT"
    )


@lru_cache(4096)
def meaning(alts: str | None, genotype: str | None) -> tuple[str, str, float | None, int | None]:
    """`variant`, `kind`, `copies` and `carried_allele` of `meanings`, for the ALT symbols and the GT of one record."""
    alleles = [_copies(alt) for alt in (alts or "").split(",")]
    variant = _kind_of([allele for allele in alleles if allele is not None])
    if variant is None:
        return RecordKind.OTHER.value, RecordKind.OTHER.value, None, None
    if genotype is None:
        return variant.value, variant.value, None, None
    haplotypes = genotype.replace("/", "|").split("|")
    indices = [int(index) for index in haplotypes if _INDEX.fullmatch(index) and int(index) <= len(alleles)]
    whole = len(indices) == len(haplotypes)
    carried = [alleles[index - 1] for index in indices if index]
    changed = [allele for allele in carried if allele not in (None, 1)]
    if not changed:
        kind = RecordKind.OTHER if None in carried else RecordKind.ABSENT
        return variant.value, kind.value, None, None
    kind = _kind_of(changed) or RecordKind.VARIABLE
    indices_of_change = {index for index in indices if index and alleles[index - 1] not in (None, 1)}
    carried_allele = indices_of_change.pop() - 1 if len(indices_of_change) == 1 else None
    # the reference has one copy, and so has an inversion or an insertion
    copies = [1 if allele is None else allele for allele in carried] + [1] * indices.count(0)
    numbers = [copy for copy in copies if isinstance(copy, int)]
    if not whole or len(numbers) < len(copies):
        return variant.value, kind.value, None, carried_allele
    if sum(numbers) == len(numbers):
        kind = RecordKind.BALANCED
    return variant.value, kind.value, float(sum(numbers)), carried_allele


def _copies(alt: str) -> int | str | None:
    """Copies on a haplotype that an allele names, or its direction where it names none; None for what is no copy number."""
    match = _SYMBOL.fullmatch(alt)
    if not match or alt.startswith("<CNV:TR"):
        return None
    if match[1]:
        return int(match[1])
    if match[2] == "DEL":
        return 0
    if match[2] in _GAINS:
        return "gain"
    return {"CNV": "variable", "LOH": "loh"}.get(match[2])


def _kind_of(alleles: list[int | str]) -> RecordKind | None:
    """The kind of alleles where it is one, `VARIABLE` where they differ or leave it open; None where there is none."""
    kinds = {
        RecordKind.LOSS if allele == 0 else RecordKind.GAIN if isinstance(allele, int) else RecordKind(allele)
        for allele in alleles
        if allele != 1
    }
    if not kinds:
        return RecordKind.VARIABLE if alleles else None
    return kinds.pop() if len(kinds) == 1 else RecordKind.VARIABLE


def end(start: pl.Expr) -> pl.Expr:
    """The end of a record: SVLEN of the one allele carried where SVLEN has a value for each of several; else END, else
    the first SVLEN, of either sign, else the end of a REF in letters. Asks for `carried_allele`.

    For rows of several alleles END is that of the longest (VCF 4.4), and a merge may have taken it from another allele.
    """
    lengths = info_text("SVLEN").str.split(",")
    for_each = (lengths.list.len() > 1) & (lengths.list.len() == pl.col("alt").str.split(",").list.len())
    own = lengths.list.get(pl.col("carried_allele"), null_on_oob=True).cast(pl.Int64, strict=False).abs()
    spelt = pl.col("ref").str.len_bytes().cast(pl.Int64)
    return pl.coalesce(
        pl.when(for_each).then(start + own),
        info_number("END"),
        start + info_number("SVLEN").abs(),
        pl.when(spelt > 1).then(pl.col("pos").cast(pl.Int64, strict=False) - 1 + spelt),
    )

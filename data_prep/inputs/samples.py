"""Who the samples are: the sample table in any of three forms, told apart by its header, and the list of the unrelated.

The 1000 Genomes pedigree file, the IGSR portal's table, and our own (sample, superpopulation, population, sex, family,
father, mother, unrelated) all become one frame.
"""

import csv
import hashlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from data_prep.errors import UserError

SCHEMA: Final = {
    "sample": pl.String,
    "superpopulation": pl.String,
    "population": pl.String,
    "sex": pl.String,
    "family": pl.String,
    "father": pl.String,
    "mother": pl.String,
    "unrelated": pl.Boolean,
}

_SEX: Final = {"1": "XY", "2": "XX", "male": "XY", "female": "XX", "m": "XY", "f": "XX", "xy": "XY", "xx": "XX"}
_UNKNOWN_SEX: Final = ("0", "unknown", "na", "other")
_KINDS_OF_CELLS: Final = 4_096
"""Different cells that are looked for again in the lines that follow."""
_NO_PARENT: Final = ("0", "na", ".", "-", "none", "unknown")
_YES: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class SampleTableError(UserError):
    """A sample table that cannot be read; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class SampleTable:
    """The samples of a table, one row each with the columns of `SCHEMA`, sorted by name, and what makes them unrelated."""

    frame: pl.DataFrame
    unrelated_definition: str
    notes: tuple[str, ...] = ()


def sexes_of(frame: pl.DataFrame) -> dict[str, str | None]:
    """Recorded karyotype sex by sample: all that the reading of files takes from a sample table (R2)."""
    return dict(frame.select("sample", "sex").iter_rows())


def digest_of(sexes: Mapping[str, str | None]) -> str:
    """SHA-256 of samples and sexes, by which two tables are the same to whoever reads files."""
    lines = "".join(f"{sample}\t{sex or ''}\n" for sample, sex in sorted(sexes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def read_sexes(path: Path) -> dict[str, str | None]:
    """Recorded sexes from a sample table, whose cohorts need not be told; raises SampleTableError as `read_samples`."""
    return sexes_of(_read_table(path).frame)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as read, its people not yet marked as unrelated unless it does so itself."""

    frame: pl.DataFrame
    unrelated_by: str | None
    """What makes people unrelated, where the table says who is."""
    notes: list[str]
    parents: bool
    """It has columns for the parents."""


def _read_table(path: Path) -> _Table:
    lines = _lines(path)
    header = lines.header
    if header[:2] == ["FamilyID", "SampleID"]:
        frame, unrelated_by, notes = _pedigree(path, lines)
    elif header[0] == "Sample name":
        frame, unrelated_by, notes = _igsr(path, lines)
    elif header[0] == "sample":
        frame, unrelated_by, notes = _own(path, lines)
    else:
        raise SampleTableError(
            f"{path} is no sample table: its first line must begin with 'FamilyID SampleID' (1000 Genomes pedigree), "
            "'Sample name' (IGSR) or 'sample' (our own)"
        )
    if not frame.height:
        raise SampleTableError(f"{path} has a header and no sample: give a table with a line for every sample")
    twice = frame.filter(pl.col("sample").is_duplicated())
    if twice.height:
        raise SampleTableError(f"{path} names the sample {twice.item(0, 'sample')} twice: leave one line")
    _check_relations(path, frame)
    return _Table(frame, unrelated_by, notes, header[0] != "Sample name")


def read_samples(path: Path, unrelated: Path | None = None) -> SampleTable:
    """Reads a sample table, and marks the cohort of unrelated people (R5).

    Marked are, in this order: the names in the file `unrelated` (one a line); what the table marks itself (our own
    table's column); else the samples without a parent in the table. The IGSR table tells neither and needs the list.
    Lines behind the header that begin with `#` are comments.
    Raises SampleTableError for a table that cannot be read, is none of the three or names nobody, names a sample twice
    or as its own ancestor, a father of sex XX or a mother of sex XY, puts a population under two super-populations, or for
    a list of nobody or of unknown names.
    """
    table = _read_table(path)
    frame, unrelated_by = table.frame, table.unrelated_by
    if unrelated is not None:
        names = _text(unrelated, "give the names of the unrelated samples, one a line").split()
        if not names:
            raise SampleTableError(f"{unrelated} is empty: give the names of the unrelated samples, one a line")
        missing = sorted(set(names) - set(frame.get_column("sample")))
        if missing:
            raise SampleTableError(
                f"{unrelated} names {len(missing):,} samples that {path} does not, {missing[0]} for one: give the list that belongs to the table"
            )
        frame = frame.with_columns(pl.col("sample").is_in(names).alias("unrelated"))
        unrelated_by = f"{len(names):,} samples listed in {unrelated.name}"
    elif unrelated_by is None:
        if not table.parents:
            # its collection "1000 Genomes phase 3 release" holds relatives too: 2,977 of the 3,202
            raise SampleTableError(
                f"{path} tells neither who is unrelated nor who the parents are: give the list of unrelated samples too (--unrelated)"
            )
        ours = frame.get_column("sample").implode()
        parent_here = pl.col("father").is_in(ours) | pl.col("mother").is_in(ours)
        frame = frame.with_columns((~parent_here.fill_null(False)).alias("unrelated"))
        unrelated_by = f"samples without a parent in {path.name}"
    return SampleTable(frame.select(list(SCHEMA)).sort("sample"), unrelated_by, tuple(table.notes))


def _check_relations(path: Path, frame: pl.DataFrame) -> None:
    own = frame.filter((pl.col("father") == pl.col("sample")) | (pl.col("mother") == pl.col("sample")))
    if own.height:
        raise SampleTableError(f"{path} names {own.item(0, 'sample')} as its own parent: name another or none")
    _check_ancestors(path, frame)
    _check_parents_sexes(path, frame)
    groups = frame.group_by("population").agg(pl.col("superpopulation").unique().sort()).sort("population")
    split = groups.filter(pl.col("superpopulation").list.len() > 1)
    if split.height:
        population, several = split.row(0)
        raise SampleTableError(
            f"{path} puts the population {population} under {' and '.join(several[:2])}: give it one super-population"
        )


def _check_ancestors(path: Path, frame: pl.DataFrame) -> None:
    # who has no parents begins no circle: of a million such people not one is looked at
    named_parents = frame.filter(pl.col("father").is_not_null() | pl.col("mother").is_not_null())
    parents = {
        sample: [parent for parent in names if parent is not None]
        for sample, *names in named_parents.select("sample", "father", "mother").iter_rows()
    }
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        steps = [f"{parent} as a parent of {child}" for parent, child in pairwise(circle)]
        raise SampleTableError(
            f"{path} names {', '.join(steps[:-1])} and {steps[-1]}: nobody is their own ancestor, name other parents or none"
        ) from error


def _check_parents_sexes(path: Path, frame: pl.DataFrame) -> None:
    sexes = frame.select("sample", "sex")
    for role, wrong in (("father", "XX"), ("mother", "XY")):
        with_wrong_sex = frame.join(sexes, left_on=role, right_on="sample", suffix="_of_parent", maintain_order="left")
        with_wrong_sex = with_wrong_sex.filter(pl.col("sex_of_parent") == wrong)
        if with_wrong_sex.height:
            child, parent = with_wrong_sex.select("sample", role).row(0)
            raise SampleTableError(
                f"{path} names {parent} as the {role} of {child} and records {parent} as {wrong}: "
                f"mend the sex, or name another {role} or none"
            )


def _text(path: Path, advice: str) -> str:
    """The text of a file; SampleTableError, with the advice, where there is none."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SampleTableError(f"{path} is not a text file: {advice}") from error
    except OSError as error:
        raise SampleTableError(f"{path} cannot be read ({error.strerror}): {advice}") from error


@dataclass(frozen=True, slots=True)
class _Lines:
    """The cells of a table, without blank lines and comments."""

    header: list[str]
    rows: list[list[str]]
    numbers: Sequence[int]
    """Of each row its line in the file, from 1."""


def _lines(path: Path) -> _Lines:
    advice = "give the pedigree, the IGSR table or our own TSV"
    header: list[str] | None = None
    tabs = False
    rows: list[list[str]] = []
    numbers = array("q")
    same: dict[str, str] = {}
    for number, line in enumerate(_text(path, advice).splitlines(), 1):
        if not line.strip():
            continue
        if header is None:
            tabs = "\t" in line
            header = _split(path, number, line, tabs)
        elif not line.startswith("#"):
            cells = _split(path, number, line, tabs)
            # a population stands in a million lines and once in memory; of names, which differ, only the first are kept
            rows.append(
                [same.setdefault(cell, cell) if len(same) < _KINDS_OF_CELLS else same.get(cell, cell) for cell in cells]
            )
            numbers.append(number)
    if header is None:
        raise SampleTableError(f"{path} is empty: {advice}")
    with_wrong_sex = _Lines(header, rows, numbers)
    _check_shape(path, with_wrong_sex, tabs)
    return with_wrong_sex


def _split(path: Path, number: int, line: str, tabs: bool) -> list[str]:
    """Each line by itself: a quotation mark that is not closed takes no other line with it.

    Nor the tabs behind it: raises SampleTableError for a cell that begins with one and is not closed.
    """
    if not tabs:
        return line.split()
    try:
        cells = next(csv.reader([line], delimiter="\t", strict=True)) if '"' in line else line.split("\t")
    except csv.Error as error:
        raise SampleTableError(
            f"{path}, line {number}: a cell begins with a quotation mark that is not closed at its end: close it or take it away"
        ) from error
    return [cell.strip() for cell in cells]


def _check_shape(path: Path, lines: _Lines, tabs: bool) -> None:
    """Raises SampleTableError where cells would be taken for those of another column.

    Between tabs cells may be empty, and those at the end of a line left out; of cells between spaces an empty one moves all after it.
    """
    header = lines.header
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise SampleTableError(f"{path} has two columns {twice!r}: leave one of them")
    for number, row in zip(lines.numbers, lines.rows, strict=True):
        if any(row[len(header) :]) or (not tabs and len(row) != len(header)):
            advice = (
                "mend the line"
                if tabs
                else "part the columns by tabs, with nothing between two tabs where a cell is empty"
            )
            raise SampleTableError(
                f"{path}, line {number}, has {len(row)} cells and the header {len(header)}: {advice}"
            )


def _cells(path: Path, lines: _Lines, needed: dict[str, str]) -> pl.DataFrame:
    """The needed columns by our names, as text; empty cells are null."""
    header, rows = lines.header, lines.rows
    missing = [theirs for theirs in needed.values() if theirs not in header]
    if missing:
        raise SampleTableError(f"{path} has no column {missing[0]!r}: its header reads {', '.join(header)}")
    places = {ours: header.index(theirs) for ours, theirs in needed.items()}
    last = max(places.values())
    for number, row in zip(lines.numbers, rows, strict=True):
        if len(row) <= last:
            raise SampleTableError(f"{path}, line {number}: {len(row)} columns, {last + 1} are needed")
    data = {ours: [row[place] or None for row in rows] for ours, place in places.items()}
    return pl.DataFrame(data, schema=dict.fromkeys(places, pl.String))


def _sexes(path: Path, words: pl.Series) -> pl.Series:
    """Karyotype sexes from the words of a table; null for those that say it is not known."""
    known = {word: _SEX.get(word.lower()) for word in words.unique().drop_nulls()}
    wrong = next((word for word, sex in known.items() if sex is None and word.lower() not in _UNKNOWN_SEX), None)
    if wrong is not None:
        raise SampleTableError(f"{path} gives the sex {wrong!r}: write male or female, 1 or 2, XY or XX")
    return pl.Series("sex", [None if word is None else known[word] for word in words], dtype=pl.String)


def _finished(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    if frame.get_column("sample").null_count():
        raise SampleTableError(f"{path} has a line without a sample name: name it or leave the line out")
    for column, dtype in SCHEMA.items():
        if column not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype).alias(column))
    frame = frame.with_columns(pl.col("superpopulation", "population").fill_null("unknown"))
    # of a super-population that is known they are a population of their own: sums over populations would take them for strangers
    half_known = (pl.col("population") == "unknown") & (pl.col("superpopulation") != "unknown")
    return frame.with_columns(
        pl.when(half_known)
        .then(pl.format("{}-unknown", "superpopulation"))
        .otherwise("population")
        .alias("population"),
        _sexes(path, frame.get_column("sex")),
        *(
            pl.when(~pl.col(c).str.to_lowercase().is_in(_NO_PARENT)).then(pl.col(c)).alias(c)
            for c in ("father", "mother")
        ),
    )


def _pedigree(path: Path, lines: _Lines) -> tuple[pl.DataFrame, str | None, list[str]]:
    names = {"family": "FamilyID", "sample": "SampleID", "father": "FatherID", "mother": "MotherID", "sex": "Sex"}
    places = {"population": "Population", "superpopulation": "Superpopulation"}
    return _finished(path, _cells(path, lines, names | places)), None, []


def _igsr(path: Path, lines: _Lines) -> tuple[pl.DataFrame, str | None, list[str]]:
    names = {
        "sample": "Sample name",
        "sex": "Sex",
        "population": "Population code",
        "superpopulation": "Superpopulation code",
    }
    frame = _cells(path, lines, names)
    several = frame.filter(pl.col("population").str.contains(",") | pl.col("superpopulation").str.contains(","))
    notes = [
        f"{row['sample']} is given several populations ({row['population']}): the first is taken"
        for row in several.iter_rows(named=True)
    ]
    frame = frame.with_columns(pl.col("population", "superpopulation").str.split(",").list.first())
    return _finished(path, frame), None, notes


def _own(path: Path, lines: _Lines) -> tuple[pl.DataFrame, str | None, list[str]]:
    needed = {c: c for c in SCHEMA if c in lines.header or c in ("superpopulation", "population", "sex")}
    width = len(lines.header)
    filled = [row if len(row) >= width else row + [""] * (width - len(row)) for row in lines.rows]
    frame = _cells(path, replace(lines, rows=filled), needed)
    unrelated_by = None
    if "unrelated" in needed:
        words = frame.get_column("unrelated").fill_null("").str.to_lowercase()
        wrong = words.filter(~words.is_in(list(_YES)))
        if wrong.len():
            raise SampleTableError(f"{path} says {wrong[0]!r} in the column unrelated: write yes or no in every line")
        frame = frame.with_columns(words.replace_strict(_YES, return_dtype=pl.Boolean).alias("unrelated"))
        unrelated_by = f"samples marked in {path.name}"
    return _finished(path, frame), unrelated_by, []

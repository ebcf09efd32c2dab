"""Tables as CSV and TSV: a header line with the names of rule R13, positions as a genome browser shows them.

CSV is opened by spreadsheets, so it has no comments, and text that a spreadsheet would run as a formula gets an
apostrophe before it. TSV is for programs: `#` lines first that say what the file is, and every value as it is.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from dashboard.formats.about import About, without_controls
from dashboard.formats.columns import Table

_FORMULA: Final = r"^([=+\-@\t\r].)"
"""How a formula begins for a spreadsheet. A sign alone, such as a strand, is none."""


def csv_pieces(frames: Iterable[pl.DataFrame], table: Table) -> Iterator[bytes]:
    """The header at once, then each frame's rows. Empty cells are values that are not known."""
    yield (",".join(table.names) + "\n").encode()
    for frame in frames:
        safe = table.one_based(frame).with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$1"))
        yield safe.write_csv(include_header=False).encode()


def tsv_pieces(frames: Iterable[pl.DataFrame], table: Table, about: About) -> Iterator[bytes]:
    """Comments, the header, then each frame's rows. Tabs and line breaks within a value become a space."""
    yield "".join(f"# {line}\n" for line in [*_facts(about), *_columns(table)]).encode()
    yield ("\t".join(table.names) + "\n").encode()
    for frame in frames:
        plain = without_controls(table.one_based(frame))
        # A row that began with "#" would be taken for a comment: quotes keep it.
        hidden = plain.schema[table.names[0]] == pl.String and plain[table.names[0]].str.starts_with("#").any()
        yield plain.write_csv(
            include_header=False, separator="\t", quote_style="non_numeric" if hidden else "necessary"
        ).encode()


def _facts(about: About) -> Iterator[str]:
    for name, value in about.lines():
        yield f"{name}: {value}"


def _columns(table: Table) -> Iterator[str]:
    yield f"a row: {table.row}"
    if table.placed:
        yield "positions: 1-based and inclusive"
    for column in table.columns:
        yield f"column {column.name}: {column.meaning}"

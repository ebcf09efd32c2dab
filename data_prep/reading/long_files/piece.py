"""Lines of a file as text: its records, and an entry for each sample of each."""

import numpy as np
import polars as pl

from data_prep.reading.long_files.plan import LongFilePlan, Places
from data_prep.reading.shards import EXAMPLE
from data_prep.reading.vcf import COLUMNS, drop_numbered_sex_chromosomes, too_wide
from data_prep.system.text_stream import FileRefusedError, with_newlines


class Piece:
    """Lines of a file and their entries: the columns of samples, in the order of lines, then of samples."""

    def __init__(self, text: bytes, plan: LongFilePlan) -> None:
        samples = len(plan.samples)
        self.lines: list[str] = read_lines(text)
        self.samples = samples
        self.joint = plan.joint
        fields = pl.Series(self.lines, dtype=pl.String).str.splitn("\t", len(COLUMNS))
        table = fields.struct.rename_fields(list(COLUMNS)).struct.unnest()
        sites = table.select(_filled(pl.col(name)) for name in COLUMNS[:-1])
        self.sites = drop_numbered_sex_chromosomes(sites, [plan.file.header], [sites.height])
        self.entries = _filled_series(_entries(table, samples))
        self.line: Places = np.repeat(np.arange(len(self.lines)), samples)
        self.sample: Places = np.tile(np.arange(samples), len(self.lines))

    def rows(self, entries: Places) -> pl.DataFrame:
        """Entries as text rows: `COLUMNS` and `entry_source`, the place of the sample in the header."""
        return self.sites[self.line[entries]].with_columns(
            self.entries.gather(entries).alias("values"),
            pl.Series("entry_source", self.sample[entries], dtype=pl.UInt32),
        )

    def example(self, entry: int) -> str:
        """The record of an entry as it is written, of a joint file less the other samples."""
        line = self.lines[int(self.line[entry])]
        if self.joint:
            line = "\t".join([*line.split("\t", 9)[:9], *([own] if (own := self.entries[entry]) is not None else [])])
        return line[:EXAMPLE]


def _filled(column: pl.Expr) -> pl.Expr:
    return pl.when(column != "").then(column)


def _filled_series(values: pl.Series) -> pl.Series:
    return values.to_frame("values").select(_filled(pl.col("values"))).to_series()


def _entries(table: pl.DataFrame, samples: int) -> pl.Series:
    """The columns of samples, all lines one after the other; null where a line has fewer.

    Raises FileRefusedError for a line with more: empty ones alone, tabs at its end, are left out.
    """
    values = table.get_column("values")
    cells = values.str.split("\t")
    if (cells.list.len() == samples).fill_null(False).all():
        return cells.explode()
    even = []
    for number, row in enumerate(cells.to_list()):
        row = row or []
        if any(row[samples:]):
            chrom, pos = table.row(number)[:2]
            raise FileRefusedError(too_wide(f"its record at {chrom}:{pos}", samples))
        even.append((row[:samples] + [None] * samples)[:samples])
    return pl.Series(even, dtype=pl.List(pl.String)).explode()


def read_lines(text: bytes) -> list[str]:
    """The records of a piece, less comments, blank lines and the line ends of Windows."""
    lines = with_newlines(text).decode("utf-8", "replace").split("\n")
    return [line for line in lines if line and not line.startswith("#")]

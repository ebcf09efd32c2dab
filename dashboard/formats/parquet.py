"""Tables as Parquet: typed columns with their meaning, and what the file is in the schema's metadata.

Written row group by row group into a buffer that is emptied into the stream, so a file of any length takes the memory
of one group.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.formats.about import About
from dashboard.formats.columns import Table

GROUP: Final = 50_000
"""Rows of a row group, at most; the last one of a file is smaller."""


def parquet_pieces(frames: Iterable[pl.DataFrame], table: Table, about: About) -> Iterator[bytes]:
    """The file in pieces. Positions are 1-based and inclusive, as in the other tables; the metadata say so."""
    metadata = dict(about.lines()) | {"row": table.row}
    if table.placed:
        metadata["positions"] = "1-based and inclusive"
    schema = _schema(table).with_metadata(metadata)
    sink = _Emptied()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in _groups(frames, table):
            writer.write_table(group.to_arrow().cast(schema))
            if piece := sink.taken():
                yield piece
    yield sink.taken()


def _groups(frames: Iterable[pl.DataFrame], table: Table) -> Iterator[pl.DataFrame]:
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(table.one_based(frame))
        if sum(part.height for part in waiting) >= GROUP:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _schema(table: Table) -> pa.Schema:
    """Plain types that every reader knows; each field carries its meaning."""
    types = pl.DataFrame(schema=table.schema).to_arrow().schema
    return pa.schema(
        pa.field(column.name, pa.string() if column.type == pl.String else types.field(column.name).type).with_metadata(
            {"meaning": column.meaning}
        )
        for column in table.columns
    )


class _Emptied(io.RawIOBase):
    """A file that the writer appends to and the stream empties."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # whatever buffer pyarrow hands over
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)

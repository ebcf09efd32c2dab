"""Tables as JSON: one object with `meta`, `columns` and `rows`, written row by row so that it never stands in memory."""

from collections.abc import Iterable, Iterator

import orjson
import polars as pl

from dashboard.formats.about import About
from dashboard.formats.columns import Table


def json_pieces(frames: Iterable[pl.DataFrame], table: Table, about: About) -> Iterator[bytes]:
    """The object in pieces; a row is an object with the names of the columns, and null is a value that is not known.

    Positions are 1-based and inclusive. `meta.simulated` is true or false.
    """
    meta = {
        **dict(about.lines()),
        "simulated": about.simulated,
        "row": table.row,
        **({"positions": "1-based and inclusive"} if table.placed else {}),
    }
    columns = {column.name: column.meaning for column in table.columns}
    yield b'{"meta":' + orjson.dumps(meta) + b',\n"columns":' + orjson.dumps(columns) + b',\n"rows":['
    between = b"\n"
    for frame in frames:
        if frame.height:
            # Line breaks within a text are escaped, so each line is one row.
            rows = table.one_based(frame).write_ndjson().rstrip("\n").replace("\n", ",\n")
            yield between + rows.encode()
            between = b",\n"
    yield b"\n]}\n"

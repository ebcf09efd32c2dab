"""Downloads read back by other libraries than wrote them, as intervals of people, 0-based and half-open."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq
import pysam


class Interval(NamedTuple):
    """A call or event in a file; `direction` is None where the format does not tell it."""

    sample: str
    direction: str | None
    chrom: str
    start: int
    end: int


def rows(suffix: str, content: bytes) -> list[dict[str, Any]]:
    """The rows of a table by column; what a text format writes stays text, an empty cell an empty text."""
    match suffix:
        case "csv":
            return list(csv.DictReader(io.StringIO(content.decode())))
        case "tsv":
            lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
            return list(csv.DictReader(lines, delimiter="\t"))
        case "json":
            return json.loads(content)["rows"]
        case "parquet":
            return pq.read_table(io.BytesIO(content)).to_pylist()
    raise ValueError(suffix)


def intervals(suffix: str, content: bytes) -> list[Interval]:
    """The intervals of a file of calls or carriers."""
    if suffix in _READERS:
        return list(_READERS[suffix](content))
    return [
        Interval(row["sample"], row["class"].rpartition("-")[2], row["chrom"], int(row["start"]) - 1, int(row["end"]))
        for row in rows(suffix, content)
    ]


def _bed(content: bytes) -> Iterator[Interval]:
    for line in content.decode().splitlines():
        if not line.startswith(("#", "track")):
            chrom, start, end, sample, *_ = line.split("\t")
            yield Interval(sample, None, chrom, int(start), int(end))


def _pgxseg(content: bytes) -> Iterator[Interval]:
    lines = [line.split("\t") for line in content.decode().splitlines() if not line.startswith("#")]
    head = lines[0]
    for line in lines[1:]:
        row = dict(zip(head, line, strict=True))
        direction = {"DEL": "loss", "DUP": "gain"}[row["variant_type"]]
        yield Interval(
            row["biosample_id"], direction, "chr" + row["reference_name"], int(row["start"]), int(row["end"])
        )


def _vcf(content: bytes) -> Iterator[Interval]:
    """POS of a symbolic allele is the base before it, and so the 0-based start; who has no call has no copy number."""
    with tempfile.NamedTemporaryFile(suffix=".vcf") as file:
        Path(file.name).write_bytes(content)
        with pysam.VariantFile(file.name) as opened:
            for record in opened:
                direction = {"<DEL>": "loss", "<DUP>": "gain"}[(record.alts or ("",))[0]]
                carrying = [name for name, cell in record.samples.items() if cell["CN"] is not None]
                assert record.info["NC"] == len(carrying)
                for name in carrying:
                    yield Interval(name, direction, record.chrom, record.pos, record.stop)


_READERS: Final[dict[str, Callable[[bytes], Iterator[Interval]]]] = {"bed": _bed, "pgxseg": _pgxseg, "vcf": _vcf}

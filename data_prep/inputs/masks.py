"""Masks: BED files whose intervals become problem regions of a kind of their own (R11).

A mask means care and never "no call can be made": what it covers is counted, marked and left out of differences. Its
intervals are merged, because the files list overlapping ones by the ten thousand and a base is in a mask or it is not.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np
import polars as pl
from isal import igzip

from data_prep import reference
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS, accession_of_other_build, chromosome
from data_prep.domain.intervals import runs, union
from data_prep.errors import UserError
from data_prep.system.text_stream import DAMAGED, GZIP_MAGIC

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_HEADER: Final = ("track", "browser")

Bed = tuple[str, int, int, str]
"""Chromosome, start and end (0-based, half-open), and the name in the fourth column, empty where there is none."""


class MaskError(UserError):
    """A mask that cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask: its name, where it comes from, and its regions."""

    name: str
    source: str
    """The file's name."""
    regions: pl.DataFrame
    """Columns as the table `problem_regions`, 0-based half-open, by chromosome and start; no two touch."""
    elsewhere: int
    """Intervals left out: on other sequences than chromosomes 1 to 22, X and Y."""
    stated: str = ""
    """What an earlier database says of it, from which it was taken over."""

    def __str__(self) -> str:
        if self.stated:
            return self.stated
        left_out = f", {self.elsewhere:,} intervals on other sequences left out" if self.elsewhere else ""
        return f"{self.name} ({self.source}: {self.regions.height:,} regions{left_out})"


def read_masks(given: Sequence[str]) -> list[Mask]:
    """Masks from texts `NAME=BED`.

    Raises MaskError for a text of another form, a name that a mask cannot have, and a file or line that cannot be read.
    """
    taken = set(reference.problem_regions().get_column("kind"))
    masks: list[Mask] = []
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise MaskError(
                f"--mask {text} does not say NAME=BED: give a name and a file, segmental-duplication=segdup.bed, say"
            )
        before = next((mask.name for mask in masks if mask.name.lower() == name.lower()), None)
        if before is not None:
            raise MaskError(
                f"--mask names {before} twice: give each file a name of its own, or join the files into one BED"
            )
        masks.append(_mask(_checked(name, taken), Path(path)))
    return masks


def _checked(name: str, taken: Collection[str]) -> str:
    if not _NAME.fullmatch(name):
        raise MaskError(
            f"a mask cannot be named {name!r}: use up to 40 letters, digits, dots, dashes and underscores of ASCII"
        )
    if name.lower() in {kind.lower() for kind in taken}:
        raise MaskError(f"a mask cannot be named {name}, as another kind of problem region is: give it another name")
    return name


def _mask(name: str, path: Path) -> Mask:
    intervals: list[Bed] = []
    elsewhere = 0
    for interval in _read(path):
        if interval is None:
            elsewhere += 1
        else:
            intervals.append(interval)
    if not intervals:
        raise MaskError(f"{path} has no interval on chromosomes 1 to 22, X or Y: is it a BED file of {ASSEMBLY.name}?")
    words = name.replace("-", " ")
    rows = [
        (name, chrom, start, end, f"{words}: {label}" if label else words, path.name)
        for chrom, start, end, label in merged(intervals)
    ]
    schema = {"kind": pl.String, "chrom": pl.String, "start": pl.Int32, "end": pl.Int32, "name": pl.String, "source": pl.String}  # fmt: skip
    return Mask(name, path.name, pl.DataFrame(rows, schema=schema, orient="row"), elsewhere)


def merged(intervals: Iterable[Bed]) -> list[Bed]:
    """Intervals that overlap or abut made one, in the order of the karyotype; of several names the first, and how many more."""
    number = {chrom: place for place, chrom in enumerate(CHROMOSOMES)}
    ordered = sorted((number[chrom], start, end, name) for chrom, start, end, name in intervals)
    if not ordered:
        return []
    lane, start, end = np.array([row[:3] for row in ordered], np.int64).T
    run = runs(start, end, lane)
    names: list[dict[str, None]] = [{} for _ in range(int(run[-1]) + 1)]
    for region, (*_, name) in zip(run.tolist(), ordered, strict=True):
        if name:
            names[region][name] = None
    places = union(start, end, lane)
    rows = zip(places.lane.tolist(), places.start.tolist(), places.end.tolist(), names, strict=True)
    return [(CHROMOSOMES[chrom], first, last, _named(list(labels))) for chrom, first, last, labels in rows]


def _named(names: Sequence[str]) -> str:
    return f"{names[0]} and {len(names) - 1:,} more" if len(names) > 1 else "".join(names)


def _read(path: Path) -> Iterator[Bed | None]:
    """The intervals of a BED file; None for one on another sequence than ours."""
    try:
        with closing(_opened(path)) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip() and not line.startswith("#") and line.split(maxsplit=1)[0] not in _HEADER:
                    yield _interval(path, number, line)
    except UnicodeDecodeError as error:
        raise MaskError(f"{path} is no text: give a BED file, which may be compressed with gzip") from error
    except DAMAGED as error:
        if isinstance(error, OSError) and error.strerror:
            raise MaskError(f"{path} cannot be read ({error.strerror}): check the path") from error
        raise MaskError(f"{path} is compressed and damaged ({error}): fetch it again") from error


def _opened(path: Path) -> TextIOWrapper:
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return TextIOWrapper(cast(BinaryIO, igzip.open(path, "rb") if packed else path.open("rb")), "utf-8-sig")


def _interval(path: Path, number: int, line: str) -> Bed | None:
    fields = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
    if len(fields) < 3:
        raise _wrong(path, number, "has no chromosome, start and end")
    start, end = (int(number) if number.isascii() and number.isdigit() else None for number in fields[1:3])
    if start is None or end is None:
        raise _wrong(
            path, number, f"gives the start {fields[1][:20]!r} and the end {fields[2][:20]!r}, not two numbers of bases"
        )
    if end <= start:
        raise _wrong(path, number, f"ends at {end:,}, not behind its start at {start:,}")
    chrom = chromosome(fields[0])
    if current := accession_of_other_build(fields[0]):
        raise _wrong(path, number, f"is on {fields[0]}, and in {ASSEMBLY.name} this chromosome is {current}")
    if chrom is None:
        return None
    if end > LENGTHS[chrom]:
        raise _wrong(path, number, f"ends at {end:,}, and {chrom} of {ASSEMBLY.name} has {LENGTHS[chrom]:,} bases")
    name = fields[3].strip() if len(fields) > 3 else ""
    return chrom, start, end, "" if name == "." else name


def _wrong(path: Path, number: int, what: str) -> MaskError:
    return MaskError(
        f"{path}, line {number:,}: the interval {what}: mend the file, which must be BED of {ASSEMBLY.name}"
    )

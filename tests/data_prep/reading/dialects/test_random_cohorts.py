"""Random small cohorts of every caller, read from files as a build reads them, against the slow reading through pysam."""

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_prep.reading.dialects import DIALECTS
from data_prep.reading.reports import BatchReport
from data_prep.reading.shards import read_batch
from data_prep.reading.vcf import frame
from tests.data_prep.in_memory import CALL, EXAMPLES, file_of, single
from tests.data_prep.reading.dialects.random_files import EVERY, texts
from tests.oracle.dialects import Person, read

SEXES = [None, "XX", "XY"]
ALONE = 3


@pytest.fixture(autouse=True, scope="module")
def _quiet_htslib():  # type: ignore[no-untyped-def]
    before = pysam.set_verbosity(0)
    yield
    pysam.set_verbosity(before)


@st.composite
def cohorts(draw: st.DrawFn) -> list[tuple[str, str, str | None]]:
    """Files of several callers, mixed: caller, text and the sex of the sample table."""
    names = draw(st.lists(st.sampled_from(list(EVERY)), min_size=1, max_size=5))
    return [(name, draw(texts(EVERY[name], f"S{i}")), draw(st.sampled_from(SEXES))) for i, name in enumerate(names)]


def shard(folder: Path, table: str) -> pl.DataFrame:
    """All rows of a table that a batch wrote."""
    found = [pl.read_parquet(path) for path in sorted(folder.glob(f"{table}-*.parquet"))]
    return pl.concat(found) if found else pl.DataFrame({"source": []}, schema={"source": pl.UInt32})


def read_all(folder: Path, files: list[tuple[str, str, str | None]]) -> tuple[BatchReport, list[Path]]:
    paths = []
    for number, (_, text, _) in enumerate(files):
        paths.append(folder / f"S{number}.vcf")
        paths[-1].write_text(text)
    sexes: Mapping[str, str] = {f"S{i}": sex for i, (_, _, sex) in enumerate(files) if sex}
    return read_batch(0, [(i, str(path)) for i, path in enumerate(paths)], sexes, str(folder)), paths


def rows_of(person: Person) -> Counter[tuple[object, ...]]:
    return Counter((*call[:7], single(call.ratio), single(call.quality), *call[9:]) for call in person.calls)


@EXAMPLES
@given(cohorts())
def test_files_of_every_caller_are_read_as_the_slow_reading_does(files: list[tuple[str, str, str | None]]) -> None:
    """R1, R2, R3, R12: calls, reference rows, reasons and the number of events, file by file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report, paths = read_all(folder, files)
        calls, events = shard(folder, "calls"), shard(folder, "events")
        reasons: dict[int, Counter[str]] = {}
        for one in report.skipped:
            reasons.setdefault(one.source, Counter())[one.reason] += one.records
        for number, (caller, _, sex) in enumerate(files):
            said = report.files[number]
            # the header of DRAGEN names the sex here, and holds
            person = read(paths[number], caller, "XY" if caller in ("dragen", "dragen-4.4") else sex)
            if said.status == "refused":
                assert said.message is not None
                assert said.message.startswith(("not one of its", "it holds small variants alone"))
                assert not person.calls
                assert not person.reference
                continue
            assert said.dialect == caller
            mine = calls.filter(source=number)
            assert Counter(mine.select(CALL).rows() if mine.height else []) == rows_of(person)
            assert reasons.get(number, Counter()) == person.skipped
            assert said.reference_rows == person.reference.total()
            assert events.filter(source=number).height == person.events
            assert said.records == person.records == said.calls + said.reference_rows + said.skipped


@pytest.mark.parametrize("name", EVERY)
def test_a_record_means_the_same_alone_and_among_others(name: str) -> None:
    """R12: long and joint files are read in pieces; what a record is must not hang on its neighbours in a piece.

    The records meet every fate: these tests would prove little if a caller's random records were all left out.
    """
    fates: set[str] = set()

    @EXAMPLES
    @given(texts(EVERY[name], "S"), st.sampled_from(SEXES))
    def look(text: str, sex: str | None) -> None:
        together = frame([file_of(text)])
        # the first records one by one, and the rest without them: a frame costs the same, however many are in it
        pieces = [together[at : at + 1] for at in range(min(ALONE, together.height))]
        if together.height > ALONE:
            pieces.append(together[ALONE:])
        if pieces:
            assert_frame_equal(
                DIALECTS[name].records(together), pl.concat([DIALECTS[name].records(piece) for piece in pieces])
            )
        if not are_enough(fates):
            fates.update(fates_of(text, name, sex))

    look()
    assert are_enough(fates), fates


def are_enough(fates: set[str]) -> bool:
    return {"loss", "gain"} <= fates and len(fates) >= 5


def fates_of(text: str, name: str, sex: str | None) -> set[str]:
    """What the slow reading makes of a file's records: a direction, a reference row, a reason to skip them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "S.vcf"
        path.write_text(text)
        person = read(path, name, sex)
    reference = {"reference"} if person.reference else set()
    return {call.direction for call in person.calls} | set(person.skipped) | reference

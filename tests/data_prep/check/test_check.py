"""`check` of files, calls, events, people, genes and marks: a good database passes, and each invariant is seen to break, alone.

What sites, bins and differences are made of is changed with them, so those may break too (`test_check_derived`).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from data_prep.__main__ import app
from data_prep.check import CHECKS, MemoryShortError, NoDatabaseError, check, findings, lengths
from data_prep.check.calls import INVARIANTS
from data_prep.check.invariant import TOLERANCE
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import record, reference_row, write, write_table
from tests.data_prep.reading.test_sex import BREAKS as BREAKS_OF_SEX

LENGTHS = "chromosomes have the lengths of GRCh38"
SENTENCES = [LENGTHS, *(one.sentence for one in INVARIANTS)]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A database with something of everything that the invariants ask for."""
    folder = tmp_path_factory.mktemp("good")
    chain = [
        record("chr1", 0, 5_000, cn=0, gt="1/1", bins=5),
        record("chr1", 5_000, 6_000, bins=1),
        # a step between solid sides: two events that abut
        record("chr2", 10_000, 20_000, cn=0, gt="1/1", bins=9),
        record("chr2", 20_000, 30_000, bins=9),
    ]
    gain = record("chr3", 5_000, 25_000, "<DUP>", 3, gt="./1", sm=1.5)
    unsure = record("chr3", 50_000, 60_000, "<DUP>", 3, gt="./1", sm=1.1)
    large = record("chr12", 60_000_000, 64_000_000, "<DUP>", 3, gt="./1", sm=1.3, bins=4_000)
    seen = [reference_row("chr7", 0, 900_000), reference_row("chr7", 950_000, 990_000)]
    write(folder / "vcf", "A", [*chain, gain, unsure, *seen, record("chrM", 1, 900)], release="3.7.6")
    write(folder / "vcf", "B", [gain, large, record("chr3", 9_000, 8_000)])
    write(folder / "vcf", "C", [record("chr5", 1_000, 9_000), reference_row("chr7", 0, 90_000)], release="3.7.6")
    write(folder / "vcf", "C", [record("chr5", 1_000, 9_000), reference_row("chr7", 0, 90_000)], "copy.vcf.gz", release="3.7.6")  # fmt: skip
    (folder / "vcf" / "empty.vcf").write_text("")
    table = write_table(folder / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABCD"])
    return build_here([folder / "vcf"], table, folder / "cnv.duckdb")


A = "(SELECT sample_id FROM samples WHERE sample = 'A')"
BREAKS = [
    (LENGTHS, "UPDATE chromosomes SET length = length + 1 WHERE chrom = 'chr22'"),
    ("every record of a file that was read", "UPDATE files SET records = records + 1 WHERE file_id = 0"),
    ("every record of a file that was read", "UPDATE files SET records = records + 1, calls = calls + 1 WHERE file_id = 0"),
    ("every record of a file that was read", "UPDATE files SET reference_rows = reference_rows + 1, skipped = skipped - 1 WHERE file_id = 0"),
    ("every record of a file that was read", "UPDATE files SET records = records + 1 WHERE file_id = 0; UPDATE file_samples SET records = records + 1 WHERE file_id = 0"),
    ("a file's calls are in the table of calls", "UPDATE files SET records = records + 1, calls = calls + 1 WHERE file_id = 0; UPDATE file_samples SET records = records + 1, calls = calls + 1 WHERE file_id = 0"),
    ("a file's calls are in the table of calls", "UPDATE files SET records = records - 1, calls = calls - 1 WHERE file_id = 0; UPDATE file_samples SET records = records - 1, calls = calls - 1 WHERE file_id = 0"),
    ("skipped records add up", "UPDATE skipped_records SET records = records + 1 WHERE reason LIKE 'on the mito%'"),
    ("skipped records add up", "UPDATE skipped_records SET file_id = file_id + 1 WHERE reason LIKE 'on the mito%'"),
    ("skipped records add up", "DELETE FROM skipped_records WHERE reason LIKE 'on the mito%'"),
    ("refused and duplicate files", "UPDATE files SET message = NULL WHERE status = 'refused'"),
    ("refused and duplicate files", "UPDATE files SET records = 1, skipped = 1 WHERE status = 'duplicate'; UPDATE file_samples SET records = 1, skipped = 1 WHERE status = 'duplicate'"),
    ("refused and duplicate files", "UPDATE file_samples SET message = NULL WHERE status = 'duplicate'"),
    ("refused and duplicate files", "UPDATE file_samples SET status = 'read' WHERE status = 'duplicate'"),
    ("refused and duplicate files", "UPDATE files SET sample_id = 0 WHERE status = 'refused'"),
    # the gains of A and B lie on the same bases: their calls change events
    ("every call is part of exactly one event", "UPDATE calls SET event_id = (SELECT sum(event_id) FROM events WHERE chrom = 'chr3' AND start = 5000) - event_id WHERE chrom = 'chr3' AND start = 5000"),
    ("every event is one row", "UPDATE events SET parts = parts + 1 WHERE chrom = 'chr5'"),
    ("every event is one row", "UPDATE events SET start = start - 1, inner_start = inner_start - 1 WHERE chrom = 'chr5'; UPDATE segments SET start = start - 1 WHERE chrom = 'chr5'"),
    ("every event is one row", "UPDATE events SET event_id = event_id + 1000000 WHERE chrom = 'chr5'; UPDATE calls SET event_id = event_id + 1000000 WHERE chrom = 'chr5'; INSERT INTO events SELECT * REPLACE ('loh' AS direction, 'loh' AS class, 2 AS copy_number, event_id + 1 AS event_id) FROM events WHERE chrom = 'chr5'"),
    ("abutting calls of one sample", "UPDATE calls SET bins = 2 WHERE chrom = 'chr2' AND start = 10000"),
    ("abutting calls of one sample", "UPDATE calls SET copy_number = 1, class = 'partial-loss' WHERE chrom = 'chr2' AND start = 10000"),
    ("an event's copy number is that of its call", "UPDATE events SET copy_number = 1, class = 'partial-loss' WHERE chrom = 'chr1'"),
    ("an event's copy number is that of its call", "UPDATE calls SET bins = 7 WHERE chrom = 'chr1' AND start = 5000"),
    ("segments of one sample and direction do not overlap", 'UPDATE segments SET start = start + 100, "end" = "end" + 100 WHERE chrom = \'chr2\' AND start = 10000'),
    ("segments cover what the events cover", "DELETE FROM segments WHERE chrom = 'chr5'"),
    ("segments cover what the events cover", "UPDATE segments SET \"end\" = \"end\" + 1 WHERE chrom = 'chr5'"),
    ("segments cover what the events cover", "UPDATE segments SET pass = NOT pass WHERE chrom = 'chr5'"),
    ("segments cover what the events cover", "UPDATE segments SET credible = NOT credible WHERE chrom = 'chr5'"),
    ("segments cover what the events cover", "UPDATE segments SET sensitive = NOT sensitive WHERE chrom = 'chr5'"),
    ("segments cover what the events cover", "UPDATE segments SET direction = 'gain' WHERE chrom = 'chr5'"),
    ("no call, event or segment lies outside", 'UPDATE segments SET start = start + 200000000, "end" = "end" + 200000000 WHERE chrom = \'chr5\''),
    ("no call, event or segment lies outside", 'UPDATE segments SET start = start - 8000, "end" = "end" - 8000 WHERE chrom = \'chr5\''),
    ("the class of a call or event agrees", "UPDATE calls SET class = 'high-gain' WHERE chrom = 'chr12'"),
    ("the class of a call or event agrees", "UPDATE events SET class = 'complete-loss' WHERE chrom = 'chr5'"),
    ("the class of a call or event agrees", "UPDATE calls SET copy_number = 2 WHERE chrom = 'chr12'"),
    ("the class of a call or event agrees", "UPDATE calls SET expected_copy_number = 1 WHERE chrom = 'chr5'"),
    ("an event's levels agree", "UPDATE events SET quality = 3 WHERE chrom = 'chr5'"),
    ("an event's levels agree", "UPDATE events SET copy_ratio = 0.9 WHERE chrom = 'chr5'"),
    ("an event's levels agree", "UPDATE events SET filters = 'cnvBinSupportRatio' WHERE chrom = 'chr5'"),
    ("an event's levels agree", "UPDATE events SET filters = 'cnvLength' WHERE chrom = 'chr3' AND start = 50000"),
    ("an event's levels agree", "UPDATE events SET copy_ratio = 1.5 WHERE chrom = 'chr3' AND start = 50000"),
    ("an event's levels agree", "UPDATE events SET sensitive = false WHERE chrom = 'chr12'; UPDATE segments SET sensitive = false WHERE chrom = 'chr12'"),
    ("an event's levels agree", "UPDATE calls SET unreadable = true WHERE chrom = 'chr5'"),
    ("the inner ends of an event", "UPDATE events SET inner_start = inner_start + 1 WHERE chrom = 'chr5'"),
    ("the inner ends of an event", "UPDATE events SET inner_end = \"end\" WHERE chrom = 'chr5'"),
    # where a call of the person ends and another begins
    ("the inner ends of an event", "UPDATE events SET inner_start = start + 1 WHERE chrom = 'chr2' AND start = 10000"),
    ("the inner ends of an event", "UPDATE calls SET inward_end = 7 WHERE chrom = 'chr5'"),
    ("the inner ends of an event", "UPDATE files SET dialect = 'manta' WHERE sample_id = (SELECT sample_id FROM events WHERE chrom = 'chr5')"),
    ("samples are counted if, and only if", "UPDATE samples SET counted = true WHERE sample = 'D'"),
    ("nobody has calls without being counted", "UPDATE samples SET population = 'XXX' WHERE sample = 'D'"),
    ("nobody has calls without being counted", "DELETE FROM populations WHERE population = 'GBR'"),
    ("nobody has calls without being counted", "DELETE FROM superpopulations WHERE superpopulation = 'EUR'"),
    ("callability counts no more samples", "UPDATE callability SET seen = samples + 1 WHERE start = 0"),
    ("callability counts no more samples", "UPDATE callability SET \"end\" = \"end\" + 1 WHERE start = 0"),
    ("callability counts no more samples", "UPDATE callability SET seen = 0 WHERE start = 0"),
    ("callability counts no more samples", "DELETE FROM seen WHERE start = 0"),
    ("exons lie in their transcripts", "UPDATE transcripts SET coding_bases = coding_bases + 3 WHERE name LIKE 'GSTM1%'"),
    ("exons lie in their transcripts", "UPDATE exons SET coding_start = NULL WHERE number = 2 AND coding_start IS NOT NULL"),
    ("exons lie in their transcripts", "UPDATE genes SET start = start - 1 WHERE symbol = 'GSTM1'"),
    ("exons lie in their transcripts", "DELETE FROM transcripts WHERE name LIKE 'GSTM1%'"),
    ("marked samples have, on the marked chromosome", f"INSERT INTO marked_samples SELECT * REPLACE ({A} AS sample_id) FROM marked_samples"),
    *[("marked samples have, on the marked chromosome", f"UPDATE marked_samples SET {one}") for one in ("longest = 1000", "bases = bases + 1", "events = 2", "share = share * 1.1", "direction = 'loss'; INSERT INTO marked_samples SELECT * REPLACE ('gain' AS direction) FROM marked_samples")],
    ("nobody has large events", "DELETE FROM marked_samples"),
    ("nobody has large events", "UPDATE marked_samples SET chrom = 'chr2', reason = 'another'"),
]  # fmt: skip
"""The beginning of the invariant's sentence, and statements that break it and nothing else."""


def test_a_good_database_passes(good: Built) -> None:
    findings = check(good.path)
    assert [finding.sentence for finding in findings if finding.broken] == []
    assert len(findings) == len(CHECKS) + 1
    # each was asked of something: an invariant of an empty table proves nothing
    elsewhere = tuple(begin for _, begin in BREAKS_OF_SEX)
    unasked = [one.sentence for one in findings if one.sentence in SENTENCES and not one.checked]
    assert [sentence for sentence in unasked if not sentence.startswith(elsewhere)] == []


def test_every_invariant_is_broken_by_a_test() -> None:
    """A check that cannot fail is forbidden."""
    assert len(set(SENTENCES)) == len(SENTENCES)
    begins = (*(begin for begin, _ in BREAKS), *(begin for _, begin in BREAKS_OF_SEX))
    assert [one for one in SENTENCES if not one.startswith(begins)] == []


@pytest.fixture(scope="module")
def copy(good: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the good database, which each test breaks in a transaction and rolls back."""
    path = tmp_path_factory.mktemp("broken") / "cnv.duckdb"
    shutil.copy(good.path.resolve(), path)
    with duckdb.connect(str(path), config={"threads": 1}) as con:
        yield con


@pytest.mark.parametrize(("begin", "statements"), BREAKS)
def test_check_sees_what_is_broken_and_nothing_else(
    copy: duckdb.DuckDBPyConnection, begin: str, statements: str
) -> None:
    copy.execute("BEGIN")
    try:
        changed = [copy.execute(one).fetchall()[0][0] for one in statements.split("; ")]
        assert all(changed), "a statement changed nothing"
        found = [lengths(copy), *findings(copy, ["calls"])]
    finally:
        copy.execute("ROLLBACK")
    broken = [finding.sentence for finding in found if finding.broken]
    assert len(broken) == 1, broken
    assert broken[0].startswith(begin)


def test_check_exits_with_1_and_names_what_is_broken(good: Built, tmp_path: Path) -> None:
    path = tmp_path / "broken.duckdb"
    shutil.copy(good.path.resolve(), path)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE events SET quality = 3 WHERE chrom = 'chr5'")
        con.execute("UPDATE samples SET counted = true WHERE sample = 'D'")
    done = CliRunner().invoke(app, ["check", str(path)])
    assert done.exit_code == 1
    told = [line for line in done.output.splitlines() if line.startswith("BROKEN")]
    # D, counted, is missing from the people of bins, from the alleles of sites and from what a person carries
    assert [line.split()[1] for line in told] == ["R4", "R5", "R8", "R6", "R6", "R6", "R3"]
    assert told[0].endswith("1 of 8 break it")
    assert done.output.splitlines()[-1] == f"{len(CHECKS) + 1 - len(told)} of {len(CHECKS) + 1} invariants hold"


def test_check_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoDatabaseError, match="does not exist"):
        check(tmp_path / "cnv.duckdb")


def test_check_says_where_memory_does_not_suffice(good: Built) -> None:
    with pytest.raises(MemoryShortError, match=r"^\S+ needs more memory to be checked than there is [^\n]*$"):
        check(good.path, memory="3MB")


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("0.0", "7e-321", False),  # SciPy's and the closed form's p of a chi-square of 1,487
        ("0.0", "1e-299", True),
        ("1e-200", "1.1e-200", True),
        ("1e-200", "1.0000001e-200", False),
        ("0.5", "0.50001", True),
        ("NULL", "0.5", True),
        ("NULL", "NULL", False),
    ],
)
def test_shares_are_the_same_to_a_millionth_and_where_digits_end(one: str, other: str, differ: bool) -> None:
    with duckdb.connect() as con:
        con.execute(TOLERANCE)
        assert con.execute(f"SELECT differs_in_share({one}::DOUBLE, {other}::DOUBLE)").fetchall() == [(differ,)]

"""Masks (R11): BED files in every form, intervals merged, and a build that treats them as problem regions everywhere."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep import reference
from data_prep.check import check
from data_prep.inputs.masks import MaskError, merged, read_masks
from tests.data_prep.built import Built, build_here, change_here, shards_here
from tests.data_prep.dragen_text import record, write, write_table
from tests.data_prep.in_memory import EXAMPLES
from tests.oracle import plain_sites

pytestmark = pytest.mark.xdist_group("import")

SHORT = st.tuples(
    st.sampled_from(["chr2", "chr10"]), st.integers(0, 60), st.integers(1, 15), st.sampled_from(["", "a", "b"])
).map(lambda one: (one[0], one[1], one[1] + one[2], one[3]))


@EXAMPLES
@given(st.lists(SHORT, max_size=25))
def test_merged_intervals_are_the_bases_of_all_and_no_two_touch(intervals: list[tuple[str, int, int, str]]) -> None:
    """Base by base."""
    found = merged(intervals)
    for chrom in ("chr2", "chr10"):
        mine = [(start, end) for name, start, end, _ in found if name == chrom]
        covered = {base for name, start, end, _ in intervals if name == chrom for base in range(start, end)}
        assert [base for start, end in mine for base in range(start, end)] == sorted(covered)
        assert all(one[1] < other[0] for one, other in zip(mine, mine[1:], strict=False))  # noqa: RUF007
    assert [chrom for chrom, *_ in found] == sorted((chrom for chrom, *_ in found), key=["chr2", "chr10"].index)


def test_a_merged_region_bears_the_first_name_and_how_many_more() -> None:
    rows = [
        ("chr1", 0, 10, "b"),
        ("chr1", 5, 20, "a"),
        ("chr1", 20, 30, "b"),
        ("chr1", 40, 50, ""),
        ("chr1", 60, 70, "c"),
    ]
    assert merged(rows) == [("chr1", 0, 30, "b and 1 more"), ("chr1", 40, 50, ""), ("chr1", 60, 70, "c")]


TEXT = """browser position chr1:1-100
track name=x
# a comment
#chrom\tstart\tend

chr1\t100\t200\tsegment one\t0\t+
1 300 400
chrUn_KI270742v1\t1\t5
chrX\t0\t5\t.
CHR1\t150\t260
"""


@pytest.mark.parametrize("form", ["plain", "gzip", "windows", "marked"])
def test_a_bed_file_is_read_in_every_form(tmp_path: Path, form: str) -> None:
    """0-based; chromosomes with or without chr; headers allowed; other sequences counted."""
    data = {
        "plain": TEXT.encode(),
        "gzip": gzip.compress(TEXT.encode()),
        "windows": TEXT.replace("\n", "\r\n").encode(),
        "marked": b"\xef\xbb\xbf" + TEXT.encode(),
    }[form]
    path = tmp_path / ("a.bed.gz" if form == "gzip" else "a=b.bed")
    path.write_bytes(data)
    (mask,) = read_masks([f"seg-dup={path}"])
    assert mask.regions.rows() == [
        ("seg-dup", "chr1", 100, 260, "seg dup: segment one", path.name),
        ("seg-dup", "chr1", 300, 400, "seg dup", path.name),
        ("seg-dup", "chrX", 0, 5, "seg dup", path.name),
    ]
    assert mask.elsewhere == 1
    assert str(mask) == f"seg-dup ({path.name}: 3 regions, 1 intervals on other sequences left out)"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("chr1\t100", "no chromosome, start and end"),
        ("chr1\ta\t100", "not two numbers"),
        ("chr1\t-5\t100", "not two numbers"),
        ("chr1\t1.5\t100", "not two numbers"),
        ("chr1\t\t100\tx", "not two numbers"),
        ("chr1\t200\t100", "ends at 100, not behind its start at 200"),
        ("chr1\t200\t200", "not behind its start"),
        ("chr1\t1\t248956423", "chr1 of GRCh38 has 248,956,422 bases"),
    ],
)
def test_a_wrong_line_is_told_with_file_and_number(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "wrong.bed"
    path.write_text(f"track name=x\nchr1\t1\t5\n{line}\n")
    with pytest.raises(MaskError) as error:
        read_masks([f"m={path}"])
    assert str(error.value).startswith(f"{path}, line 3: the interval ")
    assert says in str(error.value)


@pytest.mark.parametrize(
    "kind", [*sorted(set(reference.problem_regions()["kind"])), "GAP", "", "two words", "ümlaut", "-x"]
)
def test_a_mask_named_like_a_kind_or_by_no_name_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.bed").write_text("chr1\t1\t5\n")
    with pytest.raises(MaskError, match="a mask cannot be named"):
        read_masks([f"{kind}={tmp_path / 'a.bed'}"])


def test_what_is_no_mask_is_told(tmp_path: Path) -> None:
    good = tmp_path / "good.bed"
    good.write_text("chr1\t1\t5\n")
    (tmp_path / "empty.bed").write_text("chrUn_1\t1\t5\n")
    (tmp_path / "cut.bed.gz").write_bytes(gzip.compress(TEXT.encode() * 500)[:-20])
    (tmp_path / "binary.bed").write_bytes(b"\xff\xfe\x00c")
    for texts, says in (
        ([str(good)], "does not say NAME=BED"),
        (["m="], "does not say NAME=BED"),
        ([f"m={good}", f"m={good}"], "--mask names m twice: give each file a name of its own"),
        ([f"Low={good}", f"low={good}"], "--mask names Low twice"),
        ([f"m={tmp_path / 'missing.bed'}"], "cannot be read"),
        ([f"m={tmp_path}"], "cannot be read"),
        ([f"m={tmp_path / 'empty.bed'}"], "has no interval on chromosomes 1 to 22, X or Y"),
        ([f"m={tmp_path / 'cut.bed.gz'}"], "compressed and damaged"),
        ([f"m={tmp_path / 'binary.bed'}"], "is no text"),
    ):
        with pytest.raises(MaskError, match=says) as error:
            read_masks(texts)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("by_shards", [False, True])
def test_a_build_marks_sites_in_a_mask_and_leaves_them_out_of_differences(tmp_path: Path, by_shards: bool) -> None:
    """R10, R11: half of a site or more; by the plain reading of the same regions. A mask is the build's, not the shards'."""
    starts = [5_000_000 + 100_000 * number for number in range(6)]
    for number in range(24):
        write(tmp_path / "vcf", f"P{number:02}", [record("chr1", start, start + 10_000, bins=10) for start in starts])
    people = [(f"P{n:02}", *(("EUR", "GBR") if n % 2 else ("AFR", "YRI")), "male", True) for n in range(24)]
    table = write_table(tmp_path / "samples.tsv", people)  # type: ignore[arg-type]
    half = tmp_path / "half.bed"
    half.write_text(
        f"chr1\t{starts[0]}\t{starts[0] + 5_000}\n"  # half
        f"chr1\t{starts[1]}\t{starts[1] + 4_999}\n"  # a base less
        f"chr1\t{starts[2]}\t{starts[2] + 3_000}\nchr1\t{starts[2] + 1_000}\t{starts[2] + 4_000}\n"  # 6,000 listed, 4,000 covered
        f"chr1\t{starts[3]}\t{starts[3] + 6_000}\n"
    )
    other = tmp_path / "other.bed"
    other.write_text(f"chr1\t{starts[3]}\t{starts[3] + 9_000}\tX\n")
    out = tmp_path / "cnv.duckdb"
    files, shards = [str(tmp_path / "vcf")], []
    if by_shards:
        shards_here(table, tmp_path / "set", files)
        files, shards = [], [tmp_path / "set"]
    built = build_here(files, table, out, shards=shards, masks=[f"half={half}", f"other={other}"])
    regions = [(row["kind"], row["chrom"], row["start"], row["end"]) for row in built.table("problem_regions")]
    assert regions[: reference.problem_regions().height] == reference.problem_regions().select("kind", "chrom", "start", "end").rows()  # fmt: skip
    assert len(regions) == reference.problem_regions().height + 5
    sites = built.table("sites")
    assert [(row["start"], row["problem"]) for row in sites] == list(
        zip(starts, ["half", None, None, "half, other", None, None], strict=True)
    )
    for row in sites:
        assert row["problem"] == plain_sites.problem((row["chrom"], row["start"], row["end"]), regions)
    differing = {site_id for (site_id,) in built.rows("SELECT site_id FROM site_differences")}
    assert differing == {row["site_id"] for row in sites if row["problem"] is None}
    assert built.rows("SELECT value FROM provenance WHERE key = 'masks'") == [
        ("half (half.bed: 4 regions); other (other.bed: 1 regions)",)
    ]
    assert [finding.sentence for finding in check(out) if finding.broken] == []


def test_a_changed_database_keeps_its_masks_and_takes_new_ones(tmp_path: Path) -> None:
    """The database without a sample is that of a build without it, masks and all."""
    lines = [record("chr7", 1_000_000, 1_012_000), record("chr9", 5_000_000, 5_020_000, "<DUP>", 3, gt="./1", sm=1.5)]
    files = [str(write(tmp_path / "vcf", name, lines)) for name in ("A", "B", "C")]
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in ("A", "B", "C")])
    (tmp_path / "odd; name (x).bed").write_text("chr7\t1000000\t1010000\tone\nchrUn_1\t0\t5\n")
    (tmp_path / "two.bed").write_text("9\t5000000\t5020000\n")
    one, two = f"one={tmp_path / 'odd; name (x).bed'}", f"two={tmp_path / 'two.bed'}"
    build_here(files, table, tmp_path / "cnv.duckdb", masks=[one, two])
    change_here(tmp_path / "cnv.duckdb", table, remove=["B"])
    build_here([files[0], files[2]], table, tmp_path / "expected.duckdb", masks=[one, two])
    changed, expected = (Built(tmp_path / name).everything() for name in ("cnv.duckdb", "expected.duckdb"))
    assert changed == expected
    assert {"one", "two"} <= {row[0] for row in changed["problem_regions"]}
    (tmp_path / "two.bed").write_text("9\t1\t20\n")
    change_here(tmp_path / "cnv.duckdb", table, remove=["C"], masks=[two])
    regions = Built(tmp_path / "cnv.duckdb").rows(
        "SELECT kind, start, \"end\" FROM problem_regions WHERE kind IN ('one', 'two') ORDER BY ALL"
    )
    assert regions == [("one", 1_000_000, 1_010_000), ("two", 1, 20)]

"""Databases from every caller's files: who is joined, what credible means without values, who called, and what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from data_prep.check import check
from data_prep.errors import UserError
from data_prep.reading.dialects import DIALECTS
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import record, vcf, write_table
from tests.data_prep.reading.dialects.texts import CALLERS, Caller
from tests.oracle.plain import LENGTHS

VALUES: Mapping[str, Mapping[str, str]] = {
    "dragen-4.4": {"0/1": "0/1:0.5:1:18:3,4", "1/1": "1/1:0.01:0:18:3,4"},
    "gatk-gcnv": {"0/1": "1:1:18:21:60:30:40", "1/1": "1:0:18:21:60:30:40"},
    "cnvnator": {"0/1": "0/1:1", "1/1": "1/1:0"},
    "cnvpytor": {"0/1": "0/1:1", "1/1": "1/1:0"},
    "canvas": {"0/1": "0/1:50:18:1:1:20:30:PASS", "1/1": "1/1:5:18:0:1:20:30:PASS"},
    "manta": {"0/1": "0/1:PASS:50:20,18", "1/1": "1/1:PASS:50:20,18"},
    "delly": {"0/1": "0/1:30:PASS:100:50:100:1", "1/1": "1/1:30:PASS:100:5:100:0"},
    "lumpy": {"0/1": "0/1:9:6:3", "1/1": "1/1:9:6:3"},
    "1000-genomes-phase-3": {"0/1": "0|1", "1/1": "1|1"},
    "gatk-sv": {"0/1": "0/1:99:1", "1/1": "1/1:99:0"},
    "dragen-sv": {"0/1": "0/1:PASS:50:20,18", "1/1": "1/1:PASS:50:20,18"},
    "vcf": {"0/1": "0/1:1:30:PASS", "1/1": "1/1:0:30:PASS"},
    "merged": {"0/1": "0/1:50:18:1:1:20:30:PASS", "1/1": "1/1:5:18:0:1:20:30:PASS"},
}
NEEDS = {"cnvnator": ";natorRD=0.4", "cnvpytor": ";pytorRD=0.4"}


def loss(caller: Caller, start: int, end: int, gt: str = "0/1", chrom: str = "chr1", **more: object) -> str:
    """A loss as the caller writes one."""
    by_canvas = caller.name in ("canvas", "merged")
    svtype = "CNV" if by_canvas else "DEL"
    info = "SVCLAIM=D" if caller.name == "dragen-4.4" else f"SVTYPE={svtype}{NEEDS.get(caller.name, '')}"
    alt = "<CN0>" if by_canvas or caller.name == "1000-genomes-phase-3" else "<DEL>"
    word = f"Canvas:LOSS:{chrom}:{start + 1}-{end}" if by_canvas else "."
    return caller.record(
        chrom, start, end, alt, VALUES[caller.name][gt], "" if caller.name == "gatk-gcnv" else info, record_id=word, **more  # type: ignore[arg-type]
    )  # fmt: skip


def put(folder: Path, sample: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{sample}.vcf"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A man for each caller: two abutting losses, each of too few bins or of no step, a loss on X, and one more."""
    folder = tmp_path_factory.mktemp("callers")
    for name, caller in CALLERS.items():
        records = [
            loss(caller, 1_000_000, 1_020_000),
            loss(caller, 1_020_000, 1_040_000),
            loss(caller, 2_000_000, 2_003_000, "1/1"),
            loss(caller, 9_000_000, 9_020_000, "1/1", "chrX"),
        ]
        put(folder / "vcf", name, caller.vcf(records, name))
    table = write_table(folder / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in CALLERS])
    return build_here([folder / "vcf"], table, folder / "cnv.duckdb")


def test_every_caller_is_in_the_provenance(everybody: Built) -> None:
    """R12: by its own name, not as DRAGEN."""
    facts = dict(everybody.rows("SELECT key, value FROM provenance"))
    assert facts["caller"] == (
        "1000 Genomes phase 3, CNVnator, CNVpytor, Delly, GATK gCNV, GATK-SV, Illumina Canvas, Illumina DRAGEN, "
        "Illumina DRAGEN SV, Lumpy, Manta, Merged callers, Plain VCF"
    )
    assert facts["callset"] == (
        "1000 Genomes phase 3, 4.4.7, CNVnator, CNVpytor, Delly, GATK gCNV 4.1.7.0, GATK-SV, Illumina Canvas 1.40.0.1613+master, "
        "Illumina DRAGEN SV 4.0.3, Lumpy, Manta 1.6.0, "
        "Merged callers Canvas 1.40.0.1613+master and GenerateSVCandidates 1.6.0, Plain VCF sawmill 0.3"
    )
    assert dict(everybody.rows("SELECT sample, dialect FROM files JOIN samples USING (sample_id)")) == {n: n for n in CALLERS}  # fmt: skip


def test_the_finished_database_keeps_every_invariant(everybody: Built) -> None:
    """R1 to R12, for files of all callers together."""
    assert [finding.sentence for finding in check(everybody.path) if finding.broken] == []


def test_abutting_calls_are_joined_where_the_caller_cuts_events(everybody: Built) -> None:
    """R3: DRAGEN, Canvas and gCNV tile the genome; breakpoints of the others that meet are two events that meet."""
    events = dict(
        everybody.rows("""SELECT sample, count(*) FROM events JOIN samples USING (sample_id)
                          WHERE chrom = 'chr1' AND start < 1900000 GROUP BY 1""")
    )
    joining = {"dragen-4.4", "canvas", "gatk-gcnv", "merged"}
    assert events == {name: 1 if name in joining else 2 for name in CALLERS}
    assert {name for name, dialect in DIALECTS.items() if dialect.joins} == {*joining, "dragen"}
    assert everybody.rows("SELECT count(*) FROM calls") == [(4 * len(CALLERS),)]


def test_a_genotype_of_two_alleles_does_not_contradict_a_man_s_sex(everybody: Built) -> None:
    """R2: DRAGEN's 1/1 on X names two copies, Canvas' and phase 3's likewise, over too little of X; the others write it always."""
    assert everybody.rows("SELECT sample FROM samples WHERE sex_mismatch") == []
    stating = {"dragen-4.4", "canvas", "1000-genomes-phase-3", "merged"}
    found = dict(everybody.rows("SELECT sample, expected_copy_number FROM calls JOIN samples USING (sample_id) WHERE chrom = 'chrX'"))  # fmt: skip
    assert found == {name: 2 if name in stating else 1 for name in CALLERS}


def test_short_losses_are_credible_whatever_values_are_missing(everybody: Built) -> None:
    """R4: QUAL, copy ratio and bins that a caller does not give are not held against it."""
    found = everybody.rows("SELECT sample, credible, pass FROM events JOIN samples USING (sample_id) WHERE start = 2000000")  # fmt: skip
    assert sorted(found) == sorted((name, True, True) for name in CALLERS)


@pytest.mark.parametrize(
    ("name", "more", "levels"),
    [
        ("manta", {"quality": 9.5}, (False, False)),
        ("manta", {"quality": 10}, (True, True)),
        ("manta", {"filters": "MinQUAL"}, (False, False)),
        ("lumpy", {"filters": "."}, (True, True)),
        ("canvas", {"quality": 30}, (True, True)),
        ("lumpy", {"quality": "."}, (True, True)),
        ("gatk-sv", {"filters": "MULTIALLELIC"}, (True, True)),
        ("gatk-sv", {"filters": "BOTHSIDES_SUPPORT"}, (True, True)),
        ("gatk-sv", {"filters": "MULTIALLELIC;UNRESOLVED"}, (False, False)),
        ("gatk-sv", {"filters": "HIGH_SR_BACKGROUND"}, (False, False)),
        ("gatk-gcnv", {"filters": "."}, (True, True)),
        ("1000-genomes-phase-3", {"quality": 100}, (True, True)),
    ],
)
def test_levels_of_other_callers(tmp_path: Path, name: str, more: dict[str, object], levels: tuple[bool, bool]) -> None:
    """R4: the calls keep FILTER as it is written."""
    caller = CALLERS[name]
    path = put(tmp_path / "vcf", "A", caller.vcf([loss(caller, 1_000_000, 1_020_000, **more)], "A"))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    assert built.rows("SELECT credible, pass FROM events") == [levels]
    if "filters" in more:
        assert built.rows("SELECT filters FROM calls") == [(more["filters"],)]


def test_the_ratio_of_cnvnator_is_held_to_the_distance(tmp_path: Path) -> None:
    """R4: natorRD is relative to what is normal there."""
    caller = CALLERS["cnvnator"]
    records = [
        caller.record("chr1", 1_000_000 * i, 1_000_000 * i + 20_000, "<DEL>", "0/1:1", f"SVTYPE=DEL;natorRD={rd}")
        for i, rd in enumerate((0.79, 0.8, 0.81), 1)
    ]
    path = put(tmp_path / "vcf", "A", caller.vcf(records, "A"))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    assert built.rows("SELECT credible FROM events ORDER BY start") == [(True,), (True,), (False,)]


def test_a_named_dialect_reads_what_no_header_tells(tmp_path: Path) -> None:
    """`--dialect` holds for all files of the build; without it the file is refused."""
    caller = CALLERS["manta"]
    text = caller.vcf([loss(caller, 1_000_000, 1_020_000)], "A", drop="##source")
    # nothing says that it holds structural variants
    text = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(("##ALT", "##INFO")))
    path = put(tmp_path / "vcf", "A", text)
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    with pytest.raises(UserError, match="caller is not known: name it with --dialect"):
        build_here([path], table, tmp_path / "cnv.duckdb")
    with pytest.raises(UserError, match="there is no dialect Manta: one of merged, dragen"):
        build_here([path], table, tmp_path / "cnv.duckdb", dialect="Manta")
    built = build_here([path], table, tmp_path / "cnv.duckdb", dialect="manta")
    assert built.rows("SELECT class::VARCHAR FROM calls") == [("partial-loss",)]


def test_a_named_assembly_reads_what_has_no_lengths(tmp_path: Path) -> None:
    """E27."""
    caller = CALLERS["cnvnator"]
    path = put(tmp_path / "vcf", "A", caller.vcf([loss(caller, 1_000_000, 1_020_000)], "A", lengths={}))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    with pytest.raises(UserError, match="add --assembly GRCh38"):
        build_here([path], table, tmp_path / "cnv.duckdb")
    with pytest.raises(UserError, match="GRCh37 is no genome build that is read"):
        build_here([path], table, tmp_path / "cnv.duckdb", assembly="GRCh37")
    for name in ("GRCh38", "hg38"):
        built = build_here([path], table, tmp_path / f"{name}.duckdb", assembly=name)
        assert built.rows("SELECT start FROM calls") == [(1_000_000,)]


@pytest.mark.parametrize("name", CALLERS)
def test_files_of_another_build_are_refused_whoever_called(tmp_path: Path, name: str) -> None:
    """E27."""
    caller = CALLERS[name]
    other = LENGTHS | {"chr1": 249250621}
    path = put(tmp_path / "vcf", "A", caller.vcf([loss(caller, 1_000_000, 1_020_000)], "A", lengths=other))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    with pytest.raises(UserError, match="another genome build"):
        build_here([path], table, tmp_path / "cnv.duckdb", assembly="GRCh38")


def test_records_that_contradict_themselves_are_told_with_the_file(tmp_path: Path) -> None:
    """E11, E29: counted, and said which holds."""
    lines = [
        record("chr1", 1_000_000, 1_020_000, info="SVTYPE=CNV;END=1020000;SVLEN=-19000;REFLEN=20000"),
        record("chr1", 2_000_000, 2_020_000, info="SVTYPE=CNV;END=2020000;REFLEN=9"),
        record("chr1", 3_000_000, 3_020_000, record_id="DRAGEN:GAIN:chr1:3000001-3020000"),
        record("chr1", 4_000_000, 4_020_000),
    ]
    path = put(tmp_path / "vcf", "A", vcf("A", lines))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    assert built.rows("SELECT message FROM files") == [
        ("2 records: END, SVLEN and REFLEN disagree, and END holds; 1 record: the ID says loss where ALT says gain, or the other way round, and ALT holds",)
    ]  # fmt: skip
    assert built.rows('SELECT "end" - start, direction::VARCHAR FROM calls') == [(20_000, "loss")] * 4

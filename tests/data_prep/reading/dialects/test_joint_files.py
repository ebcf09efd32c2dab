"""Joint files of every caller against the slow reading through pysam, sample by sample, and against their own extracts."""

import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import polars as pl
import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.check import check
from data_prep.inputs.paths import ReadingError
from data_prep.reading.dialects import DIALECTS
from data_prep.reading.long_files.read import read_whole
from data_prep.reading.reports import UNTOLD
from data_prep.reading.vcf import LongFile, read_file
from data_prep.system.limits import DEFAULTS, Limits
from tests.data_prep.built import build_here, shards_here
from tests.data_prep.dragen_text import bgzip, write_table
from tests.data_prep.in_memory import CALL, EXAMPLES
from tests.data_prep.reading.dialects.random_files import EVERY, entry, records
from tests.data_prep.reading.dialects.test_random_cohorts import rows_of, shard
from tests.data_prep.reading.dialects.texts import CALLERS, Caller
from tests.oracle import plain
from tests.oracle.dialects import read

pytestmark = pytest.mark.xdist_group("import")

PEOPLE = ("A", "B", "C", "D", "E", "F")
SEXES = dict(zip(PEOPLE, ("XX", "XY", None, "XY", "XX", "XY"), strict=True))


@pytest.fixture(autouse=True, scope="module")
def _quiet_htslib():  # type: ignore[no-untyped-def]
    before = pysam.set_verbosity(0)
    yield
    pysam.set_verbosity(before)


def joint_text(caller: Caller, lines: list[str], people: tuple[str, ...]) -> str:
    """A file of several people; without a command line, whose sex would be nobody's."""
    return caller.vcf(lines, "\t".join(people), drop="##DRAGENCommandLine")


def extract(caller: Caller, lines: list[str], column: int) -> str:
    """The file of one of them, as `bcftools view --samples` cuts it out."""
    own = ["\t".join([*(cells := line.split("\t"))[:9], cells[9 + column]]) for line in lines]
    return caller.vcf(own, PEOPLE[column], drop="##DRAGENCommandLine")


def assert_read_as_slowly(path: Path, caller: str, people: tuple[str, ...], limits: Limits = DEFAULTS) -> Counter[str]:
    """Every sample's calls, reference rows, reasons and number of events; returns the reasons of all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = read_file(path)
        assert isinstance(file, LongFile)
        report = read_whole(0, 1, file, SEXES, str(folder), limits=limits)
        calls, events = shard(folder, "calls"), shard(folder, "events")
    (said,) = report.files
    persons = [read(path, caller, SEXES[one], column) for column, one in enumerate(people)]
    if said.status == "refused":
        assert said.message is not None
        assert said.message.startswith(("not one of its", "it holds small variants alone"))
        assert any(not person.calls and not person.reference for person in persons)
        return Counter()
    assert said.dialect == caller
    reasons: dict[int, Counter[str]] = {}
    for one in report.skipped:
        reasons.setdefault(one.source, Counter())[one.reason] += one.records
    for part, person in zip(said.sources, persons, strict=True):
        # nothing is told of them in the whole file: left out of every denominator (R5)
        untold = 0 < person.records == person.skipped[plain.NO_GENOTYPE]
        assert (part.status == "refused") == untold
        if untold:
            assert part.message == UNTOLD
            assert part.source not in reasons
            continue
        mine = calls.filter(pl.col("source") == part.source)
        assert Counter(mine.select(CALL).rows() if mine.height else []) == rows_of(person)
        assert reasons.get(part.source, Counter()) == person.skipped
        assert part.reference_rows == person.reference.total()
        assert events.filter(pl.col("source") == part.source).height == person.events
        assert part.records == person.records == part.calls + part.reference_rows + part.skipped
    return sum((person.skipped for person in persons), Counter[str]())


@st.composite
def lines_of(draw: st.DrawFn, caller: Caller) -> list[str]:
    """Records of four people, whose entries are often alike: what is judged once a line must hold for all of them."""
    found = []
    for one in draw(st.lists(records(caller), max_size=6)):
        cells = one.split("\t")
        usual = draw(entry(caller, cells[8]))
        own = [usual if draw(st.booleans()) else draw(entry(caller, cells[8])) for _ in range(3)]
        found.append("\t".join([*cells, *own]))
    return found


@pytest.mark.parametrize("name", EVERY)
def test_joint_files_of_every_caller_are_read_as_the_slow_reading_does(name: str) -> None:
    """R1, R2, R3, R4, R12, E18: the four columns of a file, of a woman, two men and one of unknown sex."""
    people = PEOPLE[:4]

    @EXAMPLES
    @given(lines_of(EVERY[name]))
    def look(lines: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "joint.vcf"
            path.write_text(joint_text(EVERY[name], lines, people))
            assert_read_as_slowly(path, name, people)

    look()


def places(draw: Random, number: int) -> list[tuple[str, int, int]]:
    """Intervals on autosomes, X in and out of its pseudo-autosomal region, and Y; some abut."""
    found = []
    for i in range(number):
        chrom = draw.choice(["chr1", "chr1", "chr2", "chrX", "chrX", "chrY"])
        start = draw.choice([20_000, 5_000_000, 9_000_000]) + 40_000 * i
        size = draw.choice([2_000, 12_000, 20_000])
        found += [(chrom, start, start + size), *([(chrom, start + size, start + 2 * size)] if i % 5 == 0 else [])]
    return found


def phase3_lines(draw: Random) -> list[str]:
    """As in the integrated set: phased, one allele for a man on X and Y, none for a woman on Y, several copy-number alleles."""
    found = []
    for chrom, start, end in places(draw, 60):
        alt = draw.choice(["<CN0>", "<CN0>", "<CN2>", "<CN0>,<CN2>", "<CN2>,<CN3>", "<INS:ME:ALU>"])
        alleles = [0] * 7 + list(range(1, 2 + alt.count(",")))
        own = []
        for person in PEOPLE:
            man = SEXES[person] == "XY"
            one, other = draw.choice(alleles), draw.choice(alleles)
            single = chrom == "chrY" or (chrom == "chrX" and man and start > 2_781_479)
            own.append("." if chrom == "chrY" and not man else str(one) if single else draw.choice([f"{one}|{other}"] * 30 + [".|."]))  # fmt: skip
        found.append(CALLERS["1000-genomes-phase-3"].record(chrom, start, end, alt, "\t".join(own), "SVTYPE=CNV;VT=SV", quality=100))  # fmt: skip
    return found


def gatk_sv_lines(draw: Random) -> list[str]:
    """As in the high-coverage set: two alleles everywhere, and multi-allelic sites without genotypes."""
    found = []
    for chrom, start, end in places(draw, 60):
        alt = draw.choice(["<DEL>", "<DEL>", "<DUP>", "<CNV>", "<INV>"])
        own = []
        for person in PEOPLE:
            if alt == "<CNV>":
                usual = 0 if chrom == "chrY" and SEXES[person] == "XX" else 1 if chrom != "chr1" and SEXES[person] == "XY" else 2  # fmt: skip
                own.append(f"./.:{draw.choice([usual, usual, usual, '.', 0, 1, 2, 3, 5])}:{draw.choice([40, 99])}")
            else:
                genotype = draw.choice(["0/0"] * 6 + ["0/1", "1/1", "./."])
                own.append(f"{genotype}:{draw.choice([1, 99])}:{draw.choice([1, 2, 2, 3])}")
        form = "GT:CN:CNQ" if alt == "<CNV>" else None
        filters = "MULTIALLELIC" if alt == "<CNV>" else draw.choice(["PASS", "UNRESOLVED", "BOTHSIDES_SUPPORT"])
        info = f"SVTYPE={alt[1:4]};ALGORITHMS=depth;EVIDENCE=RD"
        found.append(CALLERS["gatk-sv"].record(chrom, start, end, alt, "\t".join(own), info, quality=321, filters=filters, form=form))  # fmt: skip
    return found


def trio_lines(draw: Random) -> list[str]:
    """As DRAGEN writes a pedigree: no QUAL, FILTER SampleFT, and in each sample QS and FT; `./.` with the copies expected."""
    found = []
    for chrom, start, end in places(draw, 60):
        alt = draw.choice(["<DEL>", "<DUP>", "<CNV>"])
        own = []
        for person in PEOPLE:
            man = SEXES[person] == "XY"
            single = chrom == "chrY" or (chrom == "chrX" and man and start > 2_781_479)
            if chrom == "chrY" and not man:
                own.append(".:.:.:.:.:.")
                continue
            copies = draw.choice([1 if single else 2] * 5 + [0, 1, 2, 3])
            genotype = {0: "1" if single else "1/1", 1: "0" if single else "0/1", 2: "1" if single else "./."}.get(copies, "1" if single else "./1")  # fmt: skip
            own.append(f"{genotype}:{copies / 2}:{copies}:{draw.choice([1, 12, 20])}:{draw.choice([5, 40])}:{draw.choice(['PASS', 'cnvLength', 'cnvQual'])}")  # fmt: skip
        info = f"SVTYPE=CNV;REFLEN={end - start}"
        found.append(EVERY["dragen"].record(chrom, start, end, alt, "\t".join(own), info, filters="SampleFT", form="GT:SM:CN:BC:QS:FT"))  # fmt: skip
    return found


JOINT = {"1000-genomes-phase-3": phase3_lines, "gatk-sv": gatk_sv_lines, "dragen": trio_lines}


@pytest.mark.parametrize("name", JOINT)
def test_the_joint_files_that_there_are(name: str, tmp_path: Path) -> None:
    """E32, E34: phase 3, the high-coverage set and a pedigree, in several pieces; losses, gains and reasons are all in it."""
    for seed in range(4):
        path = tmp_path / f"{seed}.vcf.gz"
        path.write_bytes(bgzip(joint_text(EVERY[name], JOINT[name](Random(seed)), PEOPLE)))
        reasons = assert_read_as_slowly(path, name, PEOPLE, Limits(piece_bytes=2_000))
        assert len(reasons) >= 2


@pytest.mark.parametrize("name", JOINT)
def test_a_joint_file_says_what_its_extracts_say(name: str, tmp_path: Path) -> None:
    """R2 to R12: every table of the two databases but those that name files."""
    lines = JOINT[name](Random(7))
    (tmp_path / "one").mkdir()
    path = tmp_path / "joint.vcf.gz"
    path.write_bytes(bgzip(joint_text(EVERY[name], lines, PEOPLE)))
    for column, person in enumerate(PEOPLE):
        (tmp_path / "one" / f"{person}.vcf").write_text(extract(EVERY[name], lines, column))
    words = {"XX": "female", "XY": "male", None: ""}
    table = write_table(tmp_path / "samples.tsv", [(one, "EUR", "GBR", words[SEXES[one]], True) for one in PEOPLE])
    joint = build_here([path], table, tmp_path / "joint.duckdb")
    apart = build_here([tmp_path / "one"], table, tmp_path / "apart.duckdb")
    one, other = joint.everything(), apart.everything()
    for tables in (one, other):
        tables["skipped_records"] = sorted((reason, *rest) for reason, _file, *rest in tables["skipped_records"])
    for table_name in one.keys() - {"files", "file_samples", "provenance"}:
        assert one[table_name] == other[table_name], table_name
    counts = """SELECT s.sample, s.records, s.calls, s.reference_rows, s.skipped, s.status, f.dialect, f.release
                FROM file_samples s JOIN files f USING (file_id) ORDER BY 1"""
    assert joint.rows(counts) == apart.rows(counts)
    facts = "SELECT key, value FROM provenance WHERE key IN ('caller', 'release', 'callset') ORDER BY 1"
    assert joint.rows(facts) == apart.rows(facts)
    assert dict(joint.rows(facts))["caller"] == DIALECTS[name].caller
    for built in (joint, apart):
        assert [finding.sentence for finding in check(built.path) if finding.broken] == []


def test_entries_of_lumpy_without_genotypes_are_told_apart_by_their_reads(tmp_path: Path) -> None:
    """R2: on one line, none of them stands for another."""
    lumpy = CALLERS["lumpy"]
    line = lumpy.record("chr1", 5_000, 9_000, "<DEL>", "./.:0:0:0\t./.:9:6:3\t./.:0:0:0\t0/0:9:6:3", "SVTYPE=DEL")
    path = tmp_path / "joint.vcf"
    path.write_text(joint_text(lumpy, [line], PEOPLE[:4]))
    assert_read_as_slowly(path, "lumpy", PEOPLE[:4])


def test_shard_sets_keep_what_was_said_of_their_files(tmp_path: Path) -> None:
    """R12, E27: dialect and genome build by a person's word, of a joint file and of a single one, stand in the report."""
    manta = CALLERS["manta"]
    values = "0/1:PASS:50:20,18"
    for people in (PEOPLE[:1], PEOPLE[1:3]):
        line = manta.record("chr1", 5_000, 9_000, "<DEL>", "\t".join([values] * len(people)), "SVTYPE=DEL", quality=50)
        text = manta.vcf([line], "\t".join(people), drop="##source", lengths={})
        (tmp_path / f"{people[0]}.vcf").write_text(text)
    table = write_table(tmp_path / "samples.tsv", [(one, "EUR", "GBR", "male", True) for one in PEOPLE[:3]])
    shards_here(table, tmp_path / "set", [tmp_path], dialect="manta", assembly="GRCh38")
    built = build_here([], table, tmp_path / "cnv.duckdb", shards=[tmp_path / "set"])
    assert built.rows("SELECT count(*) FROM calls") == [(3,)]
    said = "its header does not tell the genome build, and --assembly says GRCh38; --dialect says manta, which its header does not"  # fmt: skip
    assert built.rows("SELECT status, dialect, message FROM files") == [("read", "manta", said)] * 2
    assert built.rows("SELECT value FROM provenance WHERE key = 'caller'") == [("Manta",)]
    with pytest.raises(ReadingError, match="there is no dialect Manta"):
        shards_here(table, tmp_path / "other", [tmp_path], dialect="Manta")

"""The command line: totals, sentences and exit codes; builds that are interrupted, short of disk, or two at once."""

import filecmp
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from data_prep.__main__ import app
from data_prep.build import build
from data_prep.check import check
from data_prep.request import BuildRequest, Sources
from tests.data_prep.built import Built, build_here
from tests.data_prep.conftest import ROOT
from tests.data_prep.dragen_text import bgzip, header, record, reference_row, vcf, write, write_table
from tests.data_prep.few_genes import few_genes
from tests.data_prep.forked import Forker, forker
from tests.data_prep.quick_schema import without_comments

LOSS = record("chr1", 100_000, 120_000)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs the command line in this process: exit code and all it says."""
    monkeypatch.setattr("data_prep.build.embedded_gene_models", few_genes)

    def run(*arguments: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, [str(one) for one in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    people = [("A", "EUR", "GBR", "male", True), ("B", "AFR", "YRI", "female", True), ("C", "SAS", "GIH", "male", True)]
    return write_table(tmp_path / "samples.tsv", people)


def test_build_says_what_it_did(call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path) -> None:
    """R12: records = calls + reference rows + skipped."""
    files = tmp_path / "vcf"
    write(files, "A", [LOSS, LOSS, record("chrM", 1, 900), reference_row("chr1", 120_000, 900_000)], release="3.7.6")
    write(files, "B", [record("chr1", 0, 6_000), record("chr1", 6_000, 9_000, bins=2)])
    write(files, "STRANGER")
    code, text = call("build", "--vcf", files, "--samples", table, "--out", tmp_path / "cnv.duckdb", "--jobs", 1)
    assert code == 0
    assert (
        "3 files (0 not read, 0 duplicates), 3 of 4 samples, 6 records = 3 calls + 1 reference rows + 2 skipped; 2 events"
        in text
    )
    assert "skipped 1: on the mitochondrial genome, whose copies are not counted" in text
    assert "skipped 1: the same record twice in one file" in text
    assert "note: 1 samples of the table have no file" in text
    assert "note: 1 samples are not in the table, STRANGER for one" in text
    assert (tmp_path / "cnv.duckdb").resolve().name in text


def test_shards_are_written_and_built(call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path) -> None:
    """Two machines' folders and the build's own files; what was not read is told by each."""
    write(tmp_path / "a", "A", [LOSS, record("chrM", 1, 900)])
    write(tmp_path / "b", "B", [LOSS])
    (tmp_path / "b" / "page.vcf").write_text("<html>")
    write(tmp_path / "c", "C", [LOSS])
    code, text = call("shards", "--vcf", tmp_path / "a", "--samples", table, "--out", tmp_path / "sa", "--jobs", 1)
    assert (code, text) == (0, f"{tmp_path}/sa: 1 files (0 not read), 2 records; build with --shards {tmp_path}/sa\n")
    code, text = call("shards", "--vcf", tmp_path / "b", "--samples", table, "--out", tmp_path / "sb", "--jobs", 1)
    assert code == 3
    assert "page.vcf: it does not begin with ##fileformat" in text
    code, text = call("shards", "--vcf", tmp_path / "b", "--samples", table, "--out", tmp_path / "sb", "--jobs", 1)
    assert code == 1
    assert "is there already" in text
    out = tmp_path / "cnv.duckdb"
    code, text = call("build", "--shards", tmp_path / "sa", "--shards", tmp_path / "sb", "--vcf", tmp_path / "c", "--samples", table, "--out", out, "--jobs", 1)  # fmt: skip
    assert code == 3
    assert (
        "4 files (1 not read, 0 duplicates), 3 of 3 samples, 4 records = 3 calls + 0 reference rows + 1 skipped" in text
    )
    assert all(not finding.broken for finding in check(out))
    code, text = call("build", "--samples", table, "--out", out)
    assert code == 1
    assert "give --vcf, --shards or both" in text


def test_samples_are_added_and_removed(call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path) -> None:
    """Totals are those of the whole database; nothing new is said to be nothing."""
    out = tmp_path / "cnv.duckdb"
    paths = {name: write(tmp_path / name, name, [LOSS]) for name in "ABC"}
    assert call("build", "--vcf", paths["A"], "--samples", table, "--out", out, "--jobs", 1)[0] == 0
    code, text = call(
        "build", "--add", paths["B"], "--add", tmp_path / "C", "--samples", table, "--out", out, "--jobs", 1
    )
    assert code == 0
    assert "3 files (0 not read, 0 duplicates), 3 of 3 samples, 3 records = 3 calls" in text
    published = out.resolve()
    code, text = call("build", "--add", paths["B"], "--samples", table, "--out", out)
    assert (code, text) == (0, f"every file given is in {out} already: nothing was changed\n")
    assert out.resolve() == published
    code, text = call("build", "--remove", "A", "--remove", "B", "--samples", table, "--out", out)
    assert code == 0
    assert "1 files (0 not read, 0 duplicates), 1 of 3 samples" in text
    assert all(not finding.broken for finding in check(out))
    code, text = call("build", "--add", paths["A"], "--vcf", paths["B"], "--samples", table, "--out", out)
    assert code == 1
    assert "give one or the other" in text
    code, text = call("build", "--remove", "NOBODY", "--samples", table, "--out", out)
    assert code == 1
    assert "holds no file of the sample NOBODY" in text


def test_build_tells_of_files_left_out_and_goes_on(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path, shared: Path
) -> None:
    """E18, E21, E22: exit code 3, each with its sentence; the totals are those of the rest."""
    files = tmp_path / "vcf"
    good = bgzip(vcf("A", [LOSS]))
    write(files, "A", [LOSS])
    write(files, "B", [LOSS])
    write(files, "C", [LOSS])
    write(files, "C", [LOSS, LOSS], name="C.again.vcf.gz")
    write(files, "B", [LOSS], name="B.copy.vcf.gz")
    damaged = {
        "empty.vcf.gz": (b"", "empty"),
        "cut.vcf.gz": (good[: len(good) // 2], "end of the compressed file is missing"),
        "no_end.vcf.gz": (good[:-28], "no BGZF end mark"),
        "text.vcf.gz": (b"##fileformat=VCFv4.2\n", "not gzip"),
        "page.vcf": (b"<html>", "##fileformat"),
        "headless.vcf": (b"##fileformat=VCFv4.2\n", "no #CHROM line"),
        "nobody.vcf": (vcf(None).encode(), "names no sample"),
        "joint.vcf": (header("A", more_samples=["A"]).encode(), "names the sample A twice"),
        "foreign.vcf": (header("A", release=None).encode(), "caller is not known"),
        "unplaced.vcf": (vcf("D", [record("chr1", 5_000, 4_000), "chr1\t1"]).encode(), "not one of its 2 records"),
        "snps.vcf": (
            vcf("E", [record("chr1", 5_000, 9_000, "<INV>", info="SVTYPE=INV;END=9000", record_id="rs1")] * 2).encode(),
            "not one of its 2 records",
        ),
        "grch37.vcf": ((shared / "data" / "dragen-3.10.4-NA12878-grch37.cnv.vcf").read_bytes(), "another genome build"),
    }
    for name, (data, _) in damaged.items():
        (files / name).write_bytes(data)
    (files / "folder.vcf").mkdir()
    os.mkfifo(files / "pipe.vcf")
    damaged["pipe.vcf"] = (b"", "no regular file")
    code, text = call("build", "--vcf", files, "--samples", table, "--out", tmp_path / "cnv.duckdb", "--jobs", 1)
    assert code == 3
    told = [line for line in text.splitlines() if line.startswith("not read: ")]
    assert len(told) == len(damaged) + 2
    for name, (_, says) in damaged.items():
        assert any(f"/{name}: " in line and says in line for line in told), name
    for name in ("C.cnv.vcf.gz", "C.again.vcf.gz"):
        assert any(f"/{name}: " in line and "C.cnv.vcf.gz" in line and "C.again.vcf.gz" in line for line in told)
    assert (
        f"{5 + len(damaged)} files ({len(damaged) + 2} not read, 1 duplicates), 2 of 3 samples, 2 records = 2 calls"
        in text
    )
    assert all(not finding.broken for finding in check(tmp_path / "cnv.duckdb"))


def test_build_reports_a_file_that_cannot_be_opened(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E39: for want of permission, which root never wants."""
    write(tmp_path / "vcf", "A", [LOSS])
    secret = write(tmp_path / "vcf", "B", [LOSS])
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self == secret:
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    code, text = call("build", "--vcf", tmp_path / "vcf", "--samples", table, "--out", tmp_path / "cnv.duckdb")
    assert code == 3
    assert f"not read: {secret}: it cannot be opened: Permission denied" in text
    assert "1 of 3 samples, 1 records" in text


def test_build_tells_of_links_in_a_folder_that_lead_nowhere(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """R12: files that a data manager has listed and not yet fetched are not passed over in silence."""
    folder = write(tmp_path / "vcf", "A", [LOSS]).parent
    (folder / "B.cnv.vcf.gz").symlink_to("not/fetched/B.cnv.vcf.gz")
    code, text = call("build", "--vcf", folder, "--samples", table, "--out", tmp_path / "cnv.duckdb", "--jobs", 1)
    assert code == 3
    assert "not read: " in text
    assert "B.cnv.vcf.gz" in text


def test_build_looks_into_every_folder_below(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R5, R12: folders behind links, and names in capitals or of GATK's kind, are read; a closed folder is named.

    Links that lead back up are followed once. That a folder is closed to us is pretended: root may look everywhere.
    """
    write(tmp_path / "elsewhere" / "deep", "A", [LOSS])
    folder = tmp_path / "vcf"
    write(folder, "B", [LOSS], name="B.cnv.vcf.bgz")
    write(folder, "C", [LOSS], name="C.CNV.VCF.GZ")
    closed = write(folder / "closed", "D", [LOSS]).parent
    (folder / "batch").symlink_to("../elsewhere")
    (folder / "again").symlink_to("../elsewhere")
    (folder / "back").symlink_to(".")
    real = os.scandir

    def scandir(path: str | int = ".") -> object:
        if not isinstance(path, int) and Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(closed))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    out = tmp_path / "cnv.duckdb"
    code, text = call("build", "--vcf", folder, "--samples", table, "--out", out, "--jobs", 1)
    assert code == 3
    assert f"not read: {closed}: it is a folder that cannot be looked into" in text
    assert "4 files (1 not read, 0 duplicates), 3 of 3 samples, 3 records" in text


def test_build_tells_which_list_names_what_is_not_there(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """A list of Windows, with a byte order mark, is a list; a wrong line is told with the name of the list."""
    path = write(tmp_path / "vcf", "A", [LOSS])
    listed = tmp_path / "list.txt"
    listed.write_bytes(f"\ufeff{path}\r\n \r\n".encode())
    out = tmp_path / "cnv.duckdb"
    assert call("build", "--vcf", f"@{listed}", "--samples", table, "--out", out, "--jobs", 1)[0] == 0
    listed.write_text("gone.vcf\n")
    code, text = call("build", "--vcf", f"@{listed}", "--samples", table, "--out", out)
    assert (code, text) == (
        1,
        f"error: the list {listed}: gone.vcf names no file, folder or pattern that exists: check the spelling\n",
    )


def test_build_tells_what_may_be_wrong_with_files_that_it_read(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """R5, R12: several releases in one callset, a person without a record, a dialect that the header does not say."""
    files = tmp_path / "vcf"
    write(files, "A", [LOSS], release="3.7.6")
    plain = [write(files, "B", [LOSS]), write(files, "C")]
    arguments = ("--samples", table, "--out", tmp_path / "cnv.duckdb", "--jobs", 1)
    code, text = call("build", "--vcf", files, *arguments)
    assert code == 0
    assert "note: the files are of several callers or releases (3.5.7b, 3.7.6), and their people are counted" in text
    assert f"note: 1 files hold no record, {plain[1]} for one: their people are counted as carrying nothing" in text
    assert "--dialect" not in text
    code, text = call("build", "--vcf", plain[0], "--dialect", "manta", *arguments)
    assert f"note: 1 files are read as --dialect says, which their headers do not say, {plain[0]} for one" in text
    assert "several" not in text


def test_a_sample_in_many_files_is_told_in_a_line_that_can_be_read(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """E18: three files are named and the others counted."""
    for number in range(6):
        write(tmp_path / "vcf", "A", [LOSS] * number, name=f"A.{number}.vcf.gz")
    code, text = call(
        "build", "--vcf", tmp_path / "vcf", "--samples", table, "--out", tmp_path / "x.duckdb", "--jobs", 1
    )
    assert code == 1
    assert "A.2.vcf.gz and 3 more; keep one of them" in text
    assert "A.3.vcf.gz" not in text


def test_a_file_refused_once_spoils_no_later_change(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """R12: it stays in the list of files, and exit code 3 is of the change that was given it."""
    files = tmp_path / "vcf"
    bad = write(files, "B", [LOSS], lengths={"chr1": 249_250_621})
    write(files, "A", [LOSS])
    arguments = ("--samples", table, "--out", tmp_path / "cnv.duckdb", "--jobs", 1)
    assert call("build", "--vcf", files, *arguments)[0] == 3
    code, text = call("build", "--add", write(tmp_path / "more", "C", [LOSS]), *arguments)
    assert (code, "not read:" in text) == (0, False)
    assert f"note: 1 files that could not be read before stand in the list of files, {bad.name} for one" in text
    assert call("build", "--add", bad, *arguments)[0] == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--vcf", "vcf", "--callset", "3.5.7b"), "--callset names the callset that --add and --remove change"),
        (("--add", "vcf", "--beside"), "--beside is for --vcf and --shards"),
    ],
)
def test_build_refuses_options_that_would_do_nothing(
    call: Callable[..., tuple[int, str]], table: Path, arguments: tuple[str, ...], says: str
) -> None:
    code, text = call("build", *arguments, "--samples", table)
    assert code == 1
    assert says in text


def test_check_and_changes_say_that_a_database_is_cut_short(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """At every quarter of the file, as a copy that was interrupted leaves it."""
    out = tmp_path / "cnv.duckdb"
    files = write(tmp_path / "vcf", "A", [LOSS]).parent
    assert call("build", "--vcf", files, "--samples", table, "--out", out, "--jobs", 1)[0] == 0
    newer = write(tmp_path / "newer", "A", [LOSS], release="3.7.6")
    whole = out.resolve().read_bytes()
    for part in (1, 2, 3):
        out.resolve().write_bytes(whole[: len(whole) * part // 4])
        for arguments in (
            ("check", out),
            ("build", "--remove", "A", "--samples", table, "--out", out, "--jobs", 1),
            ("build", "--vcf", newer, "--samples", table, "--out", out, "--jobs", 1, "--beside"),
        ):
            code, text = call(*arguments)
            assert code == 1, text
            assert text.startswith("error: ")
            assert len(text.splitlines()) == 1


def test_build_takes_paths_with_spaces_and_letters_of_the_world(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """E39."""
    folder = tmp_path / "ein Ordner, 'mit' Ωμέγα; [x] %"
    path = write(folder, "A", [LOSS], name="A B 'ä'.vcf.gz")
    code, text = call("build", "--vcf", path, "--samples", table, "--out", folder / "cnv's [1] ä.duckdb", "--jobs", 1)
    assert code == 0, text
    assert Built(folder / "cnv's [1] ä.duckdb").rows("SELECT path FROM files") == [(path.name,)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--vcf": "missing.vcf"}, "names no file, folder or pattern"),
        ({"--vcf": "empty"}, "holds no .vcf"),
        ({"--vcf": "bad/*"}, "none of the 1 files could be read"),
        ({"--samples": "missing.tsv"}, "missing.tsv cannot be read (No such file or directory)"),
        ({"--samples": "vcf"}, "vcf cannot be read (Is a directory)"),
        ({"--samples": "vcf/A.cnv.vcf.gz"}, "not a text file"),
        ({"--samples": "no_table.tsv"}, "no sample table"),
        ({"--samples": "wrong_sex.tsv"}, "gives the sex 'mail'"),
        ({"--unrelated": "missing.txt"}, "missing.txt cannot be read"),
        ({"--unrelated": "others.txt"}, "names 1 samples that"),
        ({"--out": "taken.duckdb"}, "is a file and not the pointer"),
        ({"--out": "vcf"}, "vcf is a folder and not the pointer"),
        ({"--out": "samples.tsv/new/cnv.duckdb"}, "is no folder: give another --out"),
        ({"--dialect": "strelka"}, "there is no dialect strelka: one of merged, dragen"),
        ({"--assembly": "hg19"}, "hg19 is no genome build that is read"),
        ({"--genes": "missing.gtf"}, "error: missing.gtf: no such file or directory"),
    ],
)
def test_build_says_in_one_sentence_what_is_wrong(
    call: Callable[..., tuple[int, str]],
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "vcf", "A", [LOSS])
    for name in ("empty", "bad"):
        (tmp_path / name).mkdir()
    (tmp_path / "bad" / "x.vcf").write_text("")
    (tmp_path / "taken.duckdb").write_text("mine")
    (tmp_path / "no_table.tsv").write_text("a\tb\n")
    (tmp_path / "wrong_sex.tsv").write_text("sample\tsuperpopulation\tpopulation\tsex\nA\tEUR\tGBR\tmail\n")
    (tmp_path / "others.txt").write_text("SOMEBODY\n")
    before = sorted(tmp_path.rglob("*"))
    arguments = {"--vcf": "vcf", "--samples": table, "--out": "cnv.duckdb", "--jobs": 1} | change
    code, text = call("build", *(one for pair in arguments.items() for one in pair))
    assert code == 1
    assert text.startswith("error: ")
    assert says in text
    assert len(text.splitlines()) == 1
    assert [path for path in sorted(tmp_path.rglob("*")) if path.name != ".cnv.duckdb.lock"] == before


@pytest.mark.parametrize("command", ["build", "shards"])
def test_a_folder_that_cannot_be_written_to_is_named(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path, command: str
) -> None:
    """Not the hidden file that could not be made in it. Into /proc nobody writes, root neither."""
    files = write(tmp_path / "vcf", "A", [LOSS])
    code, text = call(command, "--vcf", files, "--samples", table, "--out", "/proc/mine")
    assert code == 1
    assert re.fullmatch(r"error: the folder /proc cannot be written to(?: \([\w ]+\))?: give another --out\n", text), (
        text
    )
    lock = tmp_path / ".mine.lock"
    lock.mkdir()
    code, text = call(command, "--vcf", files, "--samples", table, "--out", tmp_path / "mine")
    assert code == 1
    assert re.fullmatch(rf"error: {lock}, by which .* cannot be opened \(Is a directory\): take it away .*\n", text), (
        text
    )


def test_check_proves_a_good_database(call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path) -> None:
    write(tmp_path / "vcf", "A", [LOSS])
    out = build_here([tmp_path / "vcf"], table, tmp_path / "cnv.duckdb").path
    code, text = call("check", out)
    assert code == 0
    first, *lines = text.splitlines()
    assert "docs/rules.md" in first
    assert first.endswith(" /rules")
    assert len(lines) == len(check(out)) + 1
    assert all(line.startswith("holds ") and line.endswith(" break it") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} of {len(lines) - 1} invariants hold"


def test_check_says_what_is_no_database_of_ours(call: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    text_file = tmp_path / "text.duckdb"
    text_file.write_text("no database" * 1000)
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as con:
        con.execute("CREATE TABLE t (i INTEGER)")
    version = tmp_path / "version.duckdb"
    with duckdb.connect(str(version)) as con:
        con.execute("CREATE TABLE provenance AS SELECT 'schema_version' AS key, '999' AS value")
    for path, says in (
        (tmp_path / "missing.duckdb", "does not exist"),
        (text_file, "no DuckDB database"),
        (other, "no table provenance"),
        (version, "schema version 999"),
        (tmp_path, "no DuckDB database"),
    ):
        code, text = call("check", path)
        assert code == 1
        assert text.startswith("error: ")
        assert says in text
        assert len(text.splitlines()) == 1


# from here on in processes of their own


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an old database of one person, and files of six to build a new one from."""
    folder = tmp_path_factory.mktemp("template")
    names = "ABCDEF"
    people = write_table(folder / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in names])
    write(folder / "old", "A", [LOSS])
    for name in names:
        write(
            folder / "new", name, [record("chr1", 10_000 * i, 10_000 * i + 5_000, bins=i % 7) for i in range(1, 2_000)]
        )
    (folder / "out").mkdir()
    database = build_here([folder / "old"], people, folder / "out" / "cnv.duckdb")
    assert all(not finding.broken for finding in check(database.path))
    return folder


NEW_CALLS = 6 * 1_999


@pytest.fixture(scope="module")
def processes() -> Iterator[Forker]:
    with forker() as source:
        yield source


def start(
    processes: Forker,
    folder: Path,
    moment: str | None = None,
    name: str = "SIGKILL",
    jobs: int = 1,
    limit: int | None = None,
) -> int:
    """Starts the build of the new database in a copy of the template, in small batches."""
    arguments = ["--vcf", "new", "--samples", "samples.tsv", "--out", "out/cnv.duckdb", "--jobs", jobs]
    return processes.start(folder, "build", *arguments, limit=limit, batch=1, moment=moment, signal_name=name)


def end(processes: Forker, folder: Path, pid: int) -> tuple[int, str, str]:
    """Exit code, output and errors of a process, once it has ended."""
    return processes.wait(pid), (folder / "stdout").read_text(), (folder / "stderr").read_text()


def copy(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder, symlinks=True)
    return folder


def calls_in(folder: Path, template: Path) -> int:
    """Calls in the published database, which must be whole and sound, as the template's, byte by byte, is."""
    out = folder / "out" / "cnv.duckdb"
    if not filecmp.cmp(out.resolve(), (template / "out" / "cnv.duckdb").resolve(), shallow=False):
        assert all(not finding.broken for finding in check(out))
    return int(Built(out).rows("SELECT count(*) FROM calls")[0][0])


def litter(folder: Path) -> set[str]:
    """What lies beside the pointer and is neither it, its database and the one before, nor the lock."""
    out = folder / "out" / "cnv.duckdb"
    found = {path.name for path in out.parent.iterdir()} - {out.name, f".{out.name}.lock", out.resolve().name}
    older = sorted(name for name in found if name.startswith("cnv-") and name.endswith(".duckdb"))
    return found - set(older[:1])


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("SIGINT", "reading, with workers"),
        *(("SIGTERM", moment) for moment in ("reading", "reading, with workers", "calls", "publishing")),
    ],
)
def test_an_ended_build_clears_up_after_itself(
    processes: Forker, template: Path, tmp_path: Path, name: str, moment: str
) -> None:
    """Ctrl-C and a polite end: nothing is left, not even until the next build."""
    folder = copy(template, tmp_path / "ended")
    pid = start(processes, folder, moment, name, 2 if "workers" in moment else 1)
    code, output, errors = end(processes, folder, pid)
    assert code == {"SIGTERM": 143, "SIGINT": 130}[name], (output, errors)
    assert errors == ("interrupted: nothing was changed\n" if name == "SIGINT" else "")
    assert calls_in(folder, template) == 1
    assert litter(folder) == set()
    assert still_there(output) == []


def test_the_workers_of_a_killed_build_end_too(processes: Forker, template: Path, tmp_path: Path) -> None:
    """Nobody is left who waits for work, holding memory."""
    folder = copy(template, tmp_path / "killed")
    code, output, errors = end(processes, folder, start(processes, folder, "reading, with workers", jobs=2))
    assert code == -signal.SIGKILL, errors
    assert output.split()[0] == "workers"
    assert len(output.split()) >= 2
    try:
        assert still_there(output, patience=8) == []
    finally:
        for pid in still_there(output, patience=0):
            os.kill(pid, signal.SIGKILL)


def still_there(output: str, patience: float = 3) -> list[int]:
    """Which of the worker processes named in the output live on after a while."""
    pids = [int(word) for line in output.splitlines() if line.startswith("workers") for word in line.split()[1:]]
    until = time.monotonic() + patience
    while True:
        alive = [pid for pid in pids if _lives(pid)]
        if not alive or time.monotonic() > until:
            return alive
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize(("size", "jobs"), [(3_000, 2), (60_000, 1), (900_000, 1), (1_500_000, 1)])
def test_a_full_disk_is_told_in_one_sentence_and_leaves_the_old_database(
    processes: Forker, template: Path, tmp_path: Path, size: int, jobs: int
) -> None:
    """No file may grow beyond a limit: hit by a shard, by the tables, by the last pages; with one process and with two."""
    folder = copy(template, tmp_path / "full")
    code, output, errors = end(processes, folder, start(processes, folder, jobs=jobs, limit=size))
    assert code == 1, (output, errors)
    assert errors.startswith("error: "), errors
    assert len(errors.splitlines()) == 1, errors
    assert calls_in(folder, template) == 1
    assert litter(folder) == set()


def test_two_builds_at_once_both_end_well(processes: Forker, template: Path, tmp_path: Path) -> None:
    folder = copy(template, tmp_path / "both")
    for pid in [start(processes, folder) for _ in range(2)]:
        code, _, errors = end(processes, folder, pid)
        assert code == 0, errors
    assert calls_in(folder, template) == NEW_CALLS
    build_here([template / "old"], template / "samples.tsv", folder / "out" / "cnv.duckdb")
    assert litter(folder) == set()


def test_a_build_that_is_starting_is_not_taken_for_a_killed_one(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds at once, in the moment between the making of the folder of one and its lock. The other may wait for it."""
    folder = copy(template, tmp_path / "starting")
    out = folder / "out" / "cnv.duckdb"
    real = Path.mkdir

    request = BuildRequest(samples=folder / "samples.tsv", out=out, sources=Sources(vcf=(str(folder / "old"),)), jobs=1)

    def build_it() -> None:
        build(request)

    # what one of the two puts in its place and takes back, the other would take for the real thing and put back for good
    with without_comments() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr("data_prep.build.embedded_gene_models", few_genes)
        others: list[Future[None]] = []

        def mkdir(self: Path, *arguments: object, **more: object) -> None:
            real(self, *arguments, **more)  # type: ignore[arg-type]
            if self.name.endswith(".building") and not others:
                others.append(pool.submit(build_it))
                wait(others, timeout=3)

        monkeypatch.setattr(Path, "mkdir", mkdir)
        build_it()
        assert len(others) == 1
        others[0].result(timeout=60)
    assert calls_in(folder, template) == 1


def test_the_program_runs_as_the_readme_says(template: Path, tmp_path: Path) -> None:
    """With the gene models that come along: `python -m data_prep build` and `check`."""
    out = tmp_path / "cnv.duckdb"
    program = [sys.executable, "-m", "data_prep"]
    files = ["--vcf", str(template / "old"), "--samples", str(template / "samples.tsv"), "--out", str(out)]
    for command in (["build", *files], ["check", str(out)]):
        done = subprocess.run([*program, *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    assert done.stdout.splitlines()[-1].endswith("invariants hold")
    assert Built(out).rows("SELECT count(*) > 10000 FROM genes") == [(True,)]


def test_many_files_refused_for_one_reason_are_told_together(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """2,437 files of unknown callers made a log of 950 kB, which hid the one that was refused for something else."""
    files = tmp_path / "vcf"
    write(files, "A", [LOSS])
    for number in range(300):
        text = vcf(f"F{number}", [record("chr1", 5_000, 9_000 + number)], release=None)
        (files / f"F{number:03}.vcf").write_text(text)
        text = vcf(f"G{number}", ["chr1\tx"] * (number + 1)) if number < 40 else "<html>"
        (files / f"G{number:03}.vcf").write_text(text)
    (files / "cut.vcf.gz").write_bytes(bgzip(vcf("B", [LOSS]))[:300])
    arguments = ("--samples", table, "--jobs", 1)
    for command in (("build", "--out", tmp_path / "cnv.duckdb"), ("shards", "--out", tmp_path / "set")):
        code, text = call(*command, "--vcf", files, *arguments)
        assert code == 3
        assert len(text) < 8_000
        assert text.count("##source=GenerateSVCandidates") == 1
        assert f"not read: {files / 'F000.vcf'}: its caller is not known: name it with --dialect\n" in text
        assert text.count("its caller is not known") == 4
        assert "and 296 more for the same reason: " in text
        assert "and 36 more for the same reason: " in text
        assert "and 256 more for the same reason: " in text
        assert f"not read: {files / 'cut.vcf.gz'}: " in text
    messages = Built(tmp_path / "cnv.duckdb").rows(
        "SELECT message, count(*) FROM files WHERE path LIKE 'F%' GROUP BY 1"
    )
    assert messages == [("its caller is not known: name it with --dialect", 300)]
    (files / "A.cnv.vcf.gz").unlink()
    code, text = call("build", "--out", tmp_path / "b.duckdb", "--vcf", files / "F000.vcf", *arguments)
    assert code == 1
    assert "its caller is not known: name it with --dialect. Looked for in its header: " in text


def test_build_makes_the_folder_of_its_database(
    call: Callable[..., tuple[int, str]], table: Path, tmp_path: Path
) -> None:
    """As demo and fetch do."""
    files = write(tmp_path / "vcf", "A", [LOSS]).parent
    out = tmp_path / "new" / "folder" / "cnv.duckdb"
    assert call("build", "--vcf", files, "--samples", table, "--out", out, "--jobs", 1)[0] == 0
    assert Built(out).rows("SELECT path FROM files") == [("A.cnv.vcf.gz",)]

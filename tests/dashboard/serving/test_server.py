"""The routes of a real server process: downloads, health, suggestions, errors."""

import csv
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from data_prep.domain.schema import SCHEMA_VERSION
from tests.dashboard.crowd import PEOPLE, crowd
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.dashboard.served import ROOT, served
from tests.dashboard.small_database import Contents, publish, write_file
from tests.oracle.plain_counter import Question, carried, is_counted

CONTENTS = demonstration()


class Answer:
    """An HTTP answer, read whole."""

    def __init__(self, base: str, path: str, method: str = "GET") -> None:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        connection.request(method, path)
        response = connection.getresponse()
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()
        connection.close()

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.body)))

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def pointer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    write_file(folder / "cnv-1.duckdb", CONTENTS)
    publish(folder / "cnv.duckdb", folder / "cnv-1.duckdb")
    return folder / "cnv.duckdb"


@pytest.fixture(scope="module")
def base(pointer: Path) -> Iterator[str]:
    with served(pointer) as address:
        yield address


def coding_bases() -> frozenset[int]:
    assert GSTM1.transcript
    return frozenset(base for part in GSTM1.transcript.coding if part for base in range(*part))


GENE = Question("chr1", GSTM1.start, GSTM1.end, coding=coding_bases(), rule="coding")


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ("", GENE),
        ("&filter=pass", replace(GENE, level="pass")),
        ("&filter=all&cohort=all", replace(GENE, level="all", everyone=True)),
        (
            "&class=complete-loss&population=AFR,GBR",
            replace(GENE, classes=("complete-loss",), populations=("AFR", "GBR")),
        ),
        ("&overlap=covers&sex=XX", replace(GENE, rule="covers", sex="XX")),
        ("&overlap=any&min_bins=3&copy_number=0,3", replace(GENE, rule="any", min_bins=3, copy_numbers=(0, 3))),
    ],
)
def test_carriers_csv_has_every_event_of_every_carrier_r6(base: str, query: str, question: Question) -> None:
    answer = Answer(base, f"/download/carriers.csv?gene=GSTM1{query}")
    assert answer.status == 200
    expected = sorted(
        (person.sample, event.start + 1, event.end, carrier.name)
        for person in CONTENTS.people
        if is_counted(person, question)
        for direction in ("loss", "gain")
        if (carrier := carried(person, CONTENTS.events, direction, question))
        for event in carrier.events
    )
    found = sorted((row["sample"], int(row["start"]), int(row["end"]), row["class"]) for row in answer.rows)
    assert found == expected
    assert expected


def test_carriers_csv_tells_each_event_in_full_r13(base: str) -> None:
    row = next(row for row in Answer(base, "/download/carriers.csv?gene=GSTM1").rows if row["genotype"] == "1/1;1/1")
    assert (row["chrom"], row["start"], row["end"], row["length"]) == ("chr1", "109687570", "109697443", "9874")
    assert (row["class"], row["copy_number"], row["expected_copy_number"]) == ("complete-loss", "0", "2")
    assert (row["filters"], row["overlap"]) == ("cnvLength", "1.0")


def test_frequencies_csv_adds_up_to_the_carriers_r6(base: str) -> None:
    carriers = Answer(base, "/download/carriers.csv?gene=GSTM1&class=loss").rows
    table = Answer(base, "/download/frequencies.csv?gene=GSTM1&class=loss").rows
    by_group = {(row["grouped_by"], row["group"]): row for row in table}
    assert int(by_group["all", "all"]["carriers"]) == len({row["sample"] for row in carriers})
    for column in ("superpopulation", "population", "sex"):
        for group in {row[column] for row in carriers}:
            mine = {row["sample"] for row in carriers if row[column] == group}
            assert int(by_group[column, group]["carriers"]) == len(mine)
    whole = by_group["all", "all"]
    assert float(whole["frequency"]) == int(whole["carriers"]) / int(whole["samples"])
    assert {row["note"] for row in table} == {""}


def test_frequencies_csv_has_no_number_where_nothing_can_be_seen_r5(base: str) -> None:
    table = Answer(base, "/download/frequencies.csv?gene=SMN1").rows
    assert {row["carriers"] for row in table} == {""}
    assert {row["frequency"] for row in table} == {""}
    assert all("not assessable" in row["note"] for row in table)


def test_a_file_is_named_after_what_is_in_it_and_says_simulated_r12(base: str) -> None:
    answer = Answer(base, "/download/carriers.csv?gene=GSTM1&filter=pass&overlap=fraction:0.5")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="simulated-carriers-GSTM1-pass-unrelated-overlap-fraction-0.5.csv"'
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_head_has_no_body(base: str) -> None:
    answer = Answer(base, "/download/carriers.csv?gene=GSTM1", "HEAD")
    assert (answer.status, answer.body) == (200, "")


def test_a_symbol_in_any_case_and_an_id_give_the_same_rows(base: str) -> None:
    bodies = {
        Answer(base, f"/download/carriers.csv?gene={name}").body for name in ("GSTM1", "gstm1", "ENSG00000134184")
    }
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/download/carriers.csv?gene=GSTM1&filter=PASS", 400, "takes pass, credible, sensitive or all"),
        ("/download/carriers.csv?gene=GSTM1&min_lenght=1000", 400, "min_lenght"),
        ("/download/carriers.csv?gene=GSTM1&versus=population:EUR", 400, "versus"),
        ("/download/carriers.csv?gene=GSTM1&filter=pass&filter=all", 400, "takes pass, credible, sensitive or all"),
        ("/download/carriers.csv", 400, "gene=GSTM1"),
        ("/download/carriers.csv?gene=TWIN", 400, "ENSG00000900004 or ENSG00000900005"),
        ("/download/carriers.csv?gene=chr1:1-2000", 400, "ask for region=chr1:1-2000"),
        ("/download/carriers.csv?gene=GSTM9", 404, "Close names: GSTM1"),
        ("/download/carriers.csv?gene=GSTT1", 404, "alternate contig"),
        ("/download/carriers.csv?gene=%3Cscript%3E", 404, "no gene, region or cytoband"),
        ("/download/carriers.vcf?gene=GSTM1", 404, "carriers as csv, tsv, bed, json, parquet, pgxseg"),
        ("/download/frequencies.bed?gene=GSTM1", 404, "frequencies as csv, tsv, json, parquet"),
        ("/download/frequencies.vcf?gene=GSTM1", 404, "frequencies as csv, tsv, json, parquet"),
        ("/download/calls.xlsx?gene=GSTM1", 404, "calls as csv, tsv, bed, vcf, json, parquet, pgxseg"),
        ("/download/calls.vcf?gene=GSTM1&region=chr1:1-2000", 400, "not for both"),
        ("/download/calls.vcf?region=chr1:2000-1000", 404, "chr1"),
        ("/download/calls.parquet?gene=GSTM1&min_bins=few", 400, "min_bins"),
        ("/download/sites.vcf?gene=GSTM1&min_bins=3", 400, "min_bins is not used for sites"),
        ("/download/sites.pgxseg?gene=GSTM1", 404, "sites as csv, tsv, bed, vcf, json, parquet"),
        ("/download/sites.csv?region=chr1&overlap=covers", 400, "overlap is not used for sites"),
        ("/download/genes.vcf?region=chr1:1-2000", 404, "genes as csv, tsv, bed, json, parquet"),
        ("/download/genes.pgxseg?region=chr1:1-2000", 404, "sites as csv, tsv, bed, vcf, json, parquet; genes as csv"),
        ("/download/genes.csv?region=chr1&overlap=most", 400, "“most” is not a value of overlap, which takes coding"),
        ("/download/genes.csv?region=chr1&limit=5", 400, "limit"),
        ("/download/genes.csv?region=chr99", 404, "chr99"),
        ("/download/nothing", 404, "carriers as csv, tsv, bed, json, parquet, pgxseg"),
        ("/download/", 404, "carriers as csv, tsv, bed, json, parquet, pgxseg"),
        ("/download", 404, "carriers as csv, tsv, bed, json, parquet, pgxseg"),
        ("/download/a/b/c.csv", 404, "carriers as csv, tsv, bed, json, parquet, pgxseg"),
    ],
)
def test_a_download_that_cannot_be_answers_one_sentence_r13(base: str, path: str, status: int, said: str) -> None:
    answer = Answer(base, path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert said in answer.body
    assert answer.body.count("\n") == 1


def test_other_methods_are_refused(base: str) -> None:
    assert Answer(base, "/download/carriers.csv?gene=GSTM1", "POST").status == 405


def test_health_tells_release_and_counts_r13(base: str) -> None:
    answer = Answer(base, "/health")
    assert answer.status == 200
    told = answer.json
    assert (told["status"], told["release"], told["simulated"]) == ("ok", "DRAGEN 3.5.7b", True)
    assert (told["samples"], told["events"]) == (len(CONTENTS.people), len(CONTENTS.events))
    assert told["calls"] == sum(len(event.parts) or 1 for event in CONTENTS.events)
    assert Answer(base, "/live").status == 200


def test_suggestions_name_genes(base: str) -> None:
    told = Answer(base, "/suggest?q=gst").json["suggestions"]
    assert isinstance(told, list)
    assert [one["name"] for one in told] == ["GSTM1", "GSTM2"]
    assert told[0]["address"] == "/gene?gene=GSTM1"
    assert told[0]["place"] == "chr1:109,687,815-109,693,745"
    twins = Answer(base, "/suggest?q=twin").json["suggestions"]
    assert isinstance(twins, list)
    assert {one["address"] for one in twins} == {"/gene?gene=ENSG00000900004", "/gene?gene=ENSG00000900005"}
    for query in ("", "?q=", "?q=%25", "?q=" + "x" * 5000):
        assert Answer(base, f"/suggest{query}").json["suggestions"] == []


def test_many_requests_on_one_connection_are_quick(base: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        connection.request("GET", "/live")
        connection.getresponse().read()
        times.append(time.perf_counter() - began)
    connection.close()
    # Nagle's algorithm would make each take 40 ms.
    assert sorted(times)[10] < 0.03


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(crowd(tmp_path_factory)) as address:
        yield address


@pytest.mark.parametrize(
    "files",
    [
        ("carriers.csv", "carriers.tsv", "carriers.bed", "carriers.pgxseg"),
        ("calls.vcf", "calls.json", "calls.bed", "carriers.parquet"),
    ],
)
def test_a_fifth_download_at_once_is_told_to_come_back(crowded: str, files: tuple[str, ...]) -> None:
    gene, base = "/download/carriers.csv?gene=GSTM1&overlap=any", crowded
    netloc = urlsplit(base).netloc
    stalled = []
    for number, file in enumerate(files):
        # A client that asks and does not read: small buffers make the server wait for it.
        client = socket.socket()
        client.bind((f"127.0.0.{1 + number // 2}", 0))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        host, _, port = netloc.partition(":")
        client.connect(("127.0.0.1" if host == "localhost" else host, int(port)))
        client.sendall(f"GET /download/{file}?gene=GSTM1&overlap=any HTTP/1.1\r\nHost: {netloc}\r\n\r\n".encode())
        stalled.append(client)
    deadline = time.monotonic() + 20
    while (refused := Answer(base, gene, "HEAD")).status != 503 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert refused.status == 503
    assert refused.headers["Retry-After"] == "5"
    assert Answer(base, "/health").status == 200
    for client in stalled:
        client.close()
    while (answer := Answer(base, gene)).status != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.status == 200
    assert len({row["sample"] for row in answer.rows}) == PEOPLE


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no database at cnv.duckdb."),
        (lambda path: path.write_text("no database"), "not a DuckDB database"),
        (lambda path: write_file(path, Contents(provenance={"schema_version": "999"})), "schema version 999"),
    ],
)
def test_without_a_database_health_says_why_and_a_new_one_is_taken_over(
    tmp_path: Path, make: object, said: str
) -> None:
    path = tmp_path / "cnv.duckdb"
    make(path)  # type: ignore[operator]
    with served(path) as base:
        answer = Answer(base, "/health")
        assert answer.status == 503
        assert said in str(answer.json["error"])
        assert Answer(base, "/live").status == 200
        refused = Answer(base, "/download/carriers.csv?gene=GSTM1")
        assert refused.status == 503
        assert said in refused.body
        assert Answer(base, "/suggest?q=g").status == 503
        write_file(tmp_path / "cnv-1.duckdb", CONTENTS)
        publish(path, tmp_path / "cnv-1.duckdb")
        time.sleep(1.2)
        assert Answer(base, "/health").json["schema_version"] == SCHEMA_VERSION


def test_a_newly_published_database_is_taken_over_without_a_broken_answer(tmp_path: Path) -> None:
    pointer = tmp_path / "cnv.duckdb"
    write_file(tmp_path / "cnv-1.duckdb", CONTENTS)
    write_file(tmp_path / "cnv-2.duckdb", demonstration(seed=2))
    publish(pointer, tmp_path / "cnv-1.duckdb")
    path = "/download/carriers.csv?gene=GSTM1"
    with served(pointer) as base:
        before = Answer(base, path).body
        seen: list[tuple[int, str]] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                answer = Answer(base, path)
                seen.append((answer.status, answer.body))

        askers = [threading.Thread(target=ask) for _ in range(2)]
        for asker in askers:
            asker.start()
        time.sleep(0.3)
        publish(pointer, tmp_path / "cnv-2.duckdb")
        time.sleep(1.5)
        stop.set()
        for asker in askers:
            asker.join()
        after = Answer(base, path).body
        assert before != after
        assert {status for status, _ in seen} == {200}
        assert {body for _, body in seen} == {before, after}
        assert Answer(base, "/health").json["generation"] == "demonstration-2"


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = subprocess.run(
            [sys.executable, "-m", "dashboard", "--port", str(taken.getsockname()[1])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert "Choose another port with --port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_number_that_is_no_port_is_refused() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "dashboard", "--port", "99999"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "99999 is no port" in ended.stderr


def test_ctrl_c_ends_the_server_at_once_and_in_silence(pointer: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"CNV_DATABASE": str(pointer)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    base = process.stdout.readline().split("ready at ")[1].strip()
    assert Answer(base, "/download/frequencies.csv?gene=GSTM1").status == 200
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert told == ""


def test_the_database_is_a_download_that_can_be_resumed_r12(base: str, pointer: Path) -> None:
    whole = pointer.resolve().read_bytes()
    with urlopen(base + "/download/cnv.duckdb") as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{pointer.resolve().name}"'
        assert answer.read() == whole
    rest = urlopen(Request(base + "/download/cnv.duckdb", headers={"Range": "bytes=1000-"}))
    assert (rest.status, rest.read()) == (206, whole[1000:])


def test_the_download_is_what_is_published_now_though_another_was_read_a_moment_ago_r12(tmp_path: Path) -> None:
    """The file before may be gone already: a build clears away all but one."""
    pointer = tmp_path / "cnv.duckdb"
    older = write_file(tmp_path / "cnv-1.duckdb", CONTENTS)
    newer = write_file(tmp_path / "cnv-2.duckdb", demonstration(seed=2))
    publish(pointer, older)
    with served(pointer) as base:
        with urlopen(base + "/download/cnv.duckdb") as answer:
            assert answer.read() == older.read_bytes()
        publish(pointer, newer)
        older.unlink()
        with urlopen(base + "/download/cnv.duckdb") as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="cnv-2.duckdb"'
            assert answer.read() == newer.read_bytes()

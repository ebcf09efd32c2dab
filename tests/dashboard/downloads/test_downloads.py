"""Every download in every format tells the same rows as its CSV; tools of the field read them; nothing is left behind."""

import csv
import datetime
import http.client
import inspect
import io
import json
import random
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import duckdb
import polars as pl
import pyarrow.parquet as pq
import pysam
import pytest

from dashboard.downloads import route
from dashboard.downloads.catalogue import FORMATS, TABLES, list_tables
from dashboard.downloads.open_file import _OPENERS, OpenFile
from dashboard.formats import columns, delimited, parquet
from dashboard.formats import json as json_format
from dashboard.formats.about import About
from dashboard.store.database import PublishedFile
from data_prep.domain.copy_number import EFO, CallClass
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import served
from tests.dashboard.small_database import write_file

CONTENTS = demonstration()

QUERIES = (
    "gene=GSTM1",
    "gene=GSTM1&filter=all&cohort=all&overlap=any",
    "gene=ADAM3A&class=complete-loss",
    "gene=XGENE&cohort=all",
    "gene=YGENE",
    "gene=LNC1&class=gain&outliers=include",
    "gene=GSTM2",
    "region=chr1:109680001-109700000",
    "region=chr1:109690000-109690001&filter=all",
    "region=chr1&population=AFR,GBR",
    "region=chrX:103990001-104050000&sex=XY",
    "region=chr8:39300000-39600000&overlap=within&min_bins=3",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("downloads") / "cnv.duckdb", CONTENTS)


@pytest.fixture(scope="module")
def fetch(database: Path) -> Iterator[Callable[[str], bytes]]:
    with served(database) as base:

        def get(path: str) -> bytes:
            connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
            connection.request("GET", f"/download/{path}")
            response = connection.getresponse()
            body = response.read()
            connection.close()
            assert response.status == 200, body
            suffix = path.partition("?")[0].rpartition(".")[2]
            assert response.headers["Content-Type"] == FORMATS[suffix]
            assert response.headers["Content-Disposition"].endswith(f'.{suffix}"')
            return body

        yield get


def rows_of_csv(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode())))


def _told(value: object) -> str:
    """A value as text: whole numbers to the last digit, others by seven, which is what a stored one has."""
    if value is None or value == "":
        return ""
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(int(number)) if number.is_integer() else f"{number:.7g}"


def normal(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{name: _told(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("table", ["calls", "carriers", "frequencies", "genes"])
def test_tables_tell_the_rows_of_the_csv_in_their_order(fetch: Callable[[str], bytes], table: str, query: str) -> None:
    expected = normal(rows_of_csv(fetch(f"{table}.csv?{query}")))
    tsv = "".join(
        line for line in fetch(f"{table}.tsv?{query}").decode().splitlines(keepends=True) if not line.startswith("#")
    )
    assert normal(list(csv.DictReader(io.StringIO(tsv), delimiter="\t"))) == expected
    told = json.loads(fetch(f"{table}.json?{query}"))
    assert normal(told["rows"]) == expected
    assert told["meta"]["simulated"] is True
    assert told["meta"]["address"].endswith(f"{table}.json?{query}")
    stored = pq.read_table(io.BytesIO(fetch(f"{table}.parquet?{query}")))
    assert normal(stored.to_pylist()) == expected
    assert stored.schema.metadata[b"release"] == b"DRAGEN 3.5.7b"
    assert pl.read_parquet(fetch(f"{table}.parquet?{query}")).height == len(expected)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("table", ["calls", "carriers"])
def test_bed_and_pgxseg_tell_the_intervals_of_the_csv_r1(fetch: Callable[[str], bytes], table: str, query: str) -> None:
    rows = rows_of_csv(fetch(f"{table}.csv?{query}"))
    body = fetch(f"{table}.bed?{query}").decode()
    bed = [line.split("\t") for line in body.splitlines() if not line.startswith(("#", "track"))]
    assert Counter((line[0], int(line[1]), int(line[2]), line[3]) for line in bed) == Counter(
        (row["chrom"], int(row["start"]) - 1, int(row["end"]), row["sample"]) for row in rows
    )
    places = [(int(line[1]), int(line[2])) for line in bed]
    assert places == sorted(places), "sorted as bedtools wants it"
    segments = [
        line.split("\t") for line in fetch(f"{table}.pgxseg?{query}").decode().splitlines() if not line.startswith("#")
    ][1:]
    assert Counter((line[0], line[1], int(line[2]), int(line[3]), line[8]) for line in segments) == Counter(
        (
            row["sample"],
            row["chrom"].removeprefix("chr"),
            int(row["start"]) - 1,
            int(row["end"]),
            EFO[CallClass(row["class"])],
        )
        for row in rows
    )


@pytest.mark.parametrize("query", QUERIES)
def test_vcf_tells_the_calls_of_the_csv_r1(fetch: Callable[[str], bytes], query: str, tmp_path: Path) -> None:
    rows = rows_of_csv(fetch(f"calls.csv?{query}"))
    file = tmp_path / "calls.vcf"
    file.write_bytes(fetch(f"calls.vcf?{query}"))
    found: Counter[tuple[str, ...]] = Counter()
    with pysam.VariantFile(str(file)) as records:
        for record in records:
            carriers = 0
            for name, cell in record.samples.items():
                if cell["EVT"] in (None, "", "."):
                    continue
                carriers += 1
                found[
                    name,
                    # pysam counts from 0, so the base before the interval is the 0-based start less one
                    str(record.start + 2),
                    str(record.stop),
                    record.alts[0],
                    str(cell["CN"]),
                    _told(cell["CNQ"]),
                    cell["FT"],
                    cell["EVT"],
                ] += 1
            assert record.info["NC"] == carriers > 0
            assert record.info["SVLEN"] == (record.stop - record.start - 1) * (-1 if record.alts[0] == "<DEL>" else 1)
    assert found == Counter(
        (
            row["sample"],
            row["start"],
            row["end"],
            "<DEL>" if row["class"].endswith("loss") else "<DUP>",
            row["copy_number"],
            _told(row["quality"]),
            row["filters"],
            row["event"],
        )
        for row in rows
    )


@pytest.mark.skipif(not shutil.which("bcftools"), reason="bcftools is not installed")
def test_bcftools_counts_what_sql_by_hand_counts(fetch: Callable[[str], bytes], database: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.vcf"
    file.write_bytes(fetch("calls.vcf?region=chr1:109680001-109700000&cohort=all&filter=all"))

    def bcftools(*command: str) -> str:
        done = subprocess.run(["bcftools", *command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    with duckdb.connect(str(database), read_only=True) as con:
        by_hand = con.execute(
            """SELECT c.start, c."end", count(*), count(*) FILTER (WHERE genotype = '1/1'),
                count(*) FILTER (WHERE genotype = '0/1')
            FROM calls c JOIN samples USING (sample_id) JOIN events e USING (event_id)
            WHERE c.chrom = 'chr1' AND c.direction = 'loss' AND e.start < 109700000 AND e."end" > 109680000 AND counted
            GROUP BY ALL ORDER BY ALL"""
        ).fetchall()
    lines = bcftools("query", "-i", 'SVTYPE="DEL"', "-f", "%POS %END %NC[ %GT]\n", str(file)).splitlines()
    told = [
        (int(cells[0]), int(cells[1]), int(cells[2]), cells.count("1/1"), cells.count("0/1"))
        for cells in (line.split() for line in lines)
    ]
    assert told == by_hand
    assert len(told) > 3
    # alleles filled in from genotypes alone: a homozygous deletion is two
    filled = bcftools("plugin", "fill-tags", str(file), "--", "-t", "AC") if _has_plugins() else ""
    if filled:
        (tmp_path / "filled.vcf").write_text(filled)
        counts = bcftools("query", "-i", 'SVTYPE="DEL"', "-f", "%AC\n", str(tmp_path / "filled.vcf")).split()
        assert [int(count) for count in counts] == [2 * both + one for *_, both, one in by_hand]
    # an interval asked for by place, after indexing, is found where it lies
    bcftools("view", "-Oz", "-o", str(tmp_path / "calls.vcf.gz"), str(file))
    bcftools("index", str(tmp_path / "calls.vcf.gz"))
    at = bcftools("view", "-H", "-r", "chr1:109697443-109697443", str(tmp_path / "calls.vcf.gz")).splitlines()
    beyond = bcftools("view", "-H", "-r", "chr1:109697444-109697444", str(tmp_path / "calls.vcf.gz")).splitlines()
    ends = {line.split("\tSVTYPE=DEL;END=")[1].split(";")[0] for line in at if "SVTYPE=DEL" in line}
    assert ends == {"109697443"}
    assert not [line for line in beyond if "SVTYPE=DEL" in line]


def _has_plugins() -> bool:
    return subprocess.run(["bcftools", "plugin", "fill-tags", "-h"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("bedtools"), reason="bedtools is not installed")
def test_bedtools_finds_what_sql_by_hand_finds(fetch: Callable[[str], bytes], database: Path, tmp_path: Path) -> None:
    file = tmp_path / "carriers.bed"
    file.write_bytes(fetch("carriers.bed?region=chr1&cohort=all&filter=all&outliers=include"))
    place = tmp_path / "place.bed"
    place.write_text("chr1\t109697442\t109697443\n")
    done = subprocess.run(
        ["bedtools", "intersect", "-sorted", "-a", str(file), "-b", str(place)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    with duckdb.connect(str(database), read_only=True) as con:
        by_hand = con.execute(
            """SELECT sample FROM events JOIN samples USING (sample_id)
            WHERE chrom = 'chr1' AND start <= 109697442 AND "end" > 109697442 AND counted"""
        ).fetchall()
    assert Counter(line.split("\t")[3] for line in done.stdout.splitlines()) == Counter(name for (name,) in by_hand)
    assert len(by_hand) > 50


def test_calls_are_the_records_of_the_carriers_events_r3(fetch: Callable[[str], bytes]) -> None:
    draw = random.Random(5)
    for query in draw.sample(QUERIES, 6):
        carriers = {row["event"] for row in rows_of_csv(fetch(f"carriers.csv?{query}"))}
        calls = rows_of_csv(fetch(f"calls.csv?{query}"))
        assert {row["event"] for row in calls} == carriers
    calls = rows_of_csv(fetch("calls.csv?gene=GSTM1&class=loss"))
    events = rows_of_csv(fetch("carriers.csv?gene=GSTM1&class=loss"))
    # most GSTM1 deletions of the demonstration are two abutting calls
    assert len(calls) > 1.5 * len(events)
    assert sum(int(row["length"]) for row in calls) == sum(int(row["length"]) for row in events)


def test_the_whole_of_an_event_is_in_calls_where_a_part_lies_beside_the_place(fetch: Callable[[str], bytes]) -> None:
    calls = rows_of_csv(fetch("calls.csv?region=chr1:109696001-109697000"))
    beside = [row for row in calls if int(row["end"]) < 109696001]
    assert beside
    assert {row["overlap"] for row in beside} == {"0.0"}


def test_a_file_says_what_it_is_r12(fetch: Callable[[str], bytes]) -> None:
    query = "gene=GSTM1&filter=pass&population=EUR"
    for path in (f"calls.tsv?{query}", f"calls.vcf?{query}", f"calls.bed?{query}", f"calls.pgxseg?{query}"):
        head = [line for line in fetch(path).decode().splitlines() if line.startswith("#")]
        said = "\n".join(head)
        for word in ("GSTM1", "DRAGEN 3.5.7b", "simulated", "losses and gains at PASS", "people of EUR", "Byrska"):
            assert word in said, f"{path} does not say {word}"


def test_genes_are_those_of_a_place_and_not_of_a_site(fetch: Callable[[str], bytes], database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as con:
        ((site,),) = con.execute(
            "SELECT site FROM sites WHERE chrom = 'chr1' ORDER BY carriers DESC LIMIT 1"
        ).fetchall()
    with pytest.raises(AssertionError, match="site is not used for genes"):
        fetch(f"genes.csv?gene=GSTM1&site={site}")
    # the rule coding may be asked for in a region, since it is for its genes
    assert fetch("genes.csv?region=chr1&overlap=coding") == fetch("genes.csv?region=chr1")
    told = json.loads(fetch("genes.json?region=chr1&overlap=any"))["meta"]
    assert told["counted"] == "credible losses and gains that touch the gene, gene by gene"
    assert told["address"] == "/download/genes.json?region=chr1&overlap=any"


def test_there_is_a_way_to_open_everything_in_the_catalogue() -> None:
    assert set(_OPENERS) == {(table, suffix) for table, formats in TABLES.items() for suffix in formats}
    assert all(f"{table} as" in list_tables() for table in TABLES)


def endless() -> Iterator[pl.DataFrame]:
    row: dict[str, Any] = dict.fromkeys(columns.CALLS.names)
    rows = [row | {"sample": f"S{number}", "chrom": "chr1", "start": number, "end": 2_000} for number in range(1_000)]
    while True:
        yield pl.DataFrame(rows, schema=columns.CALLS.schema)


ABOUT = About("endless", (), False, datetime.datetime(2026, 11, 24))
ENDLESS: dict[str, Callable[[], Iterator[bytes]]] = {
    "csv": lambda: delimited.csv_pieces(endless(), columns.CALLS),
    "json": lambda: json_format.json_pieces(endless(), columns.CALLS, ABOUT),
    "parquet": lambda: parquet.parquet_pieces(endless(), columns.CALLS, ABOUT),
}


@pytest.mark.parametrize("leaves", [True, False], ids=["cut", "stalled"])
@pytest.mark.parametrize("suffix", ENDLESS)
def test_a_cut_or_stalled_download_leaves_nothing(monkeypatch: pytest.MonkeyPatch, suffix: str, leaves: bool) -> None:
    monkeypatch.setattr(route, "SEND_TIMEOUT", 0.2)
    pieces = ENDLESS[suffix]()
    held = ExitStack()
    closed: list[bool] = []
    # the generator is done for before its cursor closes under it
    held.callback(lambda: closed.append(inspect.getgeneratorstate(pieces) == inspect.GEN_CLOSED))  # type: ignore[arg-type]
    free = threading.Event()
    file = OpenFile(f"x.{suffix}", "text/plain", pieces, held, PublishedFile("cnv.duckdb", "test", ""))
    response = route._Stream(file, [], free.set, tag='W/"x"', described="a test", head=False, length=None)

    async def talk() -> None:
        gone = anyio.Event()
        sent = 0

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(_: Any) -> None:
            nonlocal sent
            sent += 1
            if sent == 3:
                if leaves:
                    gone.set()
                await anyio.sleep_forever()

        with anyio.fail_after(10):
            await response({"type": "http"}, receive, send)

    anyio.run(talk)
    assert closed == [True]
    assert free.is_set(), "the place in the queue is free again"

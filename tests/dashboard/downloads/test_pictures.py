"""Charts as pictures: what is drawn agrees with the tables, and the child that draws cannot hold up the rest."""

import csv
import http.client
import io
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from xml.etree import ElementTree

import anyio
import duckdb
import PIL.Image
import polars as pl
import pytest
import vl_convert

from dashboard.charts.copy_number import copy_number_chart
from dashboard.charts.track.canvas import ASSUMED_WIDTH
from dashboard.colours import LIGHT
from dashboard.downloads.catalogue import CHARTS, PICTURES, chart_of
from dashboard.downloads.chart import DRAWN_HERE
from dashboard.serving import drawing
from dashboard.serving.drawing import BusyDrawingError, Drawing, DrawingError
from dashboard.words import quantities
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import ROOT, served
from tests.dashboard.small_database import write_file

Fetch = Callable[[str], tuple[int, str, bytes]]
Answer = TypeVar("Answer")


def run(go: Callable[[], Awaitable[Answer]]) -> Answer:
    """Runs a coroutine in a thread of its own: a browser that an earlier test left open keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, go).result()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("pictures") / "cnv.duckdb", demonstration())


@pytest.fixture(scope="module")
def fetch(database: Path) -> Iterator[Fetch]:
    with served(database) as base:

        def get(path: str) -> tuple[int, str, bytes]:
            connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            connection.close()
            return response.status, response.headers["Content-Type"], body

        yield get


def words(svg: bytes) -> list[str]:
    """The texts of a drawing."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("query", "grouped_by"),
    [
        ("gene=GSTM1", "superpopulation"),
        ("gene=GSTM1&by=populations", "population"),
        # a sum of one of its populations is not the super-population
        ("region=chr1:109680001-109700000&population=AFR,GBR&filter=all", "population"),
        ("region=chr1:109680001-109700000&population=AFR,EUR&filter=all", "superpopulation"),
    ],
)
@pytest.mark.parametrize("direction", ["loss", "gain"])
def test_a_frequency_picture_bears_the_numbers_of_the_table_r6(
    fetch: Fetch, query: str, grouped_by: str, direction: str
) -> None:
    status, media_type, svg = fetch(f"/chart/frequency-{direction}.svg?{query}")
    assert (status, media_type) == (200, "image/svg+xml")
    drawn = words(svg)
    table = list(csv.DictReader(io.StringIO(fetch(f"/download/frequencies.csv?{query}")[2].decode())))
    rows = [row for row in table if row["direction"] == direction and row["grouped_by"] in ("all", grouped_by)]
    assert len(rows) > 1
    others = {row["group"] for row in table if row["grouped_by"] not in ("all", grouped_by)}
    assert not others & set(drawn)
    for row in rows:
        told = quantities.frequency(
            int(row["carriers"]), int(row["samples"]), float(row["ci_low"]), float(row["ci_high"])
        )
        assert told in drawn
        assert ("All" if row["group"] == "all" else row["group"]) in drawn


def test_a_picture_says_where_it_comes_from_and_that_it_is_simulated_r12(fetch: Fetch) -> None:
    for name in CHARTS:
        of_cohort = chart_of(name).of_cohort
        said = " ".join(words(fetch(f"/chart/{name}.svg{'' if of_cohort else '?gene=GSTM1'}")[2]))
        for word in (
            *(() if of_cohort else ("GSTM1",)),
            "SIMULATED",
            "Counted: credible losses and gains",
            "DRAGEN 3.5.7b",
            "Byrska",
            "GRCh38",
        ):
            assert word in said, f"{name} does not say {word}"


def test_the_track_alone_draws_what_the_database_has_there_r8(fetch: Fetch, database: Path) -> None:
    region = "chr1:109680001-109705000"
    said = words(fetch(f"/chart/track.svg?region={region}&filter=all")[2])
    with duckdb.connect(str(database), read_only=True) as con:
        found = con.execute(
            """SELECT e.direction::VARCHAR, e.start, e."end", count(DISTINCT e.sample_id)
            FROM events e JOIN samples s USING (sample_id) LEFT JOIN marked_samples m ON m.sample_id = s.sample_id AND m.chrom = e.chrom
            WHERE e.chrom = 'chr1' AND e.start < 109705000 AND e."end" > 109680000 AND counted AND unrelated AND m.chrom IS NULL
            GROUP BY ALL"""
        ).fetchall()
    assert f"{len(found)} of {len(found)} drawn" in said
    most = max(number for *_, number in found)
    assert str(most) in said
    assert len(found) > 3
    for word in ("▼ loss", "▲ gain", "dark part: complete loss", "AFR", "SAS", "GSTM1 →", "Genes"):
        assert word in said, word
    told = " ".join(said)
    for word in ("losses and gains along the genome", "chr1:109,680,001-109,705,000", "whatever the overlap rule"):
        assert word in told, word
    # what was called is drawn where no share of people may be told
    assert fetch("/chart/frequency-loss.svg?region=chr5:70920001-70960000")[0] == 404
    assert fetch("/chart/track.svg?region=chr5:70920001-70960000")[0] == 200
    gene = " ".join(words(fetch("/chart/track.svg?gene=GSTM1&class=gain")[2]))
    assert "GSTM1: gains along the genome" in gene
    # a gene is shown with its neighbourhood
    assert "chr1:109,682,815-109,698,745" in gene
    assert "▼ loss" not in gene


def test_the_bars_of_the_track_lie_where_the_intervals_lie_r1(fetch: Fetch, database: Path) -> None:
    start, end = 109_680_000, 109_705_000
    svg = fetch(f"/chart/track.svg?region=chr1:{start + 1}-{end}&cohort=all&outliers=include")[2]
    pixels = ASSUMED_WIDTH / (end - start)

    def bars(opacity: str) -> list[tuple[float, float]]:
        # the samples of colour below the bars are ten high
        path = rf'd="M([\d.]+),[\d.]+h([\d.]+)v(?!10h)[^"]*" fill="{LIGHT.loss}" opacity="{opacity}"/>'
        return sorted((float(x), float(width)) for x, width in re.findall(path, svg.decode()))

    def places(intervals: Iterable[tuple[int, int]]) -> list[Any]:
        cut = [(max(first, start), min(last, end)) for first, last in intervals]
        return [
            pytest.approx(((first - start) * pixels, (last - first) * pixels), abs=0.01) for first, last in sorted(cut)
        ]

    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            """SELECT start, "end", inner_start, inner_end FROM events JOIN samples USING (sample_id)
            WHERE chrom = 'chr1' AND direction = 'loss' AND credible AND counted AND start < ? AND "end" > ?""",
            [end, start],
        ).fetchall()
    inner: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
    for first, last, *ends in rows:
        starts, stops = inner.setdefault((first, last), ([], []))
        starts.append(ends[0])
        stops.append(ends[1])
    assert len(inner) > 1
    middle = {
        full: (statistics.median_low(starts), statistics.median_high(stops)) for full, (starts, stops) in inner.items()
    }
    # pale are the full extents whose ends are not known to the base
    assert bars(r"0\.3[78]\d*") == places(full for full, sure in middle.items() if sure != full)
    assert bars("1") == places((first, last) for first, last in middle.values() if first < last)


def test_a_picture_fetches_nothing_and_runs_nothing(fetch: Fetch) -> None:
    svg = fetch("/chart/frequency-loss.svg?gene=GSTM1")[2]
    assert b"<script" not in svg
    assert b"<image" not in svg


def test_a_png_is_a_picture_of_the_same_shape(fetch: Fetch) -> None:
    status, media_type, png = fetch("/chart/copy-number.png?gene=GSTM1")
    assert (status, media_type) == (200, "image/png")
    svg = ElementTree.fromstring(fetch("/chart/copy-number.svg?gene=GSTM1")[2])
    width, height = PIL.Image.open(io.BytesIO(png)).size
    assert abs(width / height - float(svg.attrib["width"]) / float(svg.attrib["height"])) < 0.01


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/chart", 404, "frequency-loss, frequency-gain, copy-number, track, genome"),
        ("/chart/pie.svg?gene=GSTM1", 404, "frequency-loss"),
        ("/chart/frequency-loss.pdf?gene=GSTM1", 404, "svg and png"),
        ("/chart/frequency-loss.svg", 400, "gene=GSTM1"),
        ("/chart/frequency-loss.svg?gene=GSTM1&filter=PASS", 400, "takes pass, credible, sensitive or all"),
        ("/chart/frequency-loss.svg?gene=GSTM9", 404, "Close names: GSTM1"),
        ("/chart/frequency-loss.svg?gene=GSTM1&class=gain", 404, "no chart of losses"),
        ("/chart/frequency-loss.svg?gene=SMN1", 404, "not assessable"),
        ("/chart/track.svg?gene=SMN1", 404, "not assessable"),
        ("/chart/track.svg?gene=YGENE&sex=XX", 404, "who count on chrY"),
        ("/chart/frequency-loss.svg?gene=YGENE&sex=XX", 404, "who count on chrY"),
    ],
)
def test_a_picture_that_cannot_be_answers_one_sentence_r13(fetch: Fetch, path: str, status: int, said: str) -> None:
    found, media_type, body = fetch(path)
    assert (found, media_type) == (status, "text/plain; charset=utf-8")
    assert said in body.decode()
    assert body.count(b"\n") == 1


def test_there_is_a_way_to_draw_every_chart() -> None:
    assert DRAWN_HERE == CHARTS
    assert tuple(drawing.FORMATS) == PICTURES


POINT = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}


def test_a_child_that_hangs_is_ended_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "TIME", 0.5)

    async def go() -> None:
        slow = Drawing((sys.executable, "-c", "import time; time.sleep(60)"))
        with pytest.raises(BusyDrawingError, match="too long"):
            await slow.draw(POINT, "svg")
        assert slow._child is None
        monkeypatch.setattr(drawing, "TIME", 30)
        slow._command = Drawing()._command
        assert b"<svg" in await slow.draw(POINT, "svg")
        child = slow._child
        await slow.close()
        assert child is not None
        assert child.returncode is not None

    run(go)


def test_a_child_that_dies_or_cannot_draw_costs_one_picture() -> None:
    async def go() -> None:
        dead = Drawing((sys.executable, "-c", "pass"))
        with pytest.raises(DrawingError):
            await dead.draw(POINT, "svg")
        alive = Drawing()
        with pytest.raises(DrawingError):
            await alive.draw({"mark": "nothing of the kind"}, "png")
        assert (await alive.draw(POINT, "png")).startswith(b"\x89PNG")
        await alive.close()

    run(go)


def test_more_pictures_than_may_wait_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "TIME", 1.0)
    monkeypatch.setattr(drawing, "WAITING", 3)

    async def go() -> list[str]:
        slow = Drawing((sys.executable, "-c", "import time; time.sleep(60)"))
        said: list[str] = []

        async def one() -> None:
            try:
                await slow.draw(POINT, "svg")
            except BusyDrawingError as error:
                said.append(str(error))

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(one)
        return said

    said = run(go)
    assert sum("Too many" in one for one in said) == 2
    assert sum("too long" in one for one in said) == 3


def test_the_child_ends_with_its_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.serving.drawing"],
        input=b"",
        cwd=ROOT,
        env=os.environ,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0


def test_the_legend_of_copies_fits_a_phone() -> None:
    """No kind of copy number is cut off where the bars have 300 pixels."""
    counts = pl.DataFrame(
        {"superpopulation": ["AFR"] * 3, "expected": [2] * 3, "copy_number": [0, 2, 6], "people": [3, 5, 2]}
    )
    spec = copy_number_chart(counts, LIGHT)
    spec["datasets"] = {name: frame.to_dicts() for name, frame in spec["datasets"].items()}
    svg = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec | {"width": 300}))
    assert float(svg.attrib["width"]) <= 350
    assert float(svg.attrib["height"]) >= spec["height"]

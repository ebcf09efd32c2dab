"""A place that the caller saw in half of the people (R5): lower bounds, on pages and in every format, group by group.

243 unrelated people and seven relatives, and all of their files tell what was seen: the place in 124 of the 243, which are
40 of 83 Yoruba, 30 of 60 Chinese and 54 of 100 British. Nobody has a loss there, three British people have a gain.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from statsmodels.stats.proportion import proportion_confint
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.downloads.chart import prepare_picture
from dashboard.question.filters import ANY, Filters
from dashboard.question.target import region_target
from dashboard.store.carriers.copy_numbers import copy_numbers
from dashboard.store.carriers.counts import by_filter, by_rule
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.database import Generation
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.opened_page import html, words
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, write_file

Make = Callable[[Contents], Generation]
Get = Callable[..., bytes]

PEOPLE = [
    *(Person(f"Y{number:03}", "YRI") for number in range(83)),
    *(Person(f"C{number:03}", "CHB") for number in range(60)),
    *(Person(f"G{number:03}", "GBR", sex="XY") for number in range(100)),
    *(Person(f"R{number:03}", "GBR", unrelated=False) for number in range(7)),
]
SEEN = {"YRI": 40, "CHB": 30, "GBR": 54}
PLACE = Interval("chr3", 5_000_000, 5_020_000)
WELL_SEEN = Interval("chr3", 8_000_000, 8_020_000)


def _seen(person: Person) -> list[tuple[str, int, int]]:
    number = int(person.sample[1:])
    everywhere = [("chr3", 7_000_000, 9_000_000)]
    return [("chr3", 4_000_000, 6_000_000), *everywhere] if number < SEEN[person.population] else everywhere


CONTENTS = Contents(
    PEOPLE,
    [
        *(Event(f"G{number:03}", "chr3", PLACE.start, PLACE.end, 3) for number in (1, 2, 60)),
        Event("G004", "chr3", WELL_SEEN.start, WELL_SEEN.end, 3),
    ],
    genes=[GeneRow("HALFSEEN", "chr3", 5_004_000, 5_016_000), GeneRow("WELLSEEN", "chr3", 8_004_000, 8_016_000)],
    seen={person.sample: _seen(person) for person in PEOPLE},
)
PARTLY = "seen in 51 % of people: frequencies are lower bounds"
HARDLY = "not assessable: the caller saw this place in fewer than half of these people"
RELATIVES = "relatives are counted too: the interval is too narrow"


def bound(people: int) -> float:
    """The upper bound of none, by another library."""
    return float(proportion_confint(0, people, 0.05, "wilson")[1])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("seen") / "cnv.duckdb", CONTENTS)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


REGION = "chr3:5000001-5020000"
EXPECTED: dict[tuple[str, str], tuple[Any, ...]] = {
    # carriers, samples, upper bound, share seen, note
    ("loss", "all"): (0, 243, bound(124), 124 / 243, PARTLY),
    ("loss", "AFR"): (None, None, None, 40 / 83, HARDLY),
    ("loss", "EAS"): (0, 60, bound(30), 0.5, "seen in 50 % of people: frequencies are lower bounds"),
    ("loss", "EUR"): (0, 100, bound(54), 0.54, "seen in 54 % of people: frequencies are lower bounds"),
    ("loss", "XX"): (None, None, None, 70 / 143, HARDLY),
    ("gain", "all"): (3, 243, proportion_confint(3, 243, 0.05, "wilson")[1], 124 / 243, PARTLY),
    ("gain", "AFR"): (None, None, None, 40 / 83, HARDLY),
    ("gain", "EUR"): (3, 100, proportion_confint(3, 100, 0.05, "wilson")[1], 0.54, "seen in 54 % of people: frequencies are lower bounds"),
}  # fmt: skip


def _number(value: object) -> float | None:
    return None if value is None or value == "" else float(str(value))


@pytest.mark.parametrize("suffix", ["csv", "tsv", "json", "parquet"])
def test_files_of_frequencies_say_it_group_by_group_r5(get: Get, suffix: str) -> None:
    content = get(f"frequencies.{suffix}", region=REGION)
    found: list[dict[str, Any]]
    if suffix == "json":
        told = json.loads(content)
        found = told["rows"]
        assert told["meta"]["seen"] == PARTLY
    elif suffix == "parquet":
        found = pq.read_table(io.BytesIO(content)).to_pylist()
    else:
        text = content.decode()
        assert (f"# seen: {PARTLY}" in text) == (suffix == "tsv")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        found = list(csv.DictReader(lines, delimiter="," if suffix == "csv" else "\t"))
    by_group = {(row["direction"], row["group"]): row for row in found}
    for key, (carriers, samples, high, seen, note) in EXPECTED.items():
        row = by_group[key]
        assert _number(row["carriers"]) == carriers, key
        assert _number(row["samples"]) == samples, key
        assert _number(row["ci_high"]) == (None if high is None else pytest.approx(high, abs=1e-12)), key
        assert _number(row["seen"]) == pytest.approx(seen), key
        assert row["note"] == note
    nulls = ("frequency", "ci_low", "complete_losses", "pass_carriers", "pass_frequency")
    assert {_number(by_group["loss", "AFR"][name]) for name in nulls} == {None}


def test_a_place_seen_in_all_people_is_told_as_it_was_r5(get: Get) -> None:
    found = {
        (row["direction"], row["group"]): row for row in rows(get("frequencies.csv", region="chr3:8000001-8020000"))
    }
    row = found["loss", "all"]
    assert (row["seen"], row["note"], float(row["ci_high"])) == ("1.0", "", pytest.approx(bound(243), abs=1e-12))
    assert found["gain", "AFR"]["samples"] == "83"


def test_a_place_seen_in_fewer_than_half_has_no_numbers_r5(get: Get) -> None:
    found = rows(get("frequencies.csv", region=REGION, population="YRI"))
    assert {row["note"] for row in found} == {HARDLY}
    assert {row[name] for row in found for name in ("carriers", "samples", "frequency", "ci_low", "ci_high")} == {""}
    assert {float(row["seen"]) for row in found} == {40 / 83}
    header = get("carriers.tsv", region=REGION, population="YRI").decode()
    assert f"# seen: {HARDLY}" in header


def test_the_page_says_that_frequencies_are_lower_bounds_r5(open_page: Callable[..., AppTest]) -> None:
    app = open_page("region", region=REGION)
    said = words(app)
    assert "0 of 243, seen in 124, below 3.1 %" in said
    assert "Seen in 51 % of people: frequencies are lower bounds." in said
    assert "below 1.6 %" not in said
    gains = re.search(r'<table class="cnv-table cnv-frequencies-gain">(.*?)</table>', html(app))
    assert gains
    told = " ".join(unescape(re.sub(r"<[^>]+>", " ", gains[1])).split())
    assert "AFR Africa not assessable: seen in 48.1 %" in told
    assert "EAS East Asia 60 (seen 30) 0 0 % below 11.4 %" in told
    assert "All 243 (seen 124) 3 1.2 %" in told
    assert "Most often in AFR" not in said
    assert "least in AFR" not in said


def test_the_page_of_a_group_in_whom_it_was_hardly_seen_has_no_number_r5(open_page: Callable[..., AppTest]) -> None:
    said = words(open_page("region", region=REGION, population="YRI"))
    assert "is not assessable. The caller saw half or more of this place in 48.1 % of the people counted" in said
    assert "0 of 83" not in said
    assert "of people:" not in said


def test_what_it_depends_on_gives_the_same_bounds_r5(in_memory: Make) -> None:
    database = in_memory(CONTENTS)
    target = region_target(PLACE)
    (loss, _) = by_rule(database, target, Filters(), (ANY,))[ANY]
    assert (loss.carriers, loss.people_seen, loss.ci_high) == (0, 124, pytest.approx(bound(124)))
    grid = by_filter(database, target, Filters(populations=("AFR",)))
    assert {count.assessable for counts in grid.values() for count in counts} == {False}
    whole = frequencies(database, target, Filters()).filter(
        (pl.col("group") == "all") & (pl.col("direction") == "loss") & (pl.col("level") == Level.CREDIBLE.value)
    )
    assert whole.row(0, named=True)["ci_high"] == loss.ci_high


def test_people_in_whom_it_was_not_seen_have_no_known_copies_r5(in_memory: Make) -> None:
    """By hand, of the British: 54 seen, of whom two have three copies; of the 46 others one is called, and so known."""
    counts = copy_numbers(in_memory(CONTENTS), region_target(PLACE), Filters())
    british = {
        row["copy_number"]: row["people"] for row in counts.iter_rows(named=True) if row["superpopulation"] == "EUR"
    }
    assert british == {2: 52, 3: 3, None: 45}


def test_genes_and_sites_carry_the_share_in_every_row_r5(get: Get) -> None:
    genes = {row["symbol"]: row for row in rows(get("genes.csv", region="chr3:4000001-9000000"))}
    half, well = genes["HALFSEEN"], genes["WELLSEEN"]
    assert (half["note"], float(half["seen"]), half["samples"]) == (PARTLY, 124 / 243, "243")
    assert float(half["ci_high_loss"]) == pytest.approx(bound(124))
    assert (well["note"], well["seen"]) == ("", "1.0")
    assert float(well["ci_high_loss"]) == pytest.approx(bound(243))
    sites = {row["start"]: row for row in rows(get("sites.csv", region="chr3:4000001-9000000"))}
    assert (sites["5000001"]["note"], float(sites["5000001"]["seen"])) == (PARTLY, 124 / 243)
    assert sites["8000001"]["note"] == ""
    lines = get("sites.vcf", region="chr3:4000001-9000000").decode().splitlines()
    assert [line.split("SEEN=")[1].split(";")[0] for line in lines if not line.startswith("#")] == ["0.5102881", "1"]


def test_a_site_of_a_group_in_whom_it_was_hardly_seen_keeps_no_number_r5(get: Get) -> None:
    """A woman's gain would be one of 143 of whom 70 were seen; a site is there since its carriers are."""
    address = {"region": REGION, "population": "GBR,YRI"}
    (site,) = rows(get("sites.csv", **address))
    assert (site["carriers"], float(site["seen"])) == ("3", 94 / 183)
    hardly = {"region": REGION, "cohort": "all", "population": "GBR,YRI,CHB"}
    assert float(rows(get("sites.csv", **hardly))[0]["seen"]) == 131 / 250


def test_relatives_are_said_to_be_counted_r5(get: Get, open_page: Callable[..., AppTest]) -> None:
    notes = {row["note"] for row in rows(get("frequencies.csv", region="chr3:8000001-8020000", cohort="all"))}
    assert notes == {RELATIVES}
    partly = rows(get("frequencies.csv", region=REGION, cohort="all"))[0]["note"]
    assert partly == f"seen in 52.4 % of people: frequencies are lower bounds; {RELATIVES}"
    assert (
        f"# interval: 95 % Wilson score interval; {RELATIVES}" in get("sites.tsv", region=REGION, cohort="all").decode()
    )
    # nobody of Yoruba is a relative
    assert "relatives are counted" not in get("frequencies.tsv", region=REGION, cohort="all", population="YRI").decode()
    assert "relatives are counted" not in get("frequencies.tsv", region=REGION).decode()
    said = "Relatives are counted too, so the 95 % intervals are too narrow."
    assert said in words(open_page("region", region=REGION, cohort="all"))
    assert said not in words(open_page("region", region=REGION))


def test_a_picture_says_so_too_r5(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_DATABASE", str(database))
    try:
        spec = json.dumps(
            prepare_picture("frequency-gain", "svg", {"region": REGION}).spec, default=str, ensure_ascii=False
        )
        assert "Seen in 51 % of people: frequencies are lower bounds." in spec
        related = json.dumps(
            prepare_picture("frequency-gain", "svg", {"region": REGION, "cohort": "all"}).spec,
            default=str,
            ensure_ascii=False,
        )
        assert "Relatives are counted too: 95 % intervals are too narrow." in related
    finally:
        settings.store().close()

"""The catalogue of sites under random filters and orders, against plain Python over the files of places and plain SQL over the tables."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import settings
from dashboard.rows.catalogue_sites import columns
from dashboard.server import ROUTES
from dashboard.store.published import Store
from data_prep.domain.chromosomes import LENGTHS
from tests.dashboard.small_database import Contents, Event, write_file
from tests.dashboard.store.test_catalogue import CONTENTS as SITES_OF_ALL_KINDS

DRAWS = 48


def contents() -> Contents:
    """Sites of one to nine carriers on four chromosomes, with families, and one that every father hands on to every second child."""
    names = [person.sample for person in SITES_OF_ALL_KINDS.people]
    people = [
        replace(person, father=names[at - 4], mother=names[at - 3]) if at % 5 == 4 else person
        for at, person in enumerate(SITES_OF_ALL_KINDS.people)
    ]
    children = [person for person in people if person.father]
    events = [Event(str(person.father), "chr4", 30_000_000, 30_008_000, 1) for person in children] + [
        Event(person.sample, "chr4", 30_000_000, 30_008_000, 1) for person in children[::2]
    ]
    return replace(SITES_OF_ALL_KINDS, people=people, events=[*SITES_OF_ALL_KINDS.events, *events])


CONTENTS = contents()
CHROMOSOMES = [chrom for chrom in LENGTHS if chrom in {event.chrom for event in CONTENTS.events}]
Line = dict[str, Any]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("catalogue") / "cnv.duckdb", CONTENTS)


@pytest.fixture
def client(database: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]) -> Iterator[TestClient]:
    monkeypatch.setenv("CNV_DATABASE", str(database))
    with TestClient(Starlette(routes=list(ROUTES))) as test_client:
        yield test_client
    open_stores.append(settings.store())


@pytest.fixture(scope="module")
def stored(database: Path) -> dict[str, Line]:
    """What is stored of each site, whoever is counted, by its id."""
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            """SELECT s.site, s.few_bins, s.multi_allelic, s.allele_frequency, s.transmission, s.transmission_parents AS trios,
            (SELECT count(*) FROM site_genes g WHERE g.site_id = s.site_id) AS genes,
            (SELECT count(*) FROM site_genes g WHERE g.site_id = s.site_id AND g.coding) AS coding, d.fst, d.vst, d.q
            FROM sites s LEFT JOIN site_differences d USING (site_id)"""
        ).fetchall()
        names = [column[0] for column in con.description or []]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def file(client: TestClient, path: str, query: dict[str, str]) -> list[dict[str, str]]:
    answer = client.get(f"/download/{path}", params=query)
    assert answer.status_code == 200, (query, answer.text)
    return list(csv.DictReader(io.StringIO(answer.text)))


def every_site(client: TestClient, people: dict[str, str], stored: dict[str, Line]) -> list[Line]:
    """The sites of all chromosomes that someone counted carries, along the genome, from the files of the chromosomes."""
    rows: list[Line] = []
    for chrom in CHROMOSOMES:
        for row in file(client, "sites.csv", people | {"region": chrom}):
            about = stored[row["site"]]
            share = float(row["frequency"]) if row["frequency"] else None
            rows.append(
                {
                    "site": row["site"],
                    "place": len(rows),
                    "length": int(row["length"]),
                    "bins": float(row["median_bins"]),
                    "carriers": int(row["carriers"]) if row["carriers"] else None,
                    "frequency": share,
                    "allele_frequency": about["allele_frequency"] if share is not None else None,
                    "transmission": about["transmission"] if share is not None else None,
                    "problem": row["problem"],
                    **{
                        name: about[name]
                        for name in (
                            "few_bins",
                            "multi_allelic",
                            "genes",
                            "coding",
                            "fst",
                            "vst",
                            "q",
                            "trios",
                        )
                    },
                }
            )
    return rows


PEOPLE: tuple[dict[str, str], ...] = (
    {}, {"population": "AFR"}, {"population": "GBR"}, {"sex": "XY"}, {"class": "gain"}, {"class": "complete-loss,low-gain"},
    {"filter": "pass", "cohort": "all"}, {"outliers": "include", "population": "EUR,YRI"}, {"filter": "all"},
)  # fmt: skip
BOUNDS = ("frequency", "fst", "vst", "q", "transmission", "length", "bins", "trios")
NAMES = (
    *(
        "min_carriers",
        "min_frequency",
        "max_frequency",
        "genes",
        "min_fst",
        "min_vst",
        "max_q",
        "few_bins",
        "multi_allelic",
    ),
    *("problem", "min_trios", "min_transmission", "max_transmission", "min_length", "max_length", "min_bins"),
)


def draw_query(draw: random.Random, number: int, rows: list[Line]) -> dict[str, str]:
    """Which of the sites are listed: each name in its turn, and others with it. A bound is the value of one of them, which it holds for."""

    def value(name: str) -> str:
        what = name.partition("_")[2]
        if what in BOUNDS and name not in ("few_bins",):
            known = [row[what] for row in rows if row[what] is not None] or [0.5]
            picked = draw.choice(known)
            if what in ("length", "bins", "trios"):
                return str(max(1, int(picked)))
            return f"{max(picked, 0) if what != 'fst' else picked:.9f}"
        if name == "min_carriers":
            return draw.choice(["1", "2", "3", "5"])
        return draw.choice(["touched", "coding", "none"]) if name == "genes" else draw.choice(["exclude", "only"])

    chosen = {NAMES[number % len(NAMES)], *draw.sample(NAMES, draw.choice([0, 0, 1, 1, 2]))}
    query = {name: value(name) for name in sorted(chosen)}
    for what in ("frequency", "transmission", "length"):
        low, high = query.get(f"min_{what}"), query.get(f"max_{what}")
        if low and high and float(high) < float(low):
            query[f"min_{what}"], query[f"max_{what}"] = high, low
    return query


def holds(row: Line, query: dict[str, str]) -> bool:
    """Whether a site is listed; a bound holds for no value that is missing."""

    def at_least(name: str, value: float | None) -> bool:
        return name not in query or (value is not None and value >= float(query[name]))

    def at_most(name: str, value: float | None) -> bool:
        return name not in query or (value is not None and value <= float(query[name]))

    badges = all(
        query.get(name, "include") == "include" or bool(row[name]) is (query[name] == "only")
        for name in ("few_bins", "multi_allelic", "problem")
    )
    touches = {"touched": row["genes"] > 0, "coding": row["coding"] > 0, "none": row["genes"] == 0}
    return (
        row["carriers"] >= int(query.get("min_carriers", "2"))
        and badges
        and touches.get(query.get("genes", ""), True)
        and all(at_least(f"min_{name}", row[name]) and at_most(f"max_{name}", row[name]) for name in BOUNDS)
    )


def in_order(rows: list[Line], sort: str) -> list[str]:
    """By a value, who has none last in both orders, equal ones along the genome."""
    name, falls = sort.removeprefix("-"), sort.startswith("-")
    known = sorted(
        (row for row in rows if row[name] is not None),
        key=lambda row: (-row[name] if falls else row[name], row["place"]),
    )
    return [row["site"] for row in [*known, *(row for row in rows if row[name] is None)]]


SORTS = (
    *("frequency", "carriers", "place", "length", "bins", "genes", "coding", "allele_frequency", "fst", "vst", "q"),
    *("transmission", "trios"),
)


def test_random_filters_and_orders_are_plain_python_over_the_files_of_places_r9_r13(
    client: TestClient, stored: dict[str, Line]
) -> None:
    draw = random.Random(14)
    sizes = []
    of_people = [every_site(client, people, stored) for people in PEOPLE]
    for number in range(DRAWS):
        people = PEOPLE[number % len(PEOPLE)]
        sort = draw.choice(["", "-"]) + SORTS[number % len(SORTS)]
        every = of_people[number % len(PEOPLE)]
        query = people | draw_query(draw, number, every)
        # numbers of a site that is not assessable are in no file
        hidden = {row["site"] for row in every if row["carriers"] is None}
        rows = [row for row in every if row["carriers"] is not None]
        expected = in_order([row for row in rows if holds(row, query)], sort)
        answer = client.get("/rows/catalogue", params=query | {"sort": sort, "limit": "500"})
        assert answer.status_code == 200, (query, answer.text)
        shown = [row["id"] for row in answer.json()["rows"]]
        assert [site for site in shown if site not in hidden] == expected, (query, sort)
        in_file = [row["site"] for row in file(client, "catalogue.csv", query | {"sort": sort})]
        assert in_file == shown, (query, sort)
        offset, limit = draw.randrange(len(shown) + 2), draw.randrange(1, 9)
        cut = client.get(
            "/rows/catalogue", params=query | {"sort": sort, "offset": str(offset), "limit": str(limit)}
        ).json()
        assert (cut["total"], [row["id"] for row in cut["rows"]]) == (len(shown), shown[offset : offset + limit])
        sizes.append(len(expected))
    assert sum(size > 2 for size in sizes) > DRAWS // 4, sizes


def test_the_rows_and_the_file_tell_the_numbers_of_the_files_of_places_r6(client: TestClient) -> None:
    of_places = {row["site"]: row for chrom in CHROMOSOMES for row in file(client, "sites.csv", {"region": chrom})}
    listed = file(client, "catalogue.csv", {"min_carriers": "1"})
    assert {row["site"] for row in listed} == set(of_places)
    same = ("chrom", "start", "end", "length", "direction", "carriers", "samples", "frequency", "ci_low", "ci_high", "events",
            "intervals", "median_bins", "few_bins", "multi_allelic", "problem", "genes", "coding", "note", "carriers_AFR", "samples_AFR")  # fmt: skip
    for row in listed:
        assert {name: row[name] for name in same} == {name: of_places[row["site"]][name] for name in same}
    cells = {
        row["id"]: row["cells"]
        for row in client.get("/rows/catalogue", params={"min_carriers": "1", "limit": "500"}).json()["rows"]
    }
    names = [column.name for column in columns(["AFR", "AMR", "EAS", "EUR", "SAS"], told=True)]
    for site, of_row in cells.items():
        row = of_places[site]
        if row["frequency"]:
            told = dict(zip(names, of_row, strict=True))
            assert told["carriers"]["t"] == f"{int(row['carriers']):,} of {int(row['samples']):,}"
            assert told["place"]["h"] == f"/site?site={site}"


def test_spreads_are_1_based_in_files_r1(client: TestClient, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as con:
        ends = con.execute("SELECT site, start_min + 1, start_max + 1, end_min, end_max FROM sites").fetchall()
    of_site = {site: tuple(map(str, others)) for site, *others in ends}
    rows = file(client, "catalogue.csv", {"min_carriers": "1"})
    assert len(rows) > 20
    for row in rows:
        assert (row["start_min"], row["start_max"], row["end_min"], row["end_max"]) == of_site[row["site"]]


def test_formats_of_intervals_stand_along_the_genome_and_hold_the_same_sites(client: TestClient) -> None:
    query = {"min_carriers": "3", "sort": "-length", "class": "loss"}
    along = [row["site"] for row in file(client, "catalogue.csv", query | {"sort": "place"})]
    bed = [
        line.split("\t")
        for line in client.get("/download/catalogue.bed", params=query).text.splitlines()
        if line.startswith("chr")
    ]
    vcf = [
        line.split("\t")
        for line in client.get("/download/catalogue.vcf", params=query).text.splitlines()
        if not line.startswith("#")
    ]
    assert [fields[3] for fields in bed] == [fields[2] for fields in vcf] == along
    assert len(along) > 5
    for fields, record in zip(bed, vcf, strict=True):
        chrom, start, end, _ = fields[3].split("-")
        assert (fields[0], int(fields[1]), int(fields[2])) == (chrom, int(start) - 1, int(end))
        assert record[1] == fields[1], "a VCF names the base before"
    declared = client.get("/download/catalogue.vcf", params=query).text
    used = {part.partition("=")[0] for record in vcf for part in record[7].split(";")}
    assert all(f"##INFO=<ID={name}," in declared for name in used), used


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        ("min_fst=x&genes=some&page=2&colour=red", ["“x” is not a value of min_fst", "“some” is not a value of genes", "“page” is not used here", "“colour” is not used here."]),
        ("sort=-colour", ["“-colour” is not a value of sort"]),
        ("min_frequency=0.5&max_frequency=0.1", ["“0.1” is not a value of max_frequency, which takes a number that is not below"]),
        ("region=NOSUCH9&overlap=covers", ["There is no gene “NOSUCH9”", "overlap is not used for sites"]),
        ("gene=GSTM1", ["“gene” is not used here."]),
    ],
)  # fmt: skip
def test_every_fault_is_told_at_once(client: TestClient, query: str, sentences: list[str]) -> None:
    for path in ("/download/catalogue.csv", "/rows/catalogue"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400, (path, answer.text)
        for sentence in sentences:
            if path.startswith("/rows") and sentence.startswith("“-colour”"):
                continue
            assert sentence in answer.text, (path, sentence, answer.text)

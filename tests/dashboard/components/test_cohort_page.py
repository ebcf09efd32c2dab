"""The page of the cohort: what it shows is what its files have, and its files are what a plain count of the events gives."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from statistics import median

import duckdb
import pytest

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.downloads.open_file import open_file
from dashboard.rows.catalogue import EVERY_TABLE
from dashboard.store.published import Store
from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import html, opened_page, shown_table, words_of
from tests.dashboard.small_database import write_file

CONTENTS = demonstration()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("cohort") / "cnv.duckdb", CONTENTS)


@pytest.fixture
def path(published: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]) -> Iterator[Path]:
    monkeypatch.setenv("CNV_DATABASE", str(published))
    yield published
    open_stores.append(settings.store())


def rows_of(table: str, **values: str) -> list[dict[str, str]]:
    opened = open_file(f"{table}.csv", values)
    try:
        return list(csv.DictReader(io.StringIO(b"".join(opened.pieces).decode())))
    finally:
        opened.held.close()


def events_of_people(path: Path, condition: str) -> dict[str, list[int]]:
    """Events of each unrelated person by super-population, as SQL over the events counts them."""
    with duckdb.connect(str(path), read_only=True) as con:
        counted = con.execute(
            f"""SELECT p.superpopulation, s.sample, count(e.event_id) FILTER (WHERE {condition})
            FROM samples s JOIN populations p USING (population) LEFT JOIN events e USING (sample_id)
            WHERE s.counted AND s.unrelated AND NOT EXISTS
                (FROM marked_samples o WHERE o.sample_id = s.sample_id AND o.chrom = e.chrom)
            GROUP BY ALL"""
        ).fetchall()
    found: dict[str, list[int]] = {}
    for group, _, number in counted:
        found.setdefault(group, []).append(number)
    return found


def test_the_table_of_what_people_carry_is_the_median_of_their_events(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = html(opened_page(monkeypatch, path, "start", {}))
    table = re.search(r'aria-label="What a person carries">(.*?)</table>', shown)
    assert table
    lines = [
        [words_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)]
        for line in re.findall(r"<tr>(.*?)</tr>", table[1])
    ]
    at = lines[0].index("Losses")
    by_hand = events_of_people(path, "e.credible AND e.direction = 'loss'")
    for line in lines[1:]:
        people = [n for group in by_hand.values() for n in group] if line[0] == "Everyone" else by_hand[line[0]]
        assert line[1] == f"{len(people):,}"
        assert line[at].split(" ")[0] == f"{median(people):,.0f}"
    of_file = {(row["grouped_by"], row["group"], row["quantity"]): row for row in rows_of("carried")}
    for group, people in by_hand.items():
        row = of_file["superpopulation", group, "events_loss"]
        assert (float(row["median"]), int(row["samples"])) == (median(people), len(people))


def test_the_figures_of_each_tab_are_there_with_their_files(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tab, heading, files in (
        ("people", "Median a person", ("carried.csv", "carried-loss.svg", "carried-gain.png")),
        ("spectrum", "Sites by how many unrelated people", ("spectrum.csv", "spectrum.svg")),
        ("populations", "The populations, each with its sites", ("populations.csv", "population-map.svg")),
        ("differences", "Between super-populations", ("differences.csv", "population-differences.svg")),
    ):
        shown = unescape(
            html(opened_page(monkeypatch, path, "start", {"tab": tab, "population": "AFR", "filter": "pass"}))
        )
        assert heading in shown
        for file in (*files, "bins.csv", "genome.svg"):
            assert f"/{file}" in shown, (tab, file)
        # a file is asked for with the names that it takes
        (address,) = set(re.findall(r'/download/bins\.csv[^"]*', shown))
        assert address == "/download/bins.csv?filter=pass&population=AFR"
        for table in ("spectrum", "populations", "differences"):
            assert set(re.findall(rf'/download/{table}\.csv[^"]*', shown)) <= {f"/download/{table}.csv"}


def test_what_stored_numbers_do_not_know_is_named_r8(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = words_of(html(opened_page(monkeypatch, path, "start", {"filter": "all", "min_bins": "5"})))
    assert "Not applied here: the filter all (credible stands for it) and bins." in shown
    assert "Counted: credible losses and gains, in unrelated people." in shown
    faults = words_of(html(opened_page(monkeypatch, path, "start", {"versus": "EUR"})))
    assert "“EUR” is not a value of versus" in faults


def test_a_comparison_has_both_groups_in_its_file(path: Path) -> None:
    rows = rows_of("bins", population="AFR", versus="population:EUR", **{"class": "loss"})
    assert {(row["superpopulation"], row["direction"]) for row in rows} == {("AFR", "loss"), ("EUR", "loss")}
    # every base of the genome once a group
    assert sum(int(row["length"]) for row in rows) == 2 * 3_088_269_832


def test_rankings_lead_to_all_of_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = unescape(html(opened_page(monkeypatch, path, "start", {})))
    lists = re.findall(r"<section>(.*?)</section>", shown)
    assert len(lists) == 3
    titles = [words_of(re.findall(r"<h2[^>]*>(.*?)</h2>", part)[0]) for part in lists]
    assert titles == ["Most common sites", "Most different between populations", "Genes most often lost completely"]
    first = re.findall(r'/site\?site=([^"&]*)', lists[0])
    assert first
    catalogue = rows_of("catalogue", sort="-frequency", few_bins="exclude", problem="exclude")
    assert first == [row["site"] for row in catalogue][: len(first)]


def test_every_pair_of_populations_is_a_row_with_the_values_of_the_file_r10(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(path), read_only=True) as con:
        stored = con.execute(
            """SELECT d.first, d.second, d.fst, d.fst_sites, d.vst, d.vst_sites, a.superpopulation
            FROM population_differences d JOIN populations a ON a.population = d.first WHERE grouped_by = 'population'"""
        ).fetchall()
    app = opened_page(monkeypatch, path, "start", {"tab": "differences"})
    table = shown_table(app)
    assert f"Every pair of populations: {len(stored)}" in words_of(html(app))
    # of few rows the browser gets all and orders them by the largest F_ST itself
    assert (table.data["sort"], table.data["total"]) == ("-fst", len(stored))
    shown = {
        (row["first"]["t"][:3], row["second"]["t"][:3]): tuple(
            row[name]["t"] for name in row if name not in ("first", "second")
        )
        for row in table.cells
    }
    assert shown == {
        (first, second): (f"{fst:.4f}", f"{fst_sites}", f"{vst:.4f}", f"{vst_sites}")
        for first, second, fst, fst_sites, vst, vst_sites, _ in stored
    }
    # the file has the same numbers, each pair in both orders
    of_file = {
        (row["first"], row["second"]): row for row in rows_of("differences") if row["grouped_by"] == "population"
    }
    assert len(of_file) == 2 * len(shown)
    for row in table.cells:
        pair = (row["first"]["t"][:3], row["second"]["t"][:3])
        assert [float(of_file[pair][name]) for name in ("fst", "vst")] == [row[name]["v"] for name in ("fst", "vst")]
    first, superpopulation = stored[0][0], stored[0][6]
    cell = next(row["first"] for row in table.cells if row["first"]["t"].startswith(first))
    assert (cell["t"], cell["h"]) == (f"{first}, {superpopulation}", f"/sites?population={first}")

    with settings.store().lease() as published:
        rows = EVERY_TABLE["differences"].open(published, {})
        window = rows.window(rows.order, 0, 500)
        assert [row.name for row in window.rows] == [
            f"{first} and {second}" for first, second, *_ in sorted(stored, key=lambda pair: -pair[2])
        ]
        with pytest.raises(RefusedError, match="“filter” is not used for differences"):
            EVERY_TABLE["differences"].open(published, {"filter": "pass"})

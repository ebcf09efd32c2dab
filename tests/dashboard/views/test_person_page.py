"""The page of one person (R2, R3, R9, R11, R13): a pedigree whose answers are written out, and plain counts of the small cohort.

The pedigree is that of `tests/data_prep/derived/test_trios.py`, with relatives who were not read and some who are in no table.
"""

import csv
import io
import json
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pysam
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.charts.family import LIGHT as PALE
from dashboard.charts.karyotype import MOST_MARKS, OFFSET, karyotype_chart
from dashboard.charts.sheet import MARKS
from dashboard.colours import LIGHT
from dashboard.components.titles import SIMULATED
from dashboard.door.refusal import RefusedError
from dashboard.downloads.chart import prepare_picture
from dashboard.downloads.open_file import open_file
from dashboard.question.filters import NAMES
from dashboard.rows.catalogue import PERSON_TABLES
from dashboard.rows.table import Sort
from dashboard.store import person as store
from dashboard.store.published import Store
from dashboard.words import relatives
from data_prep.domain.chromosomes import LENGTHS
from tests.dashboard.opened_page import html, opened_page, shown_controls, shown_table, words
from tests.dashboard.small_database import Contents, Person, write_file
from tests.data_prep.derived.test_trios import EVENTS, PEOPLE, on
from tests.shared_cohorts import eighty_people

MORE = [
    Person("second", sex="XX", unrelated=False, father="f1", mother="m1"),
    Person("half", sex="XX", unrelated=False, father="elsewhere", mother="m1"),
    Person("orphan", sex="XY", father="nobody"),
    Person("<b>odd</b>", sex="XX"),
]


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    extra = [on("second", 1), on("orphan", 3, 60_000_000), on("<b>odd</b>", 1)]
    return write_file(
        tmp_path_factory.mktemp("family") / "cnv.duckdb", Contents(people=[*PEOPLE, *MORE], events=[*EVENTS, *extra])
    )


@pytest.fixture
def open_person(
    family: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]
) -> Iterator[Callable[..., AppTest]]:
    def opened(**query: str) -> AppTest:
        return opened_page(monkeypatch, family, "sample", query)

    yield opened
    open_stores.append(settings.store())


@pytest.fixture
def fetch(
    family: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]
) -> Iterator[Callable[..., list[dict[str, str]]]]:
    monkeypatch.setenv("CNV_DATABASE", str(family))

    def rows(file: str, **address: str) -> list[dict[str, str]]:
        answer = open_file(file, address)
        with answer.held:
            content = b"".join(answer.pieces).decode()
        return list(csv.DictReader(io.StringIO(content)))

    yield rows
    open_stores.append(settings.store())


def chart(app: AppTest, number: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of a chart of the page by data set."""
    sets = {}
    for data in app.get("vega_lite_chart")[number].proto.datasets:
        sets[data.name] = pl.read_ipc_stream(io.BytesIO(data.data.data)).to_dicts()
    return sets


LOSS = "chr1-10000001-10020000-loss"
INHERITED = [
    ("c1", LOSS, "also in the father", "carries it", "no call"),
    ("c1", "chrX-50000001-50020000-loss", "also in the mother", "cannot give it", "carries it"),
    ("c3", LOSS, "in both parents", "carries it", "carries it"),
    ("c4", LOSS, "also in the father; copies do not agree", "carries it", "no call"),
    ("c5", LOSS, "apparent de novo", "no call", "no call"),
    ("c6", LOSS, "below the filter in the mother", "no call", "below the filter"),
    ("c12", LOSS, "also in the mother; father not known", "not known", "carries it"),
    ("orphan", "chr1-60000001-60020000-gain", "father and mother not known", "not known", "not known"),
]


@pytest.mark.parametrize(("child", "event", "inherited", "father", "mother"), INHERITED)
def test_the_class_of_an_event_is_told_in_words_and_drawn(
    open_person: Callable[..., AppTest], child: str, event: str, inherited: str, father: str, mother: str
) -> None:
    """R11: table, sentence and lanes say the same; a parent who was not read is not known and never without a call."""
    app = open_person(sample=child, event=event)
    (row,) = [
        {name: cell["t"] for name, cell in cells.items()}
        for cells in shown_table(app).cells
        if f"event={event}" in cells["event"].get("h", "")
    ]
    assert (row["inheritance"], row["father"], row["mother"]) == (inherited, father, mother)
    assert f": {inherited} ." in words(app).replace(inherited + ".", inherited + " .")
    texts = [text["text"] for text in chart(app, 1)["texts"]]
    lanes = [text for text in texts if ", father:" in text or ", mother:" in text]
    for role, state in (("father", father), ("mother", mother)):
        said = [lane for lane in lanes if f", {role}:" in lane]
        if state == "not known" and not said:
            # the pedigree names no such parent
            assert child == "orphan"
            continue
        assert said[0].endswith(f": {state}") or (state == "not known" and said[0].endswith("not known")), said
        assert "no call" not in said[0] or state == "no call"


def test_the_lanes_hold_every_call_there_the_strict_ones_solid(open_person: Callable[..., AppTest]) -> None:
    """R4, R11: the mother of the sixth trio has the loss below the filter: drawn, and light."""
    marks = chart(open_person(sample="c6", event=LOSS), 1)[MARKS]
    assert [(mark["x"], mark["x2"], mark["opacity"], mark["name"][0], mark["colour"]) for mark in marks] == [
        (10_000_000, 10_020_000, 1, "0", LIGHT.loss),
        (10_000_000, 10_020_000, PALE, "2", LIGHT.loss),
    ]
    assert "1 of 2 copies, sensitive" in marks[1]["told"]
    # the two events of the mother of the ninth that together cover half of the child's
    ninth = chart(open_person(sample="c9", event=LOSS), 1)[MARKS]
    assert [(mark["x"], mark["x2"], mark["name"][0]) for mark in ninth] == [
        (10_000_000, 10_020_000, "0"),
        (10_000_000, 10_006_000, "2"),
        (10_008_000, 10_014_000, "2"),
    ]


def test_a_parent_is_shown_with_the_children(open_person: Callable[..., AppTest]) -> None:
    app = open_person(sample="f1", event="chrY-15000001-15020000-loss")
    said = words(app)
    assert "Children c1 , second ." in said
    assert "The pedigree names no parent: not the child of a trio." in said
    lanes = [text["text"] for text in chart(app, 1)["texts"] if ", child:" in text["text"]]
    assert lanes == ["c1, child: carries it", "second, child: cannot have it from here"]
    table = shown_table(open_person(sample="f1", tab="children")).rows
    states = {(row["event"], row["child"]): row["state"] for row in table}
    assert states["chr1:10,000,001-10,020,000", "second"] == "carries it"
    assert states["chr1:30,000,001-30,002,000", "second"] == "no call"
    assert states["chrY:15,000,001-15,020,000", "second"] == "cannot have it from here"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("c12", "Father f12 (in the panel, no file was read: not known). Mother m12 ."),
        ("half", "Father elsewhere (not in the panel: not known). Mother m1 . Half-siblings c1 , second ."),
        (
            "orphan",
            "Father nobody (not in the panel: not known). The pedigree names no mother: not the child of a trio.",
        ),
        ("alone", "The pedigree names no parent: not the child of a trio. It names no relative."),
        ("f12", "No file of f12 was read: what this person carries is not known."),
    ],
)
def test_relatives_and_what_is_known_of_them(open_person: Callable[..., AppTest], name: str, said: str) -> None:
    assert said in words(open_person(sample=name)).replace(" (in", " (in").replace("f12  (", "f12 (")


def test_an_unknown_name_and_every_fault_of_an_address(open_person: Callable[..., AppTest]) -> None:
    """R13."""
    app = open_person(sample="c99", colour="red")
    said = words(app)
    assert "There is nobody “c99” in this cohort." in said
    assert "“colour” is not used here." in said
    assert 'href="/sample?sample=c9"' in html(app)
    assert "“x” is no event: name its chromosome" in words(open_person(sample="c1", event="x"))
    assert "c5 has no gain of exactly chr1:10,000,001-10,020,000" in words(
        open_person(sample="c5", event="chr1-10000001-10020000-gain")
    )
    with pytest.raises(RefusedError) as refused:
        prepare_picture("family", "svg", {"sample": "c99", "cohort": "all", "colour": "red", "event": "x"})
    assert refused.value.status == 400
    for part in ("nobody “c99”", "cohort is not used for one person", "“colour” is not used", "“x” is no event"):
        assert part in refused.value.sentence
    for sample, status in (("", 400), ("c1,c2", 400), ("c99", 404), ("f12", 404)):
        with pytest.raises(RefusedError) as refused:
            open_file("events.csv", {"sample": sample} if sample else {})
        assert refused.value.status == status


def test_nothing_of_a_name_is_markup(open_person: Callable[..., AppTest]) -> None:
    app = open_person(sample="<b>odd</b>")
    assert "<b>odd" not in html(app)
    assert "&lt;b&gt;odd&lt;/b&gt;" in html(app)
    assert "<i>x</i>" not in html(open_person(sample="<i>x</i>", event="<i>x</i>"))


def test_an_event_on_a_marked_chromosome_is_told_and_counted_nowhere(
    open_person: Callable[..., AppTest], fetch: Callable[..., list[dict[str, str]]]
) -> None:
    """R5, R11: explained, listed, and in no frequency: the carriers of its site are the other nine."""
    app = open_person(sample="c11")
    said = words(app)
    assert "chr1 is marked for" in said
    assert "Most probably it comes from cell culture" in said
    assert "1 of them on marked chromosomes." in said
    (row,) = shown_table(app).rows
    # trios 1, 4, 7 and 8 have a father, 2 a mother, 3 both and 8 no more; and somebody odd
    assert shown_table(app).cells[0]["carriers"]["h"] == f"/site?site={LOSS}"
    others = {"f1", "m2", "f3", "m3", "f4", "f7", "f8", "<b>odd</b>", "m12"}
    assert row["carriers"] == f"{len(others)} of 26"
    assert row["care"].startswith("on a marked chromosome")
    (told,) = fetch("events.csv", sample="c11")
    assert (told["carriers"], told["marked"]) == (str(len(others)), "true")
    (value,) = [row["value"] for row in fetch("standing.csv", sample="c11") if row["quantity"] == "events_loss"]
    assert value == "0"


def test_parents_calls_as_a_file_are_those_that_touch(fetch: Callable[..., list[dict[str, str]]]) -> None:
    rows = fetch("parents.csv", sample="c9")
    assert [
        (row["of_event"], row["role"], row["sample"], row["start"], row["end"], row["overlap"]) for row in rows
    ] == [
        (LOSS, "mother", "m9", "10000001", "10006000", "0.3"),
        (LOSS, "mother", "m9", "10008001", "10014000", "0.3"),
    ]


def test_the_karyotype_draws_each_event_in_its_place(open_person: Callable[..., AppTest]) -> None:
    """R2: gains above, losses below, each in its class's colour; chromosomes from 13 on in the second column."""
    app = open_person(sample="c1")
    marks = {mark["name"]: mark for mark in chart(app, 0)[MARKS]}
    assert set(marks) == {
        LOSS,
        "chr1-30000001-30002000-gain",
        "chrX-50000001-50020000-loss",
        "chrY-15000001-15020000-loss",
    }
    assert marks[LOSS]["x"] == 10_000_000
    assert marks[LOSS]["y"] > marks["chr1-30000001-30002000-gain"]["y"]
    assert marks["chrX-50000001-50020000-loss"]["x"] == OFFSET + 50_000_000
    assert marks["chrX-50000001-50020000-loss"]["colour"] == LIGHT.complete_loss
    assert marks[LOSS]["address"] == "/region?region=chr1:9990001-10030000"
    assert len({(mark["y"]) for mark in marks.values()}) == 4


def test_the_karyotype_has_at_most_two_thousand_marks() -> None:
    many = pl.DataFrame(
        {
            "chrom": "chr1",
            "start": range(0, 3_000_000, 1_000),
            "end": range(500, 3_000_500, 1_000),
            "class": "partial-loss",
            "copy_number": 1,
            "expected_copy_number": 2,
            "name": [f"e{number}" for number in range(3_000)],
        }
    ).with_columns(end=pl.when(pl.col("name") == "e7").then(pl.col("end") + 400).otherwise("end"))
    bands = pl.DataFrame(schema={"chrom": pl.String, "start": pl.Int32, "end": pl.Int32, "stain": pl.String})
    marks = karyotype_chart(many, bands, (), LIGHT)["datasets"][MARKS]
    assert marks.height == MOST_MARKS
    assert marks["name"][0] == "e7"


@pytest.mark.parametrize("name", ["karyotype", "family"])
def test_a_picture_says_what_it_is(family: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """R12."""
    monkeypatch.setenv("CNV_DATABASE", str(family))
    told = json.dumps(prepare_picture(name, "svg", {"sample": "c1"}).spec, default=str)
    for part in ("c1", SIMULATED, "DRAGEN 3.5.7b", "Byrska", "GRCh38"):
        assert part in told
    # nothing to click in a picture
    assert "/region" not in told
    settings.store().close()


def test_words_are_of_every_state_of_the_store() -> None:
    states = {store.CARRIES, store.BELOW, store.NOTHING, store.NOT_ASKED, store.NOT_KNOWN}
    assert set(relatives.STATES) == set(relatives.STATES_OF_A_CHILD) == states
    assert set(relatives.ROLES) == set(store.Role)
    assert set(relatives.KNOWN) == set(store.Known)


# The small cohort that went the whole way from VCF files, against SQL and Python over its raw tables


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return eighty_people(tmp_path_factory)


@pytest.fixture(scope="module")
def con(small: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(small.resolve()), read_only=True) as root:
        yield root


def quantile(values: list[int], share: float) -> float:
    """Between two values by linear interpolation, by hand."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (place - low)


def test_numbers_of_the_page_are_those_of_the_raw_events(
    small: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R3, R6, R9: events, carriers of their sites, and the comparison with the population, counted again in loops."""
    monkeypatch.setenv("CNV_DATABASE", str(small))
    people = {
        row[0]: row[1:]
        for row in con.execute("SELECT sample, sample_id, population, unrelated, counted, sex_mismatch, sex::VARCHAR FROM samples").fetchall()
    }  # fmt: skip
    marked = set(con.execute("SELECT sample_id, chrom::VARCHAR FROM marked_samples").fetchall())
    events = con.execute(
        """SELECT sample_id, e.chrom::VARCHAR, e.start, e."end", e.direction::VARCHAR, s.site, credible FROM events e LEFT JOIN sites s USING (site_id)
        WHERE e.direction IN ('loss', 'gain') AND credible"""
    ).fetchall()
    names = {ids[0]: name for name, ids in people.items()}

    def left_out(number: int, chrom: str) -> bool:
        of = people[names[number]]
        return (number, chrom) in marked or (of[4] and chrom in ("chrX", "chrY")) or (chrom == "chrY" and of[5] != "XY")

    carriers: dict[str, set[int]] = defaultdict(set)
    held: dict[int, Counter[str]] = defaultdict(Counter)
    for number, chrom, start, end, direction, site, _ in events:
        if left_out(number, chrom):
            continue
        held[number][f"events_{direction}"] += 1
        held[number][f"bases_{direction}"] += end - start
        if people[names[number]][2]:
            carriers[site].add(number)
    of_marked = con.execute(
        "SELECT sample FROM samples JOIN marked_samples USING (sample_id) ORDER BY 1 LIMIT 1"
    ).fetchall()
    child = con.execute(
        "SELECT sample FROM samples WHERE father_id IS NOT NULL AND counted ORDER BY 1 LIMIT 1"
    ).fetchall()
    for ((sample,),) in (of_marked, child):
        number, population = people[sample][0], people[sample][1]
        answer = open_file("events.json", {"sample": sample})
        with answer.held:
            rows = json.loads(b"".join(answer.pieces))["rows"]
        mine = [event for event in events if event[0] == number]
        assert Counter((row["chrom"], row["start"], row["end"]) for row in rows) == Counter(
            (event[1], event[2] + 1, event[3]) for event in mine
        )
        for row in rows:
            if row["carriers"] is not None:
                assert row["carriers"] == len(carriers[row["site"]]), row["site"]
                if row["frequency"] is not None:
                    assert row["frequency"] == pytest.approx(row["carriers"] / row["samples"])
        order = [-1 if row["site"] is None else row["carriers"] for row in rows]
        told = [value for value in order if value is not None]
        assert told == sorted(told)
        answer = open_file("standing.json", {"sample": sample})
        with answer.held:
            standing = {row["quantity"]: row for row in json.loads(b"".join(answer.pieces))["rows"]}
        others = [ids[0] for ids in people.values() if ids[1] == population and ids[2] and ids[3]]
        for quantity in ("events_loss", "events_gain", "bases_loss", "bases_gain"):
            values = [held[other][quantity] for other in others]
            row = standing[quantity]
            assert row["value"] == held[number][quantity], (sample, quantity)
            assert row["samples"] == len(others)
            assert row["median"] == pytest.approx(quantile(values, 0.5))
            assert (row["q25"], row["q75"]) == pytest.approx((quantile(values, 0.25), quantile(values, 0.75)))
            assert row["below"] == pytest.approx(sum(value < row["value"] for value in values) / len(values))
    settings.store().close()


def test_the_lead_counts_what_the_table_has(
    small: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((sample,),) = con.execute("SELECT sample FROM samples WHERE father_id IS NOT NULL AND counted ORDER BY 1 LIMIT 1").fetchall()  # fmt: skip
    for query, condition in (
        ({}, "credible"),
        (
            {"filter": "all", "class": "loss", "min_length": "10000"},
            """direction = 'loss' AND "end" - start >= 10000""",
        ),
    ):
        losses, bases, none = con.execute(
            f"""SELECT count(*), sum("end" - start)::BIGINT, count(*) FILTER (copy_number = 0) FROM events JOIN samples USING (sample_id)
            WHERE sample = $sample AND direction = 'loss' AND {condition}""",
            {"sample": sample},
        ).fetchone()  # type: ignore[misc]
        app = opened_page(monkeypatch, small, "sample", {"sample": sample, **query})
        said = words(app)
        assert f"{losses:,} losses of {bases / 1e6:.3g} Mb in all, {none:,} without a copy" in said.replace(
            "losses  of", "losses of"
        )
        assert shown_table(app).data["total"] >= losses
        if query:
            assert shown_table(app).data["total"] == losses
            assert "gains of" not in said.partition("Along the chromosomes")[0]
    settings.store().close()


def test_rarity_is_counted_by_the_unrelated(open_person: Callable[..., AppTest]) -> None:
    """R6: each of the four is in the father or mother, one of 26 unrelated people or of fewer on X and Y: over 5 %."""
    said = words(open_person(sample="c1"))
    assert shown_table(open_person(sample="c1")).data["sort"] == "carriers"
    sentence = said.partition("By the unrelated carriers of their sites: ")[2].partition(". ")[0]
    # unrelated carriers: of the loss 1 to 4, 6 to 9 ...: over 5 %; of none is the child one himself
    assert sentence == "4 by 5 % or more", sentence


def test_a_control_writes_the_address_r13(open_person: Callable[..., AppTest]) -> None:
    """Whom the page is about, the event and what other pages use stay."""
    app = open_person(sample="c1", event=LOSS, cohort="all", population="GBR")
    controls = shown_controls(app)
    assert {*controls["row"], *controls["more"]} == {
        *("class", "filter", "min_length", "max_length", "min_quality", "min_bins", "copy_number"),
    }
    assert controls["names"] == ["sample", "event", *NAMES]
    app.query_params["class"] = controls["row"]["class"]["options"][0][0]
    app.run()
    assert not app.exception
    expected = {"sample": "c1", "event": LOSS, "class": "loss", "cohort": "all", "population": "GBR"}
    assert shown_controls(app)["query"] == expected
    assert {row["class"] for row in shown_table(app).rows} == {"partial loss", "complete loss"}
    app.query_params["filter"] = "all"
    app.run()
    assert shown_controls(app)["query"] == {**expected, "filter": "all"}
    # files and rows of a person are asked for nothing that chooses people
    page_html = html(app)
    assert 'href="/download/events.csv?sample=c1&amp;class=loss&amp;filter=all"' in page_html
    assert (
        'href="/region?region=chr1:9990001-10030000&amp;class=loss&amp;filter=all&amp;cohort=all&amp;population=GBR"'
        in page_html
    )


def test_without_a_name_the_page_leads_to_somebody_of_each_population(open_person: Callable[..., AppTest]) -> None:
    app = open_person()
    said = words(app)
    assert "Which person?" in said
    # all are of one population, whose first child of two people who were read is named
    assert "Europe" in said
    assert "GBR c1" in said
    assert 'href="/sample?sample=c1"' in html(app)


def test_at_a_place_of_copies_carriers_stay_and_shares_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R5: of a site where short reads cannot be placed no share is told, of one that nobody can assess no number."""
    people = [Person("a"), Person("b"), Person("c")]
    places = {"plain": 10_000_000, "copies": 20_000_000, "blind": 30_000_000}
    contents = Contents(
        people=people,
        events=[on(name, 1, at) for name in ("a", "b") for at in places.values()],
        problems=[("paralogous", "chr1", places["copies"] - 500, places["copies"] + 21_000, "made up")],
        blind=[("chr1", places["blind"] - 500, places["blind"] + 21_000, "made up")],
    )
    file = write_file(tmp_path / "cnv.duckdb", contents)
    rows = {row["event"].partition("-")[0]: row for row in shown_table(opened_page(monkeypatch, file, "sample", {"sample": "a"})).rows}  # fmt: skip
    plain, copies, blind = (rows[f"chr1:{at + 1:,}"] for at in places.values())
    assert (plain["carriers"], plain["frequency"], plain["frequency_population"]) == ("2 of 3", "66.7 %", "66.7 %")
    assert (copies["carriers"], copies["frequency"], copies["frequency_population"]) == ("2 of 3", "", "")
    assert "paralogous" in copies["care"]
    assert (blind["carriers"], blind["frequency"], blind["frequency_superpopulation"]) == ("not assessable", "", "")
    answer = open_file("events.json", {"sample": "a"})
    with answer.held:
        told = {row["start"]: row for row in json.loads(b"".join(answer.pieces))["rows"]}
    assert [(told[at + 1]["carriers"], told[at + 1]["frequency"] is None) for at in places.values()] == [(2, False), (2, True), (None, True)]  # fmt: skip
    said = words(opened_page(monkeypatch, file, "sample", {"sample": "b"}))
    assert "1 by 5 % or more and 2 of one of which no share is told" in said
    settings.store().close()


@pytest.mark.parametrize("name", PERSON_TABLES)
def test_every_order_is_one_of_all_rows_with_what_is_missing_last(
    small: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """R13: by each column, both ways, cut anywhere, and the same as the browser orders them by their values."""
    monkeypatch.setenv("CNV_DATABASE", str(small))
    ((child, father),) = con.execute("SELECT sample, father FROM samples WHERE father_id IS NOT NULL AND counted ORDER BY 1 LIMIT 1").fetchall()  # fmt: skip
    sample = father if name == "children" else child
    with settings.store().lease() as published:
        rows = PERSON_TABLES[name].open(published, {"sample": sample, "filter": "all"})
        plain = rows.window(None, 0, 10_000).rows
        assert len(plain) > 100
        for at, column in enumerate(rows.columns):
            for descending in (False, True):
                order = Sort(column.name, descending)
                ordered = rows.window(order, 0, 10_000).rows
                known = [row for row in plain if row.cells[at].value is not None]
                missing = [row for row in plain if row.cells[at].value is None]
                # as the browser does it: equal ones keep the order of all
                expected = sorted(known, key=lambda row: row.cells[at].value, reverse=descending) if not descending else [
                    row for _, row in sorted(enumerate(known), key=lambda pair: (_Reversed(pair[1].cells[at].value), pair[0]))
                ]  # fmt: skip
                assert [row.name for row in ordered] == [row.name for row in (*expected, *missing)], order
                assert [row.name for row in rows.window(order, 17, 9).rows] == [row.name for row in ordered[17:26]]
    settings.store().close()


class _Reversed:
    """A value that is ordered the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Reversed") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and bool(other.value == self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def test_nobody_else_is_said_only_where_nobody_else_carries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R5, R6: whoever is no carrier of a site, below credible, on a marked chromosome or as a relative, does not take another's place."""
    low: dict[str, Any] = {"credible": False, "passing": False, "sensitive": False, "bins": 1}
    contents = Contents(
        people=[
            Person("carrier"),
            Person("faint"),
            Person("marked", marked=("chr1",)),
            Person("cousin", unrelated=False),
            *(Person(f"other{number}") for number in range(30)),
        ],
        events=[on("carrier", 1), on("faint", 1, **low), on("marked", 1), on("cousin", 1), on("cousin", 1, 40_000_000)],
    )
    file = write_file(tmp_path / "cnv.duckdb", contents)
    # of 33 or 32 unrelated people one carries: 3.0 or 3.1 %
    for name, expected in (
        ("carrier", "1 of a site that no other unrelated person has"),
        ("faint", "1 by 1 to 5 %"),
        ("marked", "1 by 1 to 5 %"),
        ("cousin", "1 of a site that no other unrelated person has and 1 by 1 to 5 %"),
    ):
        said = words(opened_page(monkeypatch, file, "sample", {"sample": name, "filter": "all"}))
        sentence = said.partition("By the unrelated carriers of their sites: ")[2].partition(". ")[0]
        assert sentence == expected, name
    settings.store().close()


GENOTYPES = {
    ("loss", "0", "2"): (1, 1), ("loss", "1", "2"): (0, 1), ("loss", "0", "1"): (1,),
    ("gain", "3", "2"): (None, 1), ("gain", "4", "2"): (None, 1), ("gain", "2", "1"): (1,),
}  # fmt: skip
"""Alleles by direction, copy number and copies expected (R6): a gain names no count."""


@pytest.mark.parametrize("sample", ["c1", "f1"])
def test_the_events_as_vcf_are_those_of_the_table_r6(
    family: Path, fetch: Callable[..., list[dict[str, str]]], tmp_path: Path, sample: str
) -> None:
    """By htslib: genotypes, copies, places, and from whom; and bcftools takes the file."""
    rows = {row["event"]: row for row in fetch("events.csv", sample=sample, filter="all")}
    answer = open_file("events.vcf", {"sample": sample, "filter": "all"})
    with answer.held:
        (tmp_path / "events.vcf").write_bytes(b"".join(answer.pieces))
    seen = []
    with pysam.VariantFile(str(tmp_path / "events.vcf")) as records:
        assert list(records.header.samples) == [sample]
        assert {name: contig.length for name, contig in records.header.contigs.items()} == dict(LENGTHS)
        for record in records:
            cell = record.samples[sample]
            row = rows[cell["EVT"]]
            direction = "loss" if record.alts == ("<DEL>",) else "gain"
            seen.append((list(LENGTHS).index(record.chrom), record.start, cell["EVT"]))
            assert (record.chrom, str(record.start + 2), str(record.stop)) == (row["chrom"], row["start"], row["end"])
            assert (record.ref, direction in row["class"]) == ("N", True)
            assert cell["GT"] == GENOTYPES[direction, row["copy_number"], row["expected_copy_number"]]
            assert (str(cell["CN"]), str(cell["ECN"])) == (row["copy_number"], row["expected_copy_number"])
            assert (cell["INH"] or "").strip(".") == row["inheritance"]
            assert (cell["SITE"] or "").strip(".") == row["site"]
            assert list(record.filter) == ["PASS" if row["level"] == "pass" else row["level"]]
            assert ("MARKED" in record.info, str(record.info.get("SC", ""))) == (
                row["marked"] == "true",
                row["carriers"],
            )
            assert record.qual == pytest.approx(float(row["quality"]))
    assert seen == sorted(seen)
    assert {event for *_, event in seen} == set(rows)
    assert rows
    if shutil.which("bcftools"):
        told = subprocess.run(
            ["bcftools", "query", "-f", "[%GT]\t%INFO/END\n", str(tmp_path / "events.vcf")],
            capture_output=True,
            text=True,
            check=True,
        )
        assert len(told.stdout.splitlines()) == len(rows)
        assert not re.search(r"\[[EW]::", told.stderr)

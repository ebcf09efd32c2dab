"""Two callsets of the same people in one database: told apart by address, page and file, and compared side by side."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.door.resolve import require_question
from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.database import Generation
from dashboard.store.published import Store
from data_prep.domain.intervals import Interval
from data_prep.tables.callsets import combine_callsets
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.dashboard.opened_page import opened_page, shown_controls
from tests.dashboard.small_database import Contents, write_file
from tests.oracle.plain_counter import Question, count

NEWER, OLDER = "DRAGEN 3.7.6", "DRAGEN 3.5.7b"


def contents(callset: str) -> Contents:
    """The same people and genes with other calls."""
    made = demonstration(seed=1)
    if callset == NEWER:
        made = replace(made, events=[event for number, event in enumerate(made.events) if number % 3])
    return replace(made, provenance={**made.provenance, "callset": callset})


CONTENTS = {name: contents(name) for name in (OLDER, NEWER)}


@pytest.fixture(scope="module")
def pointer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("callsets")
    parts = [
        (write_file(folder / f"{number}.duckdb", one), name) for number, (name, one) in enumerate(CONTENTS.items())
    ]
    combine_callsets(parts, folder / "cnv.duckdb")
    return folder / "cnv.duckdb"


@pytest.fixture
def published(pointer: Path) -> Iterator[Generation]:
    store = Store(pointer)
    with store.lease() as generation:
        yield generation
    store.close()


def plain(callset: str, question: Question, direction: str = "loss") -> int:
    made = CONTENTS[callset]
    return count(made.people, made.events, direction, question)["all", "all"]["carriers"]


def coding() -> Question:
    assert GSTM1.transcript
    bases = frozenset(base for part in GSTM1.transcript.coding if part for base in range(*part))
    return Question("chr1", GSTM1.start, GSTM1.end, coding=bases, rule="coding")


@pytest.fixture
def open_gene(pointer: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    def opened(page: str = "gene", **query: str) -> AppTest:
        return opened_page(monkeypatch, pointer, page, ({"gene": "GSTM1"} if page == "gene" else {}) | query)

    yield opened
    settings.store().close()


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def words(app: AppTest) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html(app))).split())


def test_the_newest_is_what_a_lease_gives_and_leads_to_the_others(published: Generation) -> None:
    assert (published.callset, list(published.callsets)) == (NEWER, [NEWER, OLDER])
    assert published.of(OLDER).callset == OLDER
    assert published.of(OLDER).of(NEWER) is published
    assert published.of("4.2.7") is published


def test_each_counts_its_own_calls_whatever_was_asked_before(published: Generation) -> None:
    place = Interval("chr1", 109_680_000, 109_700_000)
    question = Question("chr1", place.start, place.end)
    told = {}
    for name in (NEWER, OLDER, NEWER, OLDER):
        rows = frequencies(published.of(name), region_target(place), Filters())
        told[name] = rows.row(0, named=True)["carriers"]
        assert told[name] == plain(name, question)
    assert told[NEWER] != told[OLDER]


def test_a_download_takes_the_callset_of_its_address_and_refuses_another(published: Generation) -> None:
    assert require_question(published, {"gene": "GSTM1"}).database.callset == NEWER
    what = require_question(published, {"gene": "GSTM1", "callset": OLDER})
    assert (what.database.callset, what.filters.to_query()) == (OLDER, {"callset": OLDER})
    assert require_question(published, {"gene": "GSTM1", "callset": NEWER}).filters.to_query() == {}
    with pytest.raises(RefusedError, match=r"callset, which takes DRAGEN 3\.7\.6 or DRAGEN 3\.5\.7b") as refused:
        require_question(published, {"gene": "GSTM1", "callset": "4.2.7"})
    assert refused.value.status == 400


def test_the_gene_page_counts_one_and_compares_all(open_gene) -> None:
    for query, shown in (({}, NEWER), ({"callset": OLDER}, OLDER)):
        app = open_gene(**query)
        told = words(app)
        assert f"unrelated people, callset {shown}." in told
        assert f"Callset {shown}" in told
        table = re.search(r'<table class="cnv-table cnv-callsets".*?</table>', html(app), re.DOTALL)
        assert table
        rows = {
            unescape(re.sub(r"<[^>]+>", "", name)): unescape(re.sub(r"<[^>]+>", "", first))
            for name, first in re.findall(r"<tr><th[^>]*>(.*?)</th><td>(.*?)</td>", table[0].partition("<tbody>")[2])
        }
        assert set(rows) == {NEWER, OLDER}
        for name, cell in rows.items():
            assert cell.startswith(f"{plain(name, coding())} of ")
        assert f"<strong>{shown}</strong>" in table[0]


def test_every_link_of_the_page_keeps_the_callset(open_gene) -> None:
    app = open_gene(callset=OLDER)
    asked_for = [unescape(one) for one in re.findall(r'href="([^"]*gene=GSTM1[^"]*)"', html(app))]
    without = [one for one in asked_for if "callset=" not in one]
    # the way back to the defaults, and the newest callset itself
    assert {one.split("?")[0] for one in without} == {"/gene"}
    assert len(without) == 2
    assert len(asked_for) > 30


def test_nonsense_falls_back_to_the_newest_with_a_word(open_gene) -> None:
    app = open_gene(callset="4.2.7")
    assert "“4.2.7” is not a value of callset, which takes DRAGEN 3.7.6 or DRAGEN 3.5.7b." in words(app)
    assert f"unrelated people, callset {NEWER}." in words(app)


def test_the_control_writes_the_address(open_gene) -> None:
    """The newest is the default, which no address names."""
    for query in ({}, {"callset": OLDER}):
        controls = shown_controls(open_gene(**query))
        assert controls["more"]["callset"]["options"] == [["", NEWER], [OLDER, OLDER]]
        assert controls["query"] == {"gene": "GSTM1", **query}


def test_the_data_page_tells_of_one_and_leads_to_the_others(open_gene) -> None:
    for query, shown, other in (({}, NEWER, OLDER), ({"callset": OLDER}, OLDER, NEWER)):
        app = open_gene("data", **query)
        (line,) = re.findall(r"<p[^>]*>Callsets in this database: .*?</p>", html(app))
        assert f"<strong>{shown}</strong>" in line
        (address,) = re.findall(r'href="([^"]*)"', line)
        assert unescape(address) == ("/data" if other == NEWER else "/data?callset=DRAGEN%203.5.7b")
        # the dictionary lists the tables once
        assert html(app).count("One row a site (R9)") == 1

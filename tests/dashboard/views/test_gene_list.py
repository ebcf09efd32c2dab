"""The page of several genes against a plain count, its file, and what it says of names that are none (R1, R5, R6)."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.downloads.open_file import open_file
from dashboard.store.published import Store
from tests.dashboard.demonstration import GENES, demonstration
from tests.dashboard.opened_page import html, opened_page, words, words_of
from tests.dashboard.small_database import GeneRow, write_file
from tests.oracle.plain_counter import Question, count

WHOLE = demonstration()
SAMPLES = {person.sample for person in WHOLE.people[:60]}
# the plain count takes its time for each of them
CONTENTS = replace(WHOLE, people=WHOLE.people[:60], events=[event for event in WHOLE.events if event.sample in SAMPLES])
NAMES = ("GSTM1", "XGENE", "GSTM2", "SMN1", "YGENE")
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("genes") / "cnv.duckdb", CONTENTS)


@pytest.fixture
def open_page(published: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]) -> Iterator[Open]:
    monkeypatch.setenv("CNV_DATABASE", str(published))
    yield lambda page="genes", **query: opened_page(monkeypatch, published, page, query)
    open_stores.append(settings.store())


def shown(app: AppTest) -> dict[str, list[str]]:
    """The cells of each row behind its gene, as words."""
    (table,) = re.findall(r'<table class="cnv-table">(.*?)</table>', html(app))
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table)]
    return {words_of(row[0]): [words_of(cell) for cell in row[1:]] for row in rows[1:]}


@cache
def plain(name: str, direction: str, sex: str | None = None, level: str = "credible") -> tuple[int, int]:
    """Carriers and people, counted base by base."""
    gene: GeneRow = next(gene for gene in GENES if gene.symbol == name)
    exons = gene.transcript.exons if gene.transcript else ()
    coding = [part for part in gene.transcript.coding if part] if gene.transcript else []
    question = Question(
        gene.chrom,
        gene.start,
        gene.end,
        coding=frozenset(base for part in coding for base in range(*part)),
        exons=frozenset(base for part in exons for base in range(*part)),
        rule="coding" if gene.transcript else "any",
        level=level,
        sex=sex,
    )
    row = count(CONTENTS.people, CONTENTS.events, direction, question)["all", "all"]
    return row["carriers"], row["samples"]


def begins(carriers: int, people: int) -> str:
    """How a frequency begins, with its interval by statsmodels where there are carriers."""
    if not carriers:
        return f"0 of {people}, below "
    low, high = proportion_confint(carriers, people, method="wilson")
    return f"{carriers} of {people} ({carriers / people:.1%}, {100 * low:.1f}–{100 * high:.1f})".replace("%,", " %,")


def test_each_gene_is_a_row_of_what_a_plain_count_says_with_its_interval_or_bound(open_page: Open) -> None:
    app = open_page(gene=",".join(NAMES))
    rows = shown(app)
    assert list(rows) == list(NAMES)
    for name in ("GSTM1", "GSTM2", "YGENE"):
        for direction, cell in zip(("loss", "gain"), rows[name], strict=False):
            assert cell.startswith(begins(*plain(name, direction))), (name, direction, cell)
    for direction, cell in zip(("loss", "gain"), rows["XGENE"], strict=False):
        of_xy, _, of_xx = cell.partition(" XX ")
        assert of_xy.startswith(f"XY {begins(*plain('XGENE', direction, 'XY'))}"), cell
        assert of_xx.startswith(begins(*plain("XGENE", direction, "XX"))), cell
    assert rows["SMN1"][:2] == ["not assessable"] * 2
    assert "not assessable" in rows["SMN1"][3]
    assert '<a href="/gene?gene=GSTM1" class="cnv-go"' in html(app)
    assert plain("GSTM1", "loss")[0] > 5


def test_filters_of_the_address_apply_and_stay_in_the_links(open_page: Open) -> None:
    app = open_page(gene="GSTM1,GSTM2", filter="pass", **{"class": "loss"})
    rows = shown(app)
    for name in ("GSTM1", "GSTM2"):
        assert rows[name][0].startswith(begins(*plain(name, "loss", level="pass")))
        assert len(rows[name]) == 3
    assert "/gene?gene=GSTM2&amp;class=loss&amp;filter=pass" in html(app)
    assert "/download/genes.csv?gene=GSTM1,GSTM2&amp;class=loss&amp;filter=pass" in html(app)
    assert plain("GSTM1", "loss", level="pass") != plain("GSTM1", "loss")


def test_the_file_has_the_numbers_of_the_page(open_page: Open) -> None:
    app = open_page(gene=",".join(NAMES))
    rows = shown(app)
    address = unescape(re.findall(r'href="(/download/genes\.csv[^"]*)"', html(app))[0])
    assert address == f"/download/genes.csv?gene={','.join(NAMES)}"
    file = open_file("genes.csv", {"gene": ",".join(NAMES)})
    text = b"".join(file.pieces).decode()
    file.held.close()
    found = {row["symbol"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(found) == list(NAMES)
    assert file.name == "simulated-genes-5-named-credible-unrelated.csv"
    for name in ("GSTM1", "GSTM2", "YGENE"):
        row = found[name]
        for direction, cell in zip(("loss", "gain"), rows[name], strict=False):
            assert (int(row[f"carriers_{direction}"]), int(row["samples"])) == plain(name, direction)
            assert cell.startswith(f"{row[f'carriers_{direction}']} of {row['samples']}")
    assert found["SMN1"]["carriers_loss"] == found["SMN1"]["samples"] == ""
    for suffix in ("tsv", "json", "bed", "parquet"):
        opened = open_file(f"genes.{suffix}", {"gene": "GSTM1,GSTM2"})
        assert b"GSTM1" in b"".join(opened.pieces)
        opened.held.close()


def test_names_that_are_no_single_gene_are_told_and_the_others_shown(open_page: Open) -> None:
    app = open_page(gene="GSTM1,NOPE9,TWIN,GSTT1")
    said = words(app)
    assert list(shown(app)) == ["GSTM1"]
    for part in ("1 gene", "There is no gene “NOPE9”", "Several genes are called TWIN", "GSTT1"):
        assert part in said
    alone = words(open_page(gene="NOPE9,NOPE8"))
    assert "0 genes" in alone
    assert "NOPE8" in alone
    assert "Which genes?" in words(open_page())


def test_the_gene_page_leads_from_a_list_to_its_page(open_page: Open) -> None:
    app = open_page("gene", gene="GSTM1,GSTM2")
    assert "Here are 2 genes or regions" in words(app)
    assert '<a href="/genes?gene=GSTM1,GSTM2" class="cnv-go"' in html(app)


def test_what_a_name_was_read_as_is_told_on_its_page(open_page: Open) -> None:
    assert "“GST1” is a former or another symbol of GSTM1" in words(open_page("gene", gene="GST1"))
    assert "“HNPP” names the place of Charcot-Marie-Tooth" in words(open_page("gene", gene="HNPP"))


@pytest.mark.parametrize("operator", ["granularity = 'boolean'", "smallest_cell = 5"])
def test_a_server_that_withholds_tells_no_more_here_than_on_the_page_of_a_gene(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operator: str
) -> None:
    path = tmp_path / "operator.toml"
    path.write_text(operator, encoding="utf-8")
    monkeypatch.setenv("CNV_OPERATOR", str(path))
    app = open_page(gene="GSTM1,YGENE,XGENE")
    said = words(app)
    if "boolean" in operator:
        assert "<table" not in html(app)
        assert "This server tells whether such a variant was seen, and no more." in said
        assert not re.search(r"\d+ of \d+", said)
        assert "/download/" not in html(app)
        return
    for name, cells in shown(app).items():
        for direction, cell in zip(("loss", "gain"), cells, strict=False):
            carriers, people = plain(name, direction)
            if 0 < carriers < 5 or 0 < people - carriers < 5:
                assert cell == "withheld", (name, cell)
            elif name != "XGENE":
                assert cell.startswith(f"{carriers} of {people}"), (name, cell)
            assert "XX" not in cell

"""One way in: the same words get the same answer on pages, in files, in charts and from the search box."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard import settings
from dashboard.door.lookup import NoMatch, Place, SeveralGenes, Unplaced
from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError
from dashboard.door.resolve import Missing, read_request, require_question, resolve
from dashboard.door.suggestions import suggest
from dashboard.question import links, locus, subject
from dashboard.question.filters import Filters
from dashboard.question.subject import SITE, Kind
from dashboard.store.database import Generation
from dashboard.store.sites import sites_at
from data_prep.domain.intervals import Interval
from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import opened_page
from tests.dashboard.small_database import Contents, write_file

CONTENTS = demonstration()
GSTM1_PLACE = "chr1:109,687,815-109,693,745"


@pytest.fixture
def database(in_memory: Callable[[Contents], Generation]) -> Generation:
    return in_memory(CONTENTS)


def page_question(database: Generation, **values: str) -> object:
    """What the page of an address shows."""
    kind = next(kind for kind in Kind if kind in values)
    request = read_request(database, values, (kind, SITE), kind.default_overlap)
    assert not request.problems
    return resolve(request, kind).outcome


SPELLINGS = ("GSTM1", "gstm1", " GSTM1 ", "ENSG00000134184", "ensg00000134184", "ENSG00000134184.9")
REGIONS = (
    "chr1:109687815-109693745", GSTM1_PLACE, "1:109687815-109693745", "chr1 109687814 109693745",
    "NC_000001.11:g.109687815_109693745del", "gstm1",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "spellings"), [(Kind.GENE, SPELLINGS), (Kind.REGION, REGIONS)])
def test_every_spelling_is_one_question_on_pages_and_in_files(
    database: Generation, kind: Kind, spellings: tuple[str, ...]
) -> None:
    questions = []
    for text in spellings:
        shown = page_question(database, **{kind: text})
        assert isinstance(shown, Question)
        filed = require_question(database, {kind.value: text})
        assert (shown.subject, shown.target, shown.gene, shown.filters) == (
            filed.subject, filed.target, filed.gene, filed.filters,
        )  # fmt: skip
        assert str(shown.target.interval) == GSTM1_PLACE
        questions.append((shown.subject, shown.target))
    assert len(set(questions)) == 1
    assert questions[0][0].name == ("GSTM1" if kind is Kind.GENE else "chr1:109687815-109693745")


@pytest.mark.parametrize(
    "text", [*SPELLINGS, *REGIONS[:5], "22q11.21", "1p13", "chr7", "nope", "TWIN", "GSTT1", "chr1:9-5"]
)
def test_where_a_text_goes_from_the_search_box_is_what_its_page_looks_up(database: Generation, text: str) -> None:
    """And a place that is offered is the one that its page shows."""
    destination = suggest(database, text.strip(), 10).destination
    assert destination
    if text in SPELLINGS:
        assert destination == subject.gene("GSTM1")
    address = dict(parse_qsl(urlsplit(links.page(destination, Filters())).query))
    there = page_question(database, **address)
    asked_directly = page_question(database, **{destination.kind: text})
    if isinstance(there, Question):
        assert isinstance(asked_directly, Question)
        assert (there.subject, there.target) == (asked_directly.subject, asked_directly.target)
    else:
        assert type(there) is type(asked_directly)


def test_one_text_is_parsed_once_for_all_that_the_search_box_answers(
    database: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    parse = locus.parse
    monkeypatch.setattr(locus, "parse", lambda text: (texts.append(text), parse(text))[1])
    for text in ("chr1:109687815-109693745", "22q11", "chr7", "nope", "chr1 5 9"):
        texts.clear()
        assert suggest(database, text, 10).destination
        assert texts == [text]
    texts.clear()
    assert suggest(database, "gstm1", 10).offers[0].name == "GSTM1"
    assert texts == []


def test_a_site_narrows_pages_and_files_alike(database: Generation) -> None:
    site = _site(database)
    for values in ({"gene": "GSTM1"}, {"region": "chr1:109680001-109700000"}):
        shown = page_question(database, **values, site=site)
        filed = require_question(database, values | {"site": site})
        assert isinstance(shown, Question)
        assert (shown.subject, shown.target) == (filed.subject, filed.target)
        assert shown.subject.site == site
        assert shown.target.site is not None


def test_a_site_by_itself_is_one_question_on_its_page_in_files_and_from_the_search_box(database: Generation) -> None:
    site = _site(database)
    shown = page_question(database, site=site)
    filed = require_question(database, {"site": site, "filter": "all"})
    assert isinstance(shown, Question)
    assert (shown.subject, shown.target) == (filed.subject, filed.target) == (subject.site(site), shown.target)
    assert shown.target.site is not None
    assert links.page(shown.subject, shown.filters) == f"/site?site={site}"
    offered = suggest(database, f" {site} ".strip(), 10)
    assert offered.address == f"/site?site={site}"
    assert [offer.subject for offer in offered.offers] == [subject.site(site)]
    # an id that no site has is read as the region that it names
    start, end = site.split("-")[1:3]
    other = suggest(database, site.replace(start, str(int(start) + 1)), 10)
    assert other.destination is None or other.destination.kind is not Kind.SITE
    assert end in site


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"site": "chr1-5-6-loss"}, 404, "There is no site “chr1-5-6-loss”."),
        ({"site": "a,b"}, 400, "site takes one site"),
        ({"site": "<b>"}, 404, "There is no site “<b>”."),
    ],
)
def test_a_site_that_there_is_not_is_refused_in_one_sentence(
    database: Generation, values: dict[str, str], status: int, said: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        require_question(database, values)
    assert refused.value.status == status
    assert len(refused.value.refusal.sentences) == 1
    assert said in refused.value.sentence


def _site(database: Generation) -> str:
    return str(sites_at(database, Interval("chr1", 109_680_000, 109_700_000), Filters())["site"][0])


def test_each_text_has_its_outcome(database: Generation) -> None:
    for values, kind in (
        ({"gene": "TWIN"}, SeveralGenes), ({"gene": "GSTT1"}, Unplaced), ({"gene": "nope"}, NoMatch),
        ({"gene": "chr1:5-9"}, Place), ({"region": "TWIN"}, SeveralGenes), ({"region": "nope"}, NoMatch),
        ({"gene": ""}, Missing), ({"region": ""}, Missing),
    ):  # fmt: skip
        assert isinstance(page_question(database, **values), kind)
        with pytest.raises(RefusedError):
            require_question(database, values)


# on the pages themselves


@pytest.fixture
def html(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    path = write_file(tmp_path / "cnv.duckdb", CONTENTS)

    def shown(page: str, **query: str) -> str:
        app = opened_page(monkeypatch, path, page, query)
        return "\n".join(part.proto.body for part in app.get("html") if "<style>" not in part.proto.body)

    yield shown
    settings.store().close()


def test_the_links_of_a_page_bear_the_name_that_is_the_genes_own(html: Callable[..., str]) -> None:
    """So a page that was asked for by id, or in small letters, is cited and downloaded like every other of the gene."""
    plain = html("gene", gene="GSTM1")
    names = re.compile(r'href="/(?:download|chart|gene)[^"]*?[?;&]gene=([^"&]*)')
    for text in ("gstm1", "ENSG00000134184"):
        page = html("gene", gene=text)
        # the link of the bar to the page that is open leads back to what was typed
        bar, _, rest = page.partition("</nav>")
        assert set(names.findall(unescape(rest))) == set(names.findall(unescape(plain.partition("</nav>")[2])))
        assert f"gene={text}" in bar
        assert f"gene={text}" not in rest

"""Addresses."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from dashboard.question import links, query, subject
from dashboard.question.filters import Filters, parse
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level


def test_an_address_names_the_gene_and_what_is_not_default_r13() -> None:
    filters = Filters(classes=(CallClass.LOSS, CallClass.HIGH_GAIN), level=Level.PASS)
    gstm1 = subject.gene("GSTM1")
    assert links.page(gstm1, Filters()) == "/gene?gene=GSTM1"
    assert links.page(gstm1, filters) == "/gene?gene=GSTM1&class=loss,high-gain&filter=pass"
    assert links.download("carriers", "csv", gstm1, filters) == (
        "/download/carriers.csv?gene=GSTM1&class=loss,high-gain&filter=pass"
    )
    assert links.empty_page(subject.Kind.REGION, filters) == "/region?class=loss,high-gain&filter=pass"


def test_an_address_names_a_region_one_based_r1() -> None:
    assert links.page(subject.region(Interval("chr1", 999, 2_000)), Filters()) == "/region?region=chr1:1000-2000"
    assert links.page(subject.region(Interval("chr7", 0, 159_345_973)), Filters()) == "/region?region=chr7"


def test_hundreds_of_regions_get_the_addresses_that_one_gets_r1_r13() -> None:
    filters = Filters(classes=(CallClass.LOSS,), level=Level.PASS, min_length=1)
    address = links.regions(filters)
    assert address(Interval("chr1", 999, 2_000)) == "/region?region=chr1:1000-2000&class=loss&filter=pass&min_length=1"
    assert address(Interval("chr7", 0, 159_345_973)) == "/region?region=chr7&class=loss&filter=pass&min_length=1"
    assert links.regions(Filters())(Interval("chrX", 0, 1)) == "/region?region=chrX:1-1"


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_name_comes_back_from_its_address(name: str) -> None:
    given_back = dict(parse_qsl(urlsplit(links.page(subject.gene(name), Filters())).query, keep_blank_values=True))
    assert given_back == {"gene": name}


def test_the_whole_link_has_the_server_of_the_open_page() -> None:
    server = links.server_of("https://cnv.example.org/gene")
    assert links.whole(server, "/gene?gene=A") == "https://cnv.example.org/gene?gene=A"
    assert links.whole("http://localhost:8501", "/") == "http://localhost:8501/"


def test_a_repeated_name_is_joined_by_commas() -> None:
    values = query.values([("class", "loss"), ("gene", " A "), ("class", "gain"), ("sex", "")])
    assert values == {"class": "loss,gain", "gene": "A"}
    assert parse(values, ())[0].classes == (CallClass.LOSS, CallClass.GAIN)


def test_a_name_that_is_not_used_is_a_problem() -> None:
    problems = query.unused({"gene": "A", "filter": "pass", "min_lenght": "5", "region": "chr1"}, ["gene"])
    assert [problem.parameter for problem in problems] == ["min_lenght", "region"]

"""Addresses."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from dashboard import links, query
from dashboard.filters import Filters, parse
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level


def test_an_address_names_the_gene_and_what_is_not_default_r13() -> None:
    filters = Filters(classes=(CallClass.LOSS, CallClass.HIGH_GAIN), level=Level.PASS)
    assert links.gene_page("GSTM1", Filters()) == "/gene?gene=GSTM1"
    assert links.gene_page("GSTM1", filters) == "/gene?gene=GSTM1&class=loss,high-gain&filter=pass"
    assert links.gene_download("carriers", "csv", "GSTM1", filters) == (
        "/download/carriers.csv?gene=GSTM1&class=loss,high-gain&filter=pass"
    )


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_name_comes_back_from_its_address(name: str) -> None:
    given_back = dict(parse_qsl(urlsplit(links.gene_page(name, Filters())).query, keep_blank_values=True))
    assert given_back == {"gene": name}


def test_the_whole_link_has_the_server_of_the_open_page() -> None:
    assert links.whole("https://cnv.example.org/gene", "/gene?gene=A") == "https://cnv.example.org/gene?gene=A"
    assert links.whole("http://localhost:8501", "/") == "http://localhost:8501/"


def test_a_repeated_name_is_joined_by_commas() -> None:
    values = query.values([("class", "loss"), ("gene", " A "), ("class", "gain"), ("sex", "")])
    assert values == {"class": "loss,gain", "gene": "A"}
    assert parse(values, ())[0].classes == (CallClass.LOSS, CallClass.GAIN)


def test_a_name_that_is_not_used_is_told() -> None:
    told = query.unused({"gene": "A", "filter": "pass", "min_lenght": "5", "region": "chr1"})
    assert [problem.name for problem in told] == ["min_lenght", "region"]

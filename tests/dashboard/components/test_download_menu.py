"""The menus beside tables and charts, and what is there to share: every link is a download that there is."""

import re
from html import unescape

from dashboard.components.download_menu import menu
from dashboard.components.share import citation
from dashboard.downloads.catalogue import CHARTS, PICTURES, TABLES
from dashboard.question import subject
from dashboard.question.filters import Filters, Sex
from dashboard.store.cohort import Release

RELEASE = Release(
    "DRAGEN 3.5.7b", ("Illumina DRAGEN",), False, "a source", "2026-11-01T00:00:00Z", "abc", "GENCODE", False
)


def links_of(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', html)]


def test_a_menu_links_every_format_with_the_pages_own_query_r13() -> None:
    html = menu(subject.gene("GSTM1"), Filters(sex=Sex.XX), *TABLES, charts=CHARTS)
    assert links_of(html) == [
        *(f"/download/{table}.{suffix}?gene=GSTM1&sex=XX" for table, formats in TABLES.items() for suffix in formats),
        *(f"/chart/{name}.{suffix}?gene=GSTM1&sex=XX" for name in CHARTS for suffix in PICTURES),
    ]
    labels = re.findall(r'aria-label="([^"]*)"', html)
    assert len(labels) == html.count("<a "), "a link's name says what of, and not only the format"


def test_a_name_that_is_no_plain_word_stays_in_its_place() -> None:
    html = menu(subject.gene('a"><script>&b=c'), Filters(), "carriers")
    assert "<script" not in html
    assert links_of(html)[0] == "/download/carriers.csv?gene=a%22%3E%3Cscript%3E%26b%3Dc"


def test_the_citation_names_release_date_doi_and_address_r12() -> None:
    told = citation(RELEASE, "http://localhost/gene?gene=GSTM1")
    for word in ("DRAGEN 3.5.7b", "2026-11-01", "doi:10.1016/j.cell.2022.08.004", "http://localhost/gene?gene=GSTM1"):
        assert word in told
    assert "imulated" not in told
    assert "Simulated data" in citation(
        Release("x", "y", True, "", "2026-11-01T00:00:00Z", "abc", "", False), "http://localhost"
    )

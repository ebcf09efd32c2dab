"""One list of pages and one of downloads: what is added there is known everywhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import pages, settings
from dashboard.components.download_menu import menu
from dashboard.downloads import catalogue
from dashboard.downloads.chart import DRAWN_HERE
from dashboard.downloads.open_file import _OPENERS
from dashboard.formats.columns import Table
from dashboard.pages import Group, Page
from dashboard.question import links, subject
from dashboard.question.catalogue import NAMES as CATALOGUE_NAMES
from dashboard.question.filters import NAMES, Filters, Sex, parse
from dashboard.question.person import EVENT, SAMPLE
from dashboard.question.subject import SITE, Kind
from dashboard.question.versus import VERSUS
from dashboard.serving.middleware import Paths
from dashboard.serving.not_found import _page
from dashboard.store import published
from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import APP
from tests.dashboard.serving.test_error_shape import call
from tests.dashboard.small_database import write_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def family_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page that is not there yet, added as the next one will be: an entry and a script."""
    script = tmp_path / "family.py"
    script.write_text(
        "import streamlit as st\n"
        "from dashboard.components.run import current\n"
        "st.html(f'<p>The family {current().values.get(\"family\")} at {current().filters.level}</p>')\n"
    )
    page = Page("/family", "Family", Group.LOOK_UP, str(script), "A family and its calls", subject="family")
    monkeypatch.setattr(pages, "PAGES", [*pages.PAGES, page])
    return page


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CNV_DATABASE", str(tmp_path / "cnv.duckdb"))
    monkeypatch.setattr(published, "WATCH_INTERVAL", 0.0)
    yield write_file(tmp_path / "cnv.duckdb", demonstration())
    settings.store().close()


def html(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(part.proto.body for part in app.get("html") if "<style>" not in part.proto.body)


def open_at(page: Page, **query: str) -> str:
    app = AppTest.from_file(APP, default_timeout=30).run()
    app.switch_page(page.script)
    for name, value in query.items():
        app.query_params[name] = value
    return html(app.run())


def test_an_entry_and_a_script_are_a_page(family_page: Page, database: Path) -> None:
    shown = open_at(family_page, family="HG00096", filter="pass", colour="red")
    assert "The family HG00096 at pass" in shown
    # the bar has it, between the pages of its group and the next, and marks it as the one that is open
    bar = re.findall(r'<a href="([^"]*)"[^>]*?(aria-current="page")?[^>]*>(\w+)</a>', shown.partition("</nav>")[0])
    assert [label for _, _, label in bar] == ["Gene", "Region", "Family", "Cohort", "Sites", "Data"]
    assert unescape(bar[2][0]) == "/family?family=HG00096&filter=pass"
    assert re.search(r'<a [^>]*aria-current="page"[^>]*>Family</a>', shown)
    # it takes its own parameter and no other
    assert "“colour” is not used here." in shown
    assert "“family” is not used" not in shown
    assert "“gene” is not used here." in open_at(family_page, gene="GSTM1")
    # pages without a subject hand its parameter on; those with another do not take it
    start = open_at(pages.page_at("/"), family="HG00096")
    assert "not used" not in start
    assert "/family?family=HG00096" in unescape(start)
    assert "“family” is not used here." in open_at(pages.page_at("/gene"), family="HG00096")


def test_links_and_the_list_where_nothing_is_know_a_new_page(family_page: Page) -> None:
    assert links.page_with(family_page, {"family": "HG00096"}, Filters(sex=Sex.XX)) == "/family?family=HG00096&sex=XX"
    assert links.plain_page("/family", Filters()) == "/family"
    assert '<a href="/family">A family and its calls</a>' in _page("")
    assert "The pages are /gene, /region, /genes, /family, /, /sites, /site, /sample, /data;" in call("/nothing").text


def test_the_server_knows_a_new_page(tmp_path: Path) -> None:
    """In a process that starts with it, as the server does: the page is there, and what lies below it is not."""
    program = """
import sys
from dashboard import pages
pages.PAGES += [
    pages.Page("/family", "Family", pages.Group.LOOK_UP, "views/start.py", subject="family"),
    pages.Page("/about", "About", pages.Group.ABOUT, "views/start.py", needs_database=False),
]
from dashboard import server
paths = server._paths
print([paths.is_page(path) for path in ("/family", "/family/", "/about", "/family/more", "/none")])
print([paths.needs_database(path) for path in ("/family", "/about", "/", "/health")])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[True, True, True, False, False]", "[True, False, True, False]"]


def test_a_page_that_needs_no_database_is_shown_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_DATABASE", str(tmp_path / "none.duckdb"))
    script = tmp_path / "about.py"
    script.write_text("import streamlit as st\nst.html('<p>About this</p>')\n")
    about = Page("/about", "About", Group.ABOUT, str(script), needs_database=False)
    monkeypatch.setattr(pages, "PAGES", [*pages.PAGES, about])
    shown = open_at(about)
    assert "About this" in shown
    assert 'aria-label="Pages"' in shown
    assert "There is no database" not in shown
    assert "There is no database at none.duckdb." in open_at(pages.page_at("/gene"))
    settings.store().close()


def test_the_list_of_pages_is_whole() -> None:
    assert len(set(pages.paths())) == len(pages.PAGES) == len(pages.in_order())
    folder = APP.parent
    scripts = {path.relative_to(folder).as_posix() for path in (folder / "views").glob("*.py")} - {"views/__init__.py"}
    assert {page.script for page in pages.PAGES} == scripts
    assert {page.subject for page in pages.PAGES} - {""} == {*(kind.value for kind in Kind), SAMPLE}
    known = {*(kind.value for kind in Kind), SITE, SAMPLE, EVENT}
    # a screenful is scrolled to, and the order is one of the names of every page
    of_sites = set(CATALOGUE_NAMES) - {"page", "sort"}
    assert set(pages.page_at(pages.SITES).takes) == {*of_sites, "region"}
    own = {pages.SITES: of_sites, pages.START: {VERSUS}}
    for page in pages.PAGES:
        assert set(pages.parameters(page)) <= known | own.get(page.path, set())
        assert not set(pages.parameters(page)) & set(NAMES)
        assert set(page.example or {}) <= set(pages.parameters(page))
    paths = Paths([], pages.PAGES)
    assert all(paths.is_page(path) for path in pages.paths())


def test_every_table_and_chart_stands_once_and_is_known_everywhere() -> None:
    assert set(_OPENERS) == {(entry.name, suffix) for entry in catalogue.DOWNLOADS for suffix in entry.formats}
    assert DRAWN_HERE == catalogue.CHARTS
    for entry in catalogue.DOWNLOADS:
        table = entry.columns(["AFR"])
        assert isinstance(table, Table)
        assert table.name == entry.name
        assert set(catalogue.TABULAR) <= set(entry.formats) <= set(catalogue.FORMATS)
        assert set(entry.without) <= {*NAMES, SITE}
        assert f"{entry.name} as {', '.join(entry.formats)}" in catalogue.list_tables()
        assert entry.words in unescape(menu(subject.gene("GSTM1"), Filters(), entry.name))
    assert {column.name for column in catalogue.download_of("sites").columns(["AFR"]).columns} > {"carriers_AFR"}


def test_what_is_not_used_for_sites_is_what_their_filters_leave_out() -> None:
    """The catalogue says it for the address, `Filters.of_sites` for the count: they have to agree."""
    every = {
        "class": "loss", "filter": "all", "cohort": "all", "outliers": "include", "population": "AFR", "sex": "XX",
        "overlap": "covers", "min_length": "1", "max_length": "9", "min_quality": "2", "min_bins": "3",
        "copy_number": "0", "callset": "x",
    }  # fmt: skip
    assert tuple(every) == NAMES
    filters, problems = parse(every, ["AFR"], callsets=("newest", "x"))
    assert not problems
    left_out = filters.to_query().keys() - filters.of_sites().to_query().keys()
    assert set(catalogue.download_of("sites").without) == left_out

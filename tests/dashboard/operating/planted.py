"""A cohort whose numbers, names and positions cannot be taken for any other, and every door of a server over it."""

import itertools
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard import pages
from dashboard.beacon.informational import ENTRY_TYPES, NESTED
from dashboard.beacon.routes import DOCUMENTS, INFORMATIONAL
from dashboard.beacon.services import SERVICES
from dashboard.downloads import chart
from dashboard.downloads.catalogue import CALLSET_CHARTS, DOWNLOADS, DRAWN, PERSON_CHARTS, PICTURES, formats_of
from dashboard.downloads.cohort_files import FILES
from dashboard.preview import shell
from dashboard.question.person import SAMPLE
from dashboard.question.view import Tab
from dashboard.rows.catalogue import COHORT_TABLES, PERSON_TABLES, ROW_TABLES
from dashboard.server import ROUTES
from tests.dashboard.opened_page import html, opened_page
from tests.dashboard.small_database import POPULATIONS, Contents, Event, GeneRow, Person, Transcript

with warnings.catch_warnings():
    # the client works with the httpx that the project has
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

GENE, CHROM = "PLANTGENE", "chr2"
START, END = 41_234_567, 41_298_765
CARRIERS = {"GBR": 134, "YRI": 3}
PEOPLE = {"GBR": 181, "YRI": 132}
NAME = "PLANTED"
PERSON = f"{NAME}GBR0001"
SITE = f"{CHROM}-{START + 1}-{END}-loss"


def cohort() -> Contents:
    """137 of 313 people lose the gene: 134 of GBR, 3 of YRI; 3 of them without a copy."""
    people = [
        Person(f"{NAME}{population}{number:04}", population, "XX" if number % 2 else "XY")
        for population, size in PEOPLE.items()
        for number in range(size)
    ]
    # a marked person and a singleton, each of whom a list could name
    people.append(Person(f"{NAME}MARKED", "GBR", marked=(CHROM,)))
    events = [
        Event(f"{NAME}{population}{number:04}", CHROM, START, END, 0 if number < 3 and population == "GBR" else 1)
        for population, size in CARRIERS.items()
        for number in range(size)
    ]
    events.append(Event(f"{NAME}MARKED", CHROM, 51_234_567, 51_298_765, 1))
    exon = (41_250_000, 41_250_300)
    genes = [GeneRow(GENE, CHROM, 41_240_000, 41_290_000, Transcript((exon,), (exon,)), "ENSG00000999001")]
    assert set(POPULATIONS) >= set(PEOPLE)
    return Contents(people=people, events=events, genes=genes)


QUESTIONS = ({"gene": GENE}, {"region": f"{CHROM}:41200000-41300000"}, {"region": "chr2:30000000-60000000"})
CATALOGUES = (
    {},
    {"min_carriers": "1"},
    {"min_carriers": "1", "sort": "-carriers", "population": "YRI"},
    {"region": f"{CHROM}:41200000-41300000", "min_carriers": "3", "max_frequency": "0.1"},
)
BEACON = (
    {"geneId": GENE},
    {"geneId": GENE, "variantType": "DEL", "requestedGranularity": "count"},
    {"referenceName": "2", "start": "41200000", "end": "41300000", "includeResultsetResponses": "ALL"},
    {"referenceName": "2", "start": "51200000", "end": "51300000", "limit": "0"},
    {},
)


def addresses() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every address of the server that is no page: a group of doors, path and query."""
    for route in ROUTES:
        if "{" not in route.path and not route.path.startswith(
            ("/download", "/chart", "/rows", "/beacon", "/services")
        ):
            yield "server", route.path, {"q": "PLANT"}
    yield "database", "/download/cnv.duckdb", {}
    for question in QUESTIONS:
        for download in DOWNLOADS:
            for suffix in download.formats:
                yield download.name, f"/download/{download.name}.{suffix}", question
        for drawn in DRAWN:
            for suffix in PICTURES:
                yield drawn.name, f"/chart/{drawn.name}.{suffix}", question
        for table in ROW_TABLES:
            for order in ({}, {"sort": "-length", "limit": "500"}):
                yield table, f"/rows/{table}", question | order
    for file in FILES.values():
        query = {SAMPLE: PERSON} if SAMPLE in file.takes else {}
        for suffix in file.formats:
            yield file.table.name, f"/download/{file.table.name}.{suffix}", query
    for drawn in (*PERSON_CHARTS, *CALLSET_CHARTS, *(drawn for drawn in DRAWN if drawn.of_cohort)):
        for suffix in PICTURES:
            query = {SAMPLE: PERSON} if drawn in PERSON_CHARTS else {}
            yield drawn.name, f"/chart/{drawn.name}.{suffix}", query
    for table in PERSON_TABLES:
        yield table, f"/rows/{table}", {SAMPLE: PERSON, "limit": "500"}
    for table in COHORT_TABLES:
        yield table, f"/rows/{table}", {"limit": "500"}
    for question in ({"site": SITE}, {"site": SITE, "min_length": "1000"}):
        for download in DOWNLOADS:
            yield download.name, f"/download/{download.name}.csv", question
        for drawn in DRAWN:
            yield drawn.name, f"/chart/{drawn.name}.svg", question
        for table in ("carriers", "families", "neighbours", "sites"):
            yield table, f"/rows/{table}", question
    for catalogue in CATALOGUES:
        for suffix in formats_of("catalogue"):
            yield "catalogue", f"/download/catalogue.{suffix}", catalogue
        yield "catalogue", "/rows/catalogue", catalogue
    for path in (*INFORMATIONAL, *DOCUMENTS):
        yield "beacon", f"/beacon/{path}", {}
    names = {"genomicVariant": SITE, "dataset": "dragen-3.5.7b", "cohort": "all"}
    for entry_type, (path, *_) in ENTRY_TYPES.items():
        name = names.get(entry_type, f"{NAME}GBR0001")
        below = [f"/{name}", *(f"/{name}/{ENTRY_TYPES[nested][0]}" for nested in NESTED[entry_type])]
        for query in BEACON:
            yield "beacon", f"/beacon/{path}", query
        for end, query in itertools.product(below, BEACON[:2]):
            yield "beacon", f"/beacon/{path}{end}", query
        yield "beacon", f"/beacon/{path}", {"geneId": GENE, "recordType": "event"}
        yield "beacon", f"/beacon/{path}", {"biosampleIds": f"{NAME}GBR0001"}
    for service, query in itertools.product(SERVICES, BEACON):
        yield service, f"/services/{service}", query
    yield "intervalFrequencies", "/services/intervalFrequencies", {"output": "pgxfreq"}
    for page, query in PAGES:
        yield "shell", "/" if page == "start" else f"/{page}", query
        yield "preview", "/preview.png", query


PAGES = (
    ("start", {}),
    ("data", {}),
    *(("gene" if "gene" in question else "region", question) for question in QUESTIONS),
    ("gene", {"gene": GENE, "class": "complete-loss", "sex": "XX"}),
    ("gene", {"gene": GENE, "site": SITE}),
    ("gene", {"gene": CHROM}),
    ("genes", {"gene": f"{GENE},NOPE9,{NAME}GBR0001"}),
    ("region", {"region": "chr9:1000000-1010000"}),
    *(
        ("gene" if "gene" in question else "region", question | {"tab": tab})
        for question in QUESTIONS[:2]
        for tab in Tab
    ),
    ("site", {"site": SITE}),
    ("site", {"site": SITE, "tab": "neighbours"}),
    ("site", {"site": SITE, "by": "populations"}),
    ("site", {"site": SITE, "show": "copies"}),
    ("site", {"site": f"{CHROM}-{START + 2}-{END}-loss"}),
    *(("sites", catalogue) for catalogue in CATALOGUES),
    ("gene", {"gene": GENE, "by": "populations"}),
    ("gene", {"gene": GENE, "by": "sex"}),
    ("gene", {"gene": GENE, "show": "copies"}),
    ("sample", {}),
    ("sample", {SAMPLE: PERSON}),
    ("sample", {SAMPLE: PERSON, "filter": "all", "tab": "events"}),
    ("sample", {SAMPLE: "NOBODY"}),
)


class _Specifications:
    """In place of the process that draws: the numbers of a picture as text."""

    async def draw(self, spec: Mapping[str, Any], suffix: str) -> bytes:
        told = orjson.dumps(spec)
        return b'<svg width="1" height="1">%s</svg>' % told if suffix == "svg" else told


@contextmanager
def asked(folder: Path, database: Path, operator: str, patch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of every route of a server of this operator; pages are opened with the same environment."""
    path = folder / "operator.toml"
    path.write_text(operator, encoding="utf-8")
    patch.setenv("CNV_OPERATOR", str(path))
    patch.setenv("CNV_DATABASE", str(database))
    patch.setattr(chart, "drawing", _Specifications())
    # what is served waits for its picture, however busy the machine is
    patch.setattr(shell, "SENTENCE_TIME", 60.0)
    patch.setattr(shell, "PICTURE_TIME", 60.0)
    routes = [*ROUTES, *(Route(page.path, shell.shell) for page in pages.in_order())]
    with TestClient(Starlette(routes=routes), base_url="http://planted.test") as client:
        yield client


def page_text(patch: pytest.MonkeyPatch, database: Path, page: str, query: Mapping[str, str]) -> str:
    """All that a page sends to a browser, its charts and tables too."""
    app = opened_page(patch, database, page, dict(query))
    tables = [table.value.to_csv(index=False) for table in app.dataframe]
    words = [str(part.value) for kind in ("code", "markdown") for part in app.get(kind)]
    # data of charts are numbers and names in the bytes of their tables
    charts = [part.proto.SerializeToString().decode("latin-1") for part in app.get("vega_lite_chart")]
    rows = [part.proto.json for part in app.get("bidi_component")]
    return "\n".join([html(app), *words, *tables, *charts, *rows])


def body_of(answer: httpx.Response) -> str:
    return answer.content.decode("utf-8", errors="replace")


def number(value: int) -> re.Pattern[str]:
    """A number by itself, with commas or without."""
    return re.compile(rf"(?<![\w.-])(?<!\d,)(?:{value}|{value:,})(?!\w|\.\d|,\d{{3}}(?!\d))")


def positions() -> list[str]:
    return [text for at in (START, START + 1, END, 51_234_567, 51_234_568, 51_298_765) for text in (str(at), f"{at:,}")]


def summary(content: Any) -> Any:
    return content.get("responseSummary", {})

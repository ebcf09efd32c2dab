"""The one place that makes addresses (rule R13): pages, downloads, and the whole link to share.

Names and values come from `Filters.to_query`, so a link says exactly what is set and nothing that is a default.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from dashboard.filters import Filters

START: Final = "/"
GENE: Final = "/gene"
HEALTH: Final = "/health"
SUGGEST: Final = "/suggest"


def gene_query(name: str, filters: Filters) -> dict[str, str]:
    """The query of the gene page, by name."""
    return {"gene": name, **filters.to_query()}


def start_page(filters: Filters) -> str:
    """The page of the cohort, with the filters kept for the next one."""
    return address(START, filters.to_query())


def gene_page(name: str | None, filters: Filters) -> str:
    """The gene page: `/gene?gene=GSTM1&filter=pass`; without a name, the page that asks for one."""
    return address(GENE, gene_query(name, filters) if name else filters.to_query())


def gene_download(table: str, file_format: str, name: str, filters: Filters) -> str:
    """A table of the gene page as a file: `/download/carriers.csv?gene=GSTM1&filter=pass`."""
    return address(f"/download/{table}.{file_format}", gene_query(name, filters))


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with its query; commas and colons stay readable."""
    return f"{path}?{urlencode(query, safe=',:', quote_via=quote)}" if query else path


def whole(page_url: str, path: str) -> str:
    """The address to share: `path` on the server of the page that is open."""
    scheme, _, rest = page_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}{path}"

"""Many visitors at once get their pages, and none of them stops the others for ever.

Both of Polars' threads once waited for the interpreter, which a page held that waited for them: a function of Python's
inside an expression is called by a thread of Polars. So there must be none where pages are made.
"""

import ast
import asyncio
from pathlib import Path

import pytest

from bench.served import Served
from bench.visitor import Page, arrived
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import ROOT, served
from tests.dashboard.small_database import publish, write_file

PYTHON_INSIDE = {
    "map_elements",
    "map_batches",
    "map_rows",
    "map_groups",
    "map_columns",
    "rolling_map",
    "fold",
    "reduce",
}
VISITORS, PAGES = 30, 4
PLACES = (
    Page("gene", {"gene": "GSTM1"}),
    Page("region", {"region": "chr1:109600001-109800000"}),
    Page("gene", {"gene": "XGENE", "cohort": "all"}),
    Page("gene", {"gene": "GSTM1", "filter": "all"}),
    Page("region", {"region": "chr8"}),
)


@pytest.mark.parametrize(
    "module", sorted(path.relative_to(ROOT) for path in (ROOT / "dashboard").rglob("*.py")), ids=str
)
def test_no_expression_calls_back_into_python(module: Path) -> None:
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & PYTHON_INSIDE
    assert called == set()


def test_every_page_of_many_visitors_at_once_is_made(tmp_path: Path) -> None:
    publish(tmp_path / "cnv.duckdb", write_file(tmp_path / "cnv-1.duckdb", demonstration()))

    async def visits(server: Served) -> list[int]:
        async def stay(number: int) -> list[int]:
            async with arrived(server) as visitor:
                return [(await visitor.visit(PLACES[(number + page) % len(PLACES)])).size for page in range(PAGES)]

        return [size for sizes in await asyncio.gather(*map(stay, range(VISITORS))) for size in sizes]

    with served(tmp_path / "cnv.duckdb") as address:
        host, port = address.removeprefix("http://").split(":")
        sizes = asyncio.run(visits(Served(host, int(port), 0)))
    assert len(sizes) == VISITORS * PAGES
    assert min(sizes) > 10_000

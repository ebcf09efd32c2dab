"""What is said in few words: names that hundreds of genes bear, and cells without a value."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.downloads.open_file import open_file
from tests.dashboard.opened_page import opened_page, shown_table
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, write_file

LOSS = Event("E1", "chr9", 30_000, 60_000, 1, bins=None, quality=None)
CONTENTS = Contents(
    [Person("E1"), Person("E2", "GIH")],
    [LOSS],
    genes=[
        *(
            GeneRow("Y_ODD", "chr9", 1_000 * number, 1_000 * number + 90, biotype="misc_RNA")
            for number in range(1, 801)
        ),
        *(GeneRow("PAIR", "chr9", 2_000_000 + at, 2_000_090 + at, gene_id=f"ENSG0000077700{at}") for at in (1, 2)),
    ],
)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = write_file(tmp_path / "cnv.duckdb", CONTENTS)
    monkeypatch.setenv("CNV_DATABASE", str(path))
    yield path
    settings.store().close()


def sentence(name: str) -> str:
    with pytest.raises(RefusedError) as refused:
        open_file("genes.csv", {"gene": name})
    assert refused.value.status == 400
    return refused.value.sentence


def test_a_name_of_hundreds_of_genes_names_a_few_and_how_many_r13(database: Path) -> None:
    told = sentence("Y_ODD")
    assert told.startswith("800 genes are called Y_ODD: ask for one by its id, such as gene=ENSG00000000000, ENSG")
    assert len(told) < 200
    assert sentence("PAIR") == "Several genes are called PAIR: ask for gene=ENSG00000777001 or ENSG00000777002."


def test_cells_without_a_value_are_empty_and_say_no_none(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a caller without bins and QUAL."""
    app = opened_page(monkeypatch, database, "region", {"region": "chr9:30001-60000"})
    rows = shown_table(app).rows
    assert rows
    assert {row["bins"] for row in rows} == {""}
    assert not any("None" in text or "null" in text for row in rows for text in row.values())
